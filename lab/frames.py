"""The outermost layer on the websocket: payloads behind a 3-byte length, cut wherever the transport likes."""

from __future__ import annotations

INTRO = b"WA\x06\x03"
"""What a client sends before its first frame: magic, protocol version, version of the token dictionary."""

MAX_PAYLOAD = (1 << 24) - 1
_LENGTH_BYTES = 3


class FrameError(ValueError):
    """The peer does not speak this framing; the connection cannot go on."""


def frame(payload: bytes) -> bytes:
    """Put the length before a payload. Raises FrameError beyond 16 MiB, which three bytes cannot say."""
    if len(payload) > MAX_PAYLOAD:
        raise FrameError(f"a frame holds at most {MAX_PAYLOAD} bytes, this payload has {len(payload)}")
    return len(payload).to_bytes(_LENGTH_BYTES, "big") + payload


class FrameBuffer:
    """Bytes in, whole payloads out. Holds less than one frame, and no frame longer than `limit`."""

    def __init__(self, *, intro: bytes = INTRO, limit: int = 4 << 20) -> None:
        """`intro` is what the peer sends once before its first frame: b"" for a server's side of the talk."""
        self._intro = intro
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take what arrived; give back the payloads that it completes, in order. Raises FrameError."""
        self._buffer += data
        if not self._strip_intro():
            return []
        payloads = []
        while (payload := self._next()) is not None:
            payloads.append(payload)
        return payloads

    def _strip_intro(self) -> bool:
        if not self._intro:
            return True
        start = bytes(self._buffer[: len(self._intro)])
        if not self._intro.startswith(start):
            raise FrameError(f"a client begins with {self._intro!r}, this one began with {start!r}")
        if len(start) < len(self._intro):
            return False
        del self._buffer[: len(self._intro)]
        self._intro = b""
        return True

    def _next(self) -> bytes | None:
        if len(self._buffer) < _LENGTH_BYTES:
            return None
        length = int.from_bytes(self._buffer[:_LENGTH_BYTES], "big")
        if length > self._limit:
            raise FrameError(f"a frame of {length} bytes was announced, the limit is {self._limit}")
        end = _LENGTH_BYTES + length
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[_LENGTH_BYTES:end])
        del self._buffer[:end]
        return payload
