"""The daemon: one trio process that supervises the workers and answers the control socket."""

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

import trio

from comptoir.gateway.config_watch import ConfigWatch
from comptoir.gateway.control.chat_methods import ChatMethods
from comptoir.gateway.control.key_methods import KeyMethods
from comptoir.gateway.control.methods import Methods
from comptoir.gateway.control.order_methods import OrderMethods
from comptoir.gateway.control.server import ControlServer, bind_control_socket
from comptoir.gateway.control.table import table_of
from comptoir.gateway.forkserver import PRELOAD, Forkserver, go_environment, is_shortage
from comptoir.gateway.installation import Installation
from comptoir.gateway.keys import KeysWrong
from comptoir.gateway.lab_server import LabFileWrong, find_lab
from comptoir.gateway.locks import LockHeld, hold
from comptoir.gateway.logs import DaemonLog
from comptoir.gateway.master_key import find_master_key, settle_master_key
from comptoir.gateway.model_keys import troubles
from comptoir.gateway.model_settings import preloads
from comptoir.gateway.notify import notify
from comptoir.gateway.paths import Paths, PathsWrong, find_paths
from comptoir.gateway.refused import explain
from comptoir.gateway.registry import AsyncRegistry, Registry
from comptoir.gateway.registry_schema import RegistryWrong
from comptoir.gateway.session_dirs import sessions_root
from comptoir.gateway.settings import SettingsWrong, load_settings
from comptoir.gateway.setup import initialise
from comptoir.gateway.status_line import keep_status
from comptoir.gateway.supervisor import Supervisor
from comptoir.gateway.swap import warn_of_swap
from comptoir.gateway.targets import Targets

logger = logging.getLogger(__name__)

EXIT_FAILED = 1
EXIT_CONFIG = 78
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36


def main(targets: Targets = Targets(), preload: Sequence[str] = PRELOAD) -> int:  # noqa: B008 (frozen)
    """Run until SIGTERM, SIGINT or SIGHUP; the exit code."""
    # First: a thread that is there already would take the signals that wait.
    _harden()
    log = DaemonLog(sys.stderr.fileno())
    try:
        return _run(log, targets, preload)
    except Exception:
        # Not Python's own traceback: it would hold the exception's text, which may be a customer's.
        logger.critical("the daemon failed, by a fault of its own", exc_info=True)
        return EXIT_FAILED
    finally:
        log.close()


def _run(log: DaemonLog, targets: Targets, preload: Sequence[str]) -> int:
    try:
        paths = find_paths()
        initialise(paths)
        with _sole_daemon(paths), _registry(paths) as registry:
            installation = _installation(paths, registry, preload, targets)
            log.use(installation.settings.log)
            trio.run(serve, installation)
    except SettingsWrong as error:
        return _fail(str(error), EXIT_CONFIG)
    except (PathsWrong, KeysWrong, LabFileWrong, RegistryWrong, LockHeld) as error:
        return _fail(str(error), EXIT_FAILED)
    except OSError as error:
        return _fail(explain(error), EXIT_FAILED)
    except ExceptionGroup as errors:
        # The machine's fault and not ours: no traceback says more than the error.
        short, others = errors.split(is_shortage)
        if short is None or others is not None:
            raise
        return _fail(explain(_first(short)), EXIT_FAILED)
    return 0


async def serve(installation: Installation) -> None:
    """Announce `ready` once the control socket answers; stop cleanly at the first signal."""
    supervisor = Supervisor(installation)
    methods = Methods(supervisor, installation.hub, version("comptoir"), lab=installation.lab is not None)
    owner = installation.paths.state.stat().st_uid
    handlers = (methods, ChatMethods(supervisor), OrderMethods(supervisor), KeyMethods(supervisor, installation))
    table = {name: method for one in handlers for name, method in table_of(one).items()}
    server = ControlServer(table, owner)
    watch = ConfigWatch(installation.paths.tenants_config, supervisor.reload_saved)
    listener = bind_control_socket(installation.paths.control_socket)
    with trio.open_signal_receiver(*_STOP_SIGNALS) as signals:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
        async with trio.open_nursery() as workers:
            workers.start_soon(installation.forkserver.start)
            await watch.begin()
            await workers.start(supervisor.run)
            async with trio.open_nursery() as control:
                await control.start(server.serve, listener)
                # The contract's word; `print` would write the end of the line by itself, behind a line of the log.
                sys.stderr.write("ready\n")
                sys.stderr.flush()
                notify("READY=1")
                control.start_soon(keep_status, supervisor)
                control.start_soon(watch.run)
                warn_of_swap()
                await anext(signals)
                logger.info("stopping: workers finish what they send")
                notify("STOPPING=1\nSTATUS=stopping: workers finish what they send")
                # At once and not after the control connections: one may be ending a worker just now.
                workers.start_soon(supervisor.stop)
                control.cancel_scope.cancel()
    # A stopped one would otherwise keep multiprocessing waiting for workers that are gone.
    installation.forkserver.kill()
    installation.paths.control_socket.unlink(missing_ok=True)


def _installation(paths: Paths, registry: Registry, preload: Sequence[str], targets: Targets) -> Installation:
    lab = find_lab(os.environ)
    settings = load_settings(paths.settings_file)
    for trouble in troubles(settings.models, paths):
        logger.warning(trouble)
    # Before the forkserver starts: Go reads its environment once.
    os.environ.update(go_environment(lab))
    return Installation(
        paths=paths,
        sessions=sessions_root(paths),
        settings=settings,
        lab=lab,
        registry=AsyncRegistry(registry),
        # First what models need: the last of `preload` freezes all that was imported.
        forkserver=Forkserver((*preloads(settings.models), *preload)),
        targets=targets,
    )


@contextmanager
def _sole_daemon(paths: Paths) -> Iterator[None]:
    """Two daemons would run two workers of one session. Raises LockHeld."""
    try:
        descriptor = hold(paths.daemon_lock)
    except LockHeld as held:
        raise LockHeld(
            f"a daemon (process {held.pid or '?'}) runs on {paths.state} already: stop that one first",
            held.pid,
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _registry(paths: Paths) -> Iterator[Registry]:
    # Again, because `initialise` may have made it, or another daemon changed it before we had the lock.
    settle_master_key(paths)
    registry = Registry(paths.registry_file, find_master_key(paths)[1])
    try:
        yield registry
    finally:
        registry.close()


def _harden() -> None:
    libc = ctypes.CDLL(None)
    # The master key is in this memory: no core dump, and no reading by other processes of the same user.
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    # What outlives the forkserver comes to us, and so stays recognisable as a worker's.
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    os.umask(0o077)
    # An order that comes while we start waits until `serve` hears it; ignored, it would be lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    # Whoever asks twice must not cut the clean stop short.
    for number in _STOP_SIGNALS:
        signal.signal(number, lambda *_: None)


def _first(errors: ExceptionGroup[Exception]) -> OSError:
    """Of a group of shortages."""
    error: BaseException | None = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__
    return error or OSError(str(errors))


def _fail(text: str, code: int) -> int:
    print(text, file=sys.stderr)  # noqa: T201 (no log is expected to be read by who started it)
    return code
