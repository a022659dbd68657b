"""No process of ours leaves its memory on a disk when it dies, though it may dump core by the limits it was given."""

import os
import signal
from pathlib import Path

import pytest
import rig
import trio
from leaks.places import elsewhere, family

ENDS_WITHIN = 20.0


def is_resource_tracker(process: int) -> bool:
    """multiprocessing's, an interpreter that is told nothing of ours."""
    return b"resource_tracker" in Path(f"/proc/{process}/cmdline").read_bytes().partition(b"forkserver")[0]


@pytest.mark.slow
async def test_no_process_dumps_core() -> None:
    async with rig.open_rig(start=lambda home: elsewhere(home, *rig.Start().command)) as here:
        standing = here.home / "elsewhere/standing"
        await here.add_shop("chez-awa", "+221770000001")
        processes = [process for process in family(here.pid) if not is_resource_tracker(process)]
        # The daemon, the forkserver, a worker, the vault.
        assert len(processes) >= 4
        watched = [os.pidfd_open(process) for process in processes]
        for process in reversed(processes):
            os.kill(process, signal.SIGABRT)
        with trio.fail_after(ENDS_WITHIN):
            for process in watched:
                await trio.lowlevel.wait_readable(process)
                os.close(process)
        assert list(standing.iterdir()) == []
        # The same limits and the same folder: a process like any other leaves its memory there.
        await trio.run_process(["sh", "-c", "ulimit -c unlimited; kill -ABRT $$"], cwd=standing, check=False)
        if not list(standing.iterdir()):
            pytest.skip("this machine keeps core dumps elsewhere, or none")
