"""The demo as a newcomer runs it, only faster: what it shows, what it leaves behind, and that it can fail."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from terminal import read_line

from comptoir.cli import demo
from comptoir.cli.demo import people, stage
from comptoir.cli.demo.home import temporary_home
from comptoir.cli.demo.script import AWA, RUSH, SHOPS, Shop
from comptoir.cli.errors import CommandError
from comptoir.gateway.paths import find_paths
from comptoir.gateway.session_dirs import sessions_root

SPEED = "20"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where temporary folders go. Short, as sockets' paths are."""
    with tempfile.TemporaryDirectory(prefix="comptoir-test-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start the command with pipes; interrupted at the end where it still runs, so that it takes its daemon along."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_demo(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "comptoir.cli", "demo", "--speed", SPEED, *arguments],
            bufsize=0,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if name != "FORCE_COLOR"} | {"TMPDIR": str(folder)},
        )
        processes.append(process)
        return process

    yield start_demo
    for process in processes:
        process.terminate()
        process.communicate(timeout=30)


def children(pid: int) -> list[str]:
    """The processes that a process has started, from whatever thread."""
    return [child for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]


def test_all_is_shown_and_as_promised_and_nothing_is_left(
    start: Callable[..., subprocess.Popen[bytes]], folder: Path, tmp_path: Path
) -> None:
    process = start("--picture", str(tmp_path / "demo.svg"))
    out, err = (stream.decode() for stream in process.communicate(timeout=90))
    assert (process.returncode, err) == (0, "")
    assert "\x1b" not in out
    for line in RUSH:
        assert f"{line.customer.name}: {line.text}\n" in out
    for shop in SHOPS:
        assert re.search(rf"^ {shop.name} .* yes .* {1 if shop == AWA else 0}   +[0-9]+ MB", out, re.MULTILINE)
    # Dead, and online again before the first answer that follows.
    assert re.search(r"kill -9 [0-9]+ .*✓ Chez Awa is online again, .*→ Moussa: Nous livrons", out, re.DOTALL)
    # A sale, from the first word to the owner's own phone and back.
    assert re.search(
        "Coumba: Oui.*→ Coumba: ✅ Commande n° 1.*Awa to the shop: 1 prête.*→ Coumba: Votre commande n° 1 est prête",
        out,
        re.DOTALL,
    )
    assert re.search("keeps silent.*Nima, by hand: Pour vous", out, re.DOTALL)
    assert list(folder.iterdir()) == []
    picture = "".join(ElementTree.parse(tmp_path / "demo.svg").getroot().itertext()).replace("\xa0", " ")
    assert "each once, to the right person" in picture
    assert "http" not in picture


def test_an_interruption_leaves_nothing_behind(start: Callable[..., subprocess.Popen[bytes]], folder: Path) -> None:
    process = start()
    assert process.stdout is not None
    while b"Friperie Nima is linked" not in read_line(process.stdout):
        pass
    [home] = folder.glob("comptoir-demo-*")
    sessions = sessions_root(find_paths({"COMPTOIR_HOME": str(home)}))
    assert (sessions / AWA.tenant / "session.db").exists()
    [daemon] = children(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"")
    assert list(folder.iterdir()) == []
    assert not sessions.exists()
    assert not Path(f"/proc/{daemon}").exists()


def test_a_reader_that_goes_ends_it(start: Callable[..., subprocess.Popen[bytes]], folder: Path) -> None:
    process = start()
    assert process.stdout is not None
    assert process.stderr is not None
    read_line(process.stdout)
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == b""
    assert list(folder.iterdir()) == []


def test_an_answer_that_does_not_come_makes_it_fail(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_yassa(shop: Shop) -> dict[str, str]:
        return {name: text.replace("Yassa poulet", "Yassa poisson") for name, text in files(shop).items()}

    files = stage.tenant_files
    monkeypatch.setattr(stage, "tenant_files", without_yassa)
    monkeypatch.setattr(people, "ANSWER_LIMIT", 2.0)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with pytest.raises(
        CommandError, match=r"not as promised: Moussa got 'Yassa poisson : .*', which was not due"
    ) as told:
        demo.run(float(SPEED))
    assert told.value.code == 1
    assert re.search(r"^ Chez Awa .* no ", capsys.readouterr().out, re.MULTILINE)
    assert list(folder.iterdir()) == []


def test_a_daemon_that_does_not_start_is_told_with_its_reason(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(demo, "temporary_home", lambda _: temporary_home("version = 2\n"))
    with pytest.raises(CommandError, match=r"^the demo failed: the daemon did not start: /.*comptoir\.toml:1: "):
        demo.run(float(SPEED))
    assert list(folder.iterdir()) == []


def test_a_daemon_that_ends_on_the_way_is_told_at_once(
    start: Callable[..., subprocess.Popen[bytes]], folder: Path
) -> None:
    process = start()
    assert process.stdout is not None
    while b"Chez Awa is linked" not in read_line(process.stdout):
        pass
    [daemon] = children(process.pid)
    os.kill(int(daemon), signal.SIGKILL)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    [line] = err.decode().splitlines()
    # What is seen first depends on whether it is being asked something.
    told = ("the daemon ended by itself with -9", "the daemon stopped answering on /", "no daemon answers on /")
    assert line.startswith(tuple(f"comptoir: the demo failed: {reason}" for reason in told))
    assert not list(folder.glob("comptoir-demo-*"))


def test_a_picture_without_a_folder_is_refused_before_anything_begins(folder: Path) -> None:
    with pytest.raises(CommandError, match="expected a folder for the picture"):
        demo.run(float(SPEED), folder / "none" / "demo.svg")
