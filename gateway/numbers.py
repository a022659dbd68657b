"""Phone numbers in the parameters of calls."""

import re

from comptoir.gateway.shown import cut
from comptoir.sessions.protocol import ErrorCode, RpcError

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def check_number(parameter: str, text: str) -> None:
    """Raises RpcError INVALID_PARAMS for anything but `+E164`."""
    if not _E164.fullmatch(text):
        raise RpcError(ErrorCode.INVALID_PARAMS, f"{parameter} {cut(text)!r}: expected a number like +221771234567")
