"""What a command ends with: the exit codes that scripts rely on, and the one error that carries them."""

from enum import IntEnum


class ExitCode(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    NOT_PERMITTED = 4
    UNREACHABLE = 69
    NOT_NOW = 75
    CONFIG_WRONG = 78
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class CommandError(Exception):
    """Ends the command: `message` goes to stderr and says what to do next, `code` to the caller."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
