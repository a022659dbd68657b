"""Phone numbers in the parameters of calls."""

from comptoir.gateway.shown import cut
from comptoir.plugins.numbers import is_e164
from comptoir.sessions.protocol import ErrorCode, RpcError


def check_number(parameter: str, text: str) -> None:
    """Raises RpcError INVALID_PARAMS for anything but `+E164`."""
    if not is_e164(text):
        raise RpcError(ErrorCode.INVALID_PARAMS, f"{parameter} {cut(text)!r}: expected a number like +221771234567")
