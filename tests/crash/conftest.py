"""What the crash runs have in common: they say how far they are, and in the end what they have shown."""

import time
from collections.abc import Callable

import pytest
from killing.tally import tally

EVERY = 5.0
"""Seconds between two lines."""


@pytest.fixture
def say(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says how far a test is, now and then; only in a run of its own, where nobody else prints."""
    said = 0.0

    def say(text: str) -> None:
        nonlocal said
        if request.config.option.markexpr == "not long" or time.monotonic() < said + EVERY:
            return
        said = time.monotonic()
        with capsys.disabled():
            print(f"\n  {request.node.name}: {text}", end="", flush=True)

    return say


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in tally.lines():
        terminalreporter.write_line(line)
