"""The life of a worker process inside trio: open the journal, serve the daemon, finish in good order."""

import logging
import socket

import trio

from comptoir.sessions.journal.database import WrongKey
from comptoir.sessions.journal.journal import Journal, open_journal
from comptoir.sessions.journal.migrations import SchemaTooNew
from comptoir.sessions.methods import Methods
from comptoir.sessions.rpc import Channel
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.telling import Telling
from comptoir.sessions.worker import Worker

logger = logging.getLogger("worker")


async def main(spec: WorkerSpec, connection: socket.socket) -> None:
    """Serve until the daemon says stop or closes `connection`."""
    channel = Channel(trio.SocketStream(trio.socket.from_stdlib_socket(connection)))
    try:
        async with open_journal(spec.journal_path, spec.data_key) as journal:
            await _serve(spec, channel, journal)
    except (WrongKey, SchemaTooNew) as error:
        logger.error("journal: %s", error)
        await channel.notify("state", {"state": "parked", "reason": str(error), "park": True})


async def _serve(spec: WorkerSpec, channel: Channel, journal: Journal) -> None:
    worker = Worker(spec, journal, Telling(channel))
    async with trio.open_nursery() as nursery:
        methods = Methods(worker)
        await nursery.start(worker.run)
        nursery.start_soon(_stop_with, worker, nursery.cancel_scope)
        await channel.serve(methods.handle)
        # The daemon is gone: what is being sent may still end, nothing new begins.
        await worker.finish()
        nursery.cancel_scope.cancel()


async def _stop_with(worker: Worker, scope: trio.CancelScope) -> None:
    await worker.finished.wait()
    # The answer to `stop` goes out first.
    await trio.sleep(0.05)
    scope.cancel()
