"""The watchdog against a plugin that holds the interpreter, in a process of its own each time."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import held_process
import pytest
import trio

from comptoir.sessions.blaming import Blame, left_out, read_blame
from comptoir.sessions.start import EXIT_HELD, EXIT_MEMORY

WITHIN = 30.0


@dataclass
class Ended:
    code: int
    printed: str
    blame: Blame | None


async def run(folder: Path, what: str) -> Ended:
    folder.mkdir()
    command = [sys.executable, held_process.__file__, str(folder), what]
    with trio.fail_after(WITHIN):
        done = await trio.run_process(
            command, capture_stdout=True, stderr=subprocess.STDOUT, check=False, env=os.environ
        )
    return Ended(done.returncode, done.stdout.decode(), read_blame(folder))


async def run_all(folder: Path, *whats: str) -> dict[str, Ended]:
    """Side by side: most of the time they only wait."""
    ended: dict[str, Ended] = {}

    async def one(what: str) -> None:
        ended[what] = await run(folder / what, what)

    async with trio.open_nursery() as nursery:
        for what in whats:
            nursery.start_soon(one, what)
    return ended


async def test_whoever_holds_the_interpreter_is_ended_and_named(tmp_path):
    ended = await run_all(tmp_path, "spin", "block", "spin_in_a_child", "start_for_ever")
    blame = ended.pop("start_for_ever").blame
    assert blame is not None
    assert (blame.plugin, blame.message, blame.starting) == ("bad", None, True)
    assert left_out(blame) == {"bad": f"{blame.fault}: `comptoir reload` starts it again"}
    for what, end in ended.items():
        assert end.code == EXIT_HELD, end
        assert end.blame is not None
        assert (end.blame.why, end.blame.plugin, end.blame.message) == ("held", "bad", 7), what
        assert end.blame.place.startswith("held_process.py:")
        assert end.blame.seconds is not None
        assert "wound up" in end.printed


async def test_code_that_keeps_the_interpreters_lock_is_ended_by_the_kernel(tmp_path):
    ended = await run_all(tmp_path, "match", "match_in_a_thread")
    for what, end in ended.items():
        assert end.code == -signal.SIGPROF, end
        assert end.blame is not None
        assert (end.blame.why, end.blame.plugin, end.blame.message) == ("held", "bad", 7), what
    assert ended["match"].blame is not None
    assert ended["match"].blame.place.endswith(" in match")
    assert held_process.CATASTROPHE not in (tmp_path / "match" / "held").read_text()


async def test_whoever_eats_the_memory_is_ended_and_named(tmp_path):
    ended = await run_all(tmp_path, "eat")
    assert ended["eat"].code == EXIT_MEMORY
    assert ended["eat"].blame == Blame("memory", "bad", 7)


async def test_who_takes_no_notice_of_being_cancelled_is_ended_and_named(tmp_path):
    ended = await run_all(tmp_path, "outlast_its_limit")
    assert ended["outlast_its_limit"].code == EXIT_HELD
    blame = ended["outlast_its_limit"].blame
    assert blame is not None
    assert (blame.why, blame.plugin, blame.message) == ("held", "bad", 7)
    assert blame.fault == "did not end when it was cancelled"


async def test_who_waits_or_works_in_steps_is_left_alone(tmp_path):
    # A start may take longer.
    ended = await run_all(tmp_path, "wait", "work_in_steps", "start_for_two_seconds")
    assert [end.code for end in ended.values()] == [0, 0, 0]
    assert all(end.blame is None for end in ended.values())


async def test_a_process_that_was_stopped_holds_nothing(tmp_path):
    folder = tmp_path / "stopped"
    folder.mkdir()
    command = [sys.executable, held_process.__file__, str(folder), "be_stopped"]
    process = await trio.lowlevel.open_process(command, stdout=subprocess.PIPE)
    try:
        # What it does before it stops lasts a moment; its standing still, longer than any limit.
        with trio.fail_after(WITHIN):
            await trio.to_thread.run_sync(os.waitid, os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        await trio.sleep(1.5)
        process.send_signal(signal.SIGCONT)
        with trio.fail_after(WITHIN):
            assert await process.wait() == 0
    finally:
        process.kill()
        await process.wait()
    assert read_blame(folder) is None


@pytest.mark.parametrize("left", [b"", b"{", b"\xff" * 2_000, b'{"plugin": 1, "message": "x"}'.ljust(512)])
def test_what_was_left_by_chance_blames_nobody(tmp_path, left):
    (tmp_path / "step").write_bytes(left)
    assert read_blame(tmp_path) is None
    (tmp_path / "held").write_bytes(b"\xff no trace")
    blame = read_blame(tmp_path)
    assert blame == Blame("held", None, None)
