import errno
import os
import signal
import socket
from multiprocessing import forkserver as python_forkserver
from pathlib import Path

import pytest
import standin_worker
import trio
import trio.testing

from comptoir.gateway import forkserver as forkserver_module
from comptoir.gateway.forked_process import fork_process
from comptoir.gateway.forkserver import ForkFailed, Forkserver, go_environment, is_descendant, is_shortage
from comptoir.sessions.rpc import ChannelClosed
from comptoir.sessions.spec import LabServer, WorkerSpec


@pytest.fixture
def spec(tmp_path):
    for name in ("config", "state", "session"):
        (tmp_path / name).mkdir()
    return WorkerSpec("awa", tmp_path / "config", tmp_path / "state", tmp_path / "session", bytes(32))


@pytest.fixture
async def forkserver():
    server = Forkserver(preload=())
    await server.start()
    return server


def standin(forkserver, spec):
    return fork_process(forkserver, standin_worker.run_standin, spec, "worker")


async def heard_nothing(method, params):
    raise AssertionError(f"the stand-in says nothing by itself: {method} {params}")


def forkserver_pid():
    return python_forkserver._forkserver._forkserver_pid


@pytest.mark.parametrize(("order", "code"), [("exit 7", 7), ("exit 0", 0), ("abort", -signal.SIGABRT)])
async def test_the_end_of_a_worker(forkserver, spec, order, code):
    async with standin(forkserver, spec) as worker, trio.open_nursery() as nursery:
        nursery.start_soon(worker.channel.serve, heard_nothing)
        assert await worker.channel.call("ping") == {}
        with pytest.raises(ChannelClosed):
            await worker.channel.call("try", {"text": order})
        with trio.fail_after(5):
            assert await worker.exited() == code


async def test_a_killed_worker(forkserver, spec):
    async with standin(forkserver, spec) as worker:
        worker.kill()
        with trio.fail_after(5):
            assert await worker.exited() == -signal.SIGKILL
        worker.kill()


async def test_leaving_the_block_ends_it_even_when_cancelled(forkserver, spec):
    with trio.CancelScope() as scope:
        async with standin(forkserver, spec) as worker:
            scope.cancel()
            await trio.sleep_forever()
    assert not Path(f"/proc/{worker.pid}").exists() or is_zombie(worker.pid)


async def test_the_death_of_the_forkserver_is_not_the_workers(forkserver, spec):
    async with standin(forkserver, spec) as worker, trio.open_nursery() as nursery:
        nursery.start_soon(worker.channel.serve, heard_nothing)
        assert await worker.channel.call("ping") == {}
        os.kill(forkserver_pid(), signal.SIGKILL)
        # From here on multiprocessing believes the worker dead.
        with trio.fail_after(5):
            await trio.lowlevel.wait_readable(worker._process.sentinel)
        assert worker._process.exitcode == 255
        assert await worker.channel.call("ping") == {}
        async with trio.open_nursery() as waiting:
            ends = []

            async def wait_for_end():
                ends.append(await worker.exited())

            waiting.start_soon(wait_for_end)
            await trio.testing.wait_all_tasks_blocked()
            assert ends == []
            # The next fork gets a new forkserver; the old worker is not touched.
            other = WorkerSpec("bintou", *[getattr(spec, name) for name in ("config_dir", "state_dir")],
                               spec.session_dir.parent, bytes(32))  # fmt: skip
            async with standin(forkserver, other) as second:
                assert second.pid != worker.pid
            assert await worker.channel.call("ping") == {}
            worker.kill()
        # Whoever adopted it knows the code; this process may not.
        assert ends[0] in (None, -signal.SIGKILL)


async def test_a_worker_is_the_only_holder_of_its_end(forkserver, spec):
    """Otherwise its death, and the daemon's, would go unnoticed by the other."""
    first = await forkserver.fork(standin_worker.run_standin, spec, "worker")
    other_spec = WorkerSpec("b", spec.config_dir, spec.state_dir, spec.session_dir.parent, bytes(32))
    second = await forkserver.fork(standin_worker.run_standin, other_spec, "worker")
    first.channel.shutdown(socket.SHUT_WR)
    for ours in (first.channel, first.printed):
        ours.settimeout(5)
        # The first finishes at the end of its channel though a younger sibling lives.
        assert ours.recv(1) == b""
    await trio.to_thread.run_sync(first.process.join)
    assert first.process.exitcode == 0
    second.channel.close()
    await trio.to_thread.run_sync(second.process.join)
    assert second.process.exitcode == 0
    for worker in (first, second):
        worker.close()
        worker.process.close()


async def test_a_forkserver_that_dies_under_a_request(forkserver, spec, monkeypatch):
    def dies(*_args):
        raise EOFError("unexpected EOF")

    monkeypatch.setattr(python_forkserver, "read_signed", dies)
    with pytest.raises(ForkFailed, match="EOFError"):
        await forkserver.fork(standin_worker.run_standin, spec, "worker")


async def test_a_forkserver_that_hangs_is_replaced(forkserver, spec, monkeypatch):
    async with standin(forkserver, spec):
        hung = forkserver_pid()
    os.kill(hung, signal.SIGSTOP)
    with trio.fail_after(20):
        with monkeypatch.context() as impatient:
            impatient.setattr(forkserver_module, "FORK_LIMIT", 0.2)
            with pytest.raises(ForkFailed):
                await forkserver.fork(standin_worker.run_standin, spec, "worker")
        # The next one has to begin by starting a forkserver.
        async with standin(forkserver, spec):
            assert forkserver_pid() != hung


async def test_a_forkserver_is_given_time_for_its_imports(spec, monkeypatch):
    """Killed in the middle it would begin them anew, for ever on a slow machine."""
    monkeypatch.setattr(forkserver_module, "FORK_LIMIT", 0.1)
    server = Forkserver(preload=())
    await server.start()
    slow = forkserver_pid()
    os.kill(slow, signal.SIGSTOP)

    async def go_on():
        await trio.sleep(0.5)
        os.kill(slow, signal.SIGCONT)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(go_on)
        async with standin(server, spec):
            assert forkserver_pid() == slow


async def test_a_fork_by_a_forkserver_that_hangs_can_be_called_off(forkserver, spec, monkeypatch):
    monkeypatch.setattr(forkserver_module, "CALLED_OFF_LIMIT", 0.2)
    os.kill(forkserver_pid(), signal.SIGSTOP)
    with trio.fail_after(10), trio.move_on_after(0.2) as scope:
        await forkserver.fork(standin_worker.run_standin, spec, "worker")
    assert scope.cancelled_caught


async def test_a_fork_that_is_called_off_spares_the_forkserver(forkserver, spec):
    before = forkserver_pid()
    with trio.CancelScope() as scope:
        scope.cancel()
        await forkserver.fork(standin_worker.run_standin, spec, "worker")
    async with standin(forkserver, spec):
        assert forkserver_pid() == before


def test_what_the_machine_lacks_is_told_from_other_faults():
    failed = ForkFailed("no worker")
    failed.__cause__ = OSError(errno.EMFILE, "Too many open files")
    assert is_shortage(failed)
    assert is_shortage(OSError(errno.ENOSPC, "No space left on device"))
    assert not is_shortage(ForkFailed("EOFError"))
    assert not is_shortage(PermissionError(errno.EACCES, "Permission denied"))


def test_descent():
    assert not is_descendant(os.getpid())
    assert not is_descendant(os.getppid())
    assert is_descendant(forkserver_pid()) if forkserver_pid() else True
    # Somebody who is gone cannot be judged.
    assert is_descendant(2**22 + 1)


def test_what_go_must_find_in_the_environment():
    assert "SSL_CERT_FILE" not in go_environment(None)
    lab = LabServer("http://127.0.0.1:1", Path("/tmp/ca.pem"), bytes(32))
    assert go_environment(lab)["SSL_CERT_FILE"] == "/tmp/ca.pem"
    assert go_environment(lab)["NEONIZE_BOT_TAG"] == "off"


def is_zombie(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
