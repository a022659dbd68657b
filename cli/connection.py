"""Talking with the daemon from a command: its refusals become the command's exit code and last line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from comptoir.cli.errors import CommandError, ExitCode

if TYPE_CHECKING:
    from comptoir.gateway.client import Client
    from comptoir.gateway.paths import Paths

INVALID_PARAMS = -32602


def folders() -> "Paths":
    """The folders this command works on."""
    from comptoir.gateway.paths import PathsWrong, find_paths

    try:
        return find_paths()
    except PathsWrong as error:
        raise CommandError(ExitCode.USAGE, str(error)) from None


@contextmanager
def daemon(answer_limit: float | None = None) -> Iterator["Client"]:
    """A connection to the daemon. Raises CommandError for whatever goes wrong on it.

    `answer_limit`: seconds to wait for an answer, where the usual ones are not enough.
    """
    from comptoir.gateway.client import Client, ControlError, DaemonUnreachable

    try:
        with Client(folders().control_socket, answer_limit=answer_limit) as client:
            yield client
    except ControlError as error:
        raise CommandError(exit_code(error.code), error.message) from None
    except DaemonUnreachable as error:
        raise CommandError(ExitCode.UNREACHABLE, str(error)) from None


def call(method: str, **params: Any) -> Any:
    """One question on a connection of its own. Parameters that are None are left out."""
    with daemon() as client:
        return client.call(method, **params)


def exit_code(code: int) -> ExitCode:
    """The daemon's codes are exit codes; JSON-RPC's own mean that the two do not understand each other."""
    if code == INVALID_PARAMS:
        return ExitCode.USAGE
    try:
        return ExitCode(code)
    except ValueError:
        return ExitCode.FAILED
