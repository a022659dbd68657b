"""Lines on their way from a worker to the daemon, and what becomes of exceptions."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.log_line import MARK, MAX_TEXT, LogLine, decode, encode, line_of, note, place_of, shorten


def record_of(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    (record,) = caplog.records
    return record


def test_facts_come_with_their_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        note(logging.getLogger("messages"), "received", message=3, bytes=12, error=None)
    line = line_of(record_of(caplog))
    assert line == LogLine(logging.INFO, "messages", "received", {"message": 3, "bytes": 12})


def failing() -> Exception:
    def read(text: str) -> int:
        return int(text)

    try:
        try:
            read("je voudrais deux poulets")
        except ValueError as error:
            raise KeyError("deux poulets") from error
    except KeyError as error:
        return error


def test_an_exception_is_told_by_type_and_place_and_never_by_its_text() -> None:
    record = logging.LogRecord("worker", logging.ERROR, __file__, 1, "it failed", (), None)
    record.pathname = line_of.__code__.co_filename
    error = failing()
    record.exc_info = (type(error), error, error.__traceback__)
    line = line_of(record)
    assert line is not None
    assert line.facts["error"] == "KeyError from ValueError"
    assert str(line.facts["at"]).startswith("test_log_line.py:")
    assert b"poulets" not in encode(line)


def test_of_a_group_every_kind_is_told_and_of_a_system_error_its_number() -> None:
    group = ExceptionGroup("poulets", [failing(), OSError(28, "No space left on device", "poulets.jpg")])
    record = logging.LogRecord("worker", logging.ERROR, line_of.__code__.co_filename, 1, "x", (), None)
    record.exc_info = (type(group), group, None)
    line = line_of(record)
    assert line is not None
    assert line.facts["error"] == "ExceptionGroup(KeyError, OSError(28))"
    assert "failing" in str(line.facts["at"])


def test_a_deep_stack_shows_its_end() -> None:
    def deeper(left: int) -> None:
        if left == 0:
            raise RuntimeError
        deeper(left - 1)

    with pytest.raises(RuntimeError) as caught:
        deeper(50)
    assert len(place_of(caught.value).split(" < ")) == 8


@pytest.mark.parametrize(
    ("level", "verbose", "told"),
    [
        (logging.INFO, False, None),
        (logging.WARNING, False, "plugin.py:7 logs 16 characters, not kept"),
        (logging.INFO, True, "Bonjour le monde"),
    ],
)
def test_what_others_log_is_kept_on_demand_only(level: int, verbose: bool, told: str | None) -> None:
    record = logging.LogRecord("plugin", level, "/srv/shop/plugin.py", 7, "Bonjour %s", ("le monde",), None)
    line = line_of(record, verbose=verbose)
    assert (line.text if line else None) == told


facts = st.dictionaries(st.text(max_size=10), st.none() | st.booleans() | st.integers() | st.text(max_size=50))


@given(st.integers(0, 60), st.text(max_size=20), st.text(max_size=100), facts)
def test_every_line_comes_through_in_one_piece(level: int, logger: str, text: str, said: dict[str, None]) -> None:
    line = LogLine(level, logger, text, said)
    sent = encode(line)
    assert sent.startswith(MARK.encode())
    assert sent.count(b"\n") == 1
    assert sent.count(MARK.encode()) == 1
    assert decode(sent.decode().removeprefix(MARK)) == line


@given(st.text())
def test_what_is_no_line_is_none(text: str) -> None:
    assert decode(text) is None or text.startswith("[")


def test_a_cut_leaves_no_half_of_a_number() -> None:
    text = shorten("x " * (MAX_TEXT // 2 - 3) + "221770000001")
    assert "2217" not in text
    assert text.endswith("…")
