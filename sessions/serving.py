"""The life of a worker process inside trio: open the journal, serve the daemon, finish in good order."""

import logging
import socket

import trio

from comptoir.sessions import output
from comptoir.sessions.blaming import Blame, read_blame
from comptoir.sessions.journal.database import DatabaseError, WrongKey
from comptoir.sessions.journal.journal import Journal, JournalUnavailable, open_journal
from comptoir.sessions.journal.migrations import SchemaTooNew
from comptoir.sessions.methods import Methods
from comptoir.sessions.rpc import Channel
from comptoir.sessions.spec import WorkerSpec
from comptoir.sessions.start import EXIT_AGAIN, EXIT_WRONG_KEY
from comptoir.sessions.telling import Telling
from comptoir.sessions.worker import Worker

logger = logging.getLogger("worker")

# Whether we live and that we must end does not depend on how busy we are.
URGENT = ("ping", "stop")


async def main(spec: WorkerSpec, connection: socket.socket) -> int:
    """Serve until the daemon says stop or closes `connection`; the process's exit code."""
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(connection))
    channel = Channel(stream, URGENT, takes_descriptors=True)
    code = EXIT_AGAIN
    try:
        code = await _open_and_serve(spec, channel)
    except* (JournalUnavailable, DatabaseError, OSError) as group:
        logger.error("the journal is not to be had: %s", group.exceptions[0])
    return code


async def _open_and_serve(spec: WorkerSpec, channel: Channel) -> int:
    blamed = read_blame(spec.session_dir)
    try:
        async with open_journal(spec.journal_path, spec.data_key) as journal:
            return await _serve(spec, channel, journal, blamed)
    except (WrongKey, SchemaTooNew) as error:
        logger.error("journal: %s", error)
        await Telling(channel).given_up(str(error))
        return EXIT_WRONG_KEY


async def _serve(spec: WorkerSpec, channel: Channel, journal: Journal, blamed: Blame | None) -> int:
    worker = Worker(spec, journal, Telling(channel), blamed)
    worker.watchdog.start()
    try:
        async with trio.open_nursery() as nursery:
            methods = Methods(worker)
            await nursery.start(worker.run)
            nursery.start_soon(_stop_with, worker, nursery.cancel_scope)
            await channel.serve(methods.handle)
            # The daemon is gone: what is being sent may still end, nothing new begins, nobody reads what we print.
            output.discard()
            await worker.finish()
            nursery.cancel_scope.cancel()
    finally:
        # However it ends: a client left alone would go on acknowledging what nobody keeps.
        with trio.CancelScope(shield=True):
            await worker.session.disconnect()
    return worker.exit_code


async def _stop_with(worker: Worker, scope: trio.CancelScope) -> None:
    await worker.finished.wait()
    # The answer to `stop` goes out first.
    await trio.sleep(0.05)
    scope.cancel()
