"""Fetches a file from WhatsApp's media hosts: bounded in time and size, and from no other host.

By ourselves and not by neonize, whose download has no time limit and holds a file several times in memory.
The message that names the file is a stranger's: its address is taken for no more than a hint.
"""

import base64
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from comptoir.sessions.media.decrypting import MAC, ContentWrong, Decrypter
from comptoir.sessions.media.reference import Reference
from comptoir.sessions.spec import LabServer

DOMAIN = ".whatsapp.net"
DEFAULT_HOST = "mmg.whatsapp.net"
ORIGIN = "https://web.whatsapp.com"
_PIECE = 64 * 1024
_MAX_PATH = 2_048

Reason = Literal["gone", "refused", "server", "network", "content", "too_large", "no_room", "disk"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes. A file may take `total` seconds and as long as it takes at `slowest` bytes a second."""

    largest: int
    connect: float = 10.0
    idle: float = 15.0
    total: float = 30.0
    slowest: int = 32 * 1024

    def seconds_for(self, size: int) -> float:
        return self.total + min(max(size, 0), self.largest) / self.slowest


@dataclass(frozen=True, slots=True)
class Fetched:
    """All of it came and fits its hashes."""


@dataclass(frozen=True, slots=True)
class NotFetched:
    """`gone` (404, 410), `refused` (any other 4xx), `server` (anything else that is no file), `network`, `content`
    (hashes or HMAC do not fit), `too_large`, `no_room`, `disk`; `detail` is for the log and the operator.
    """

    reason: Reason
    detail: str

    @property
    def final(self) -> bool:
        """Asking again cannot help."""
        return self.reason in ("gone", "too_large")

    @property
    def never_asked(self) -> bool:
        """The host is not to blame: the file was not asked for, or not taken."""
        return self.reason in ("too_large", "no_room")

    @property
    def hopeless(self) -> bool:
        """Asking again later will hardly help: the answer came from the host, and was not its trouble."""
        return self.reason in ("refused", "content")


Outcome = Fetched | NotFetched


def hosts_for(reference: Reference) -> tuple[str, ...]:
    """Where to ask, in order: the host that the sender's app named where it is one of WhatsApp's, and the usual one."""
    try:
        parts = urlsplit(reference.url)
        named = (parts.hostname or "").lower()
        trusted = parts.scheme == "https" and parts.port in (None, 443) and _is_whatsapps(named)
    except ValueError:
        return (DEFAULT_HOST,)
    return (named, DEFAULT_HOST) if trusted and named != DEFAULT_HOST else (DEFAULT_HOST,)


def target_of(reference: Reference) -> str | None:
    """The path to ask a media host for; None where the message names none."""
    path = reference.direct_path
    if not path.startswith("/") or len(path) > _MAX_PATH:
        return None
    digest = base64.urlsafe_b64encode(reference.encrypted_sha256).decode()
    # What is no character of a URL must not end the request line.
    path = quote(path, safe="/?&=%:;,+~@!$*()._-") + ("&" if "?" in path else "?")
    return f"{path}hash={quote(digest)}&mms-type={reference.mms_type}&__wa-mms="


class Download:
    """One attempt, on a thread that may be abandoned: `abort`, from any other, cuts its connection."""

    def __init__(self, reference: Reference, host: str, limits: Limits, lab: LabServer | None = None) -> None:
        self._reference = reference
        self._host = host
        self._limits = limits
        self._lab = lab
        self._deadline = time.monotonic() + limits.seconds_for(reference.size)
        self._aborted = threading.Event()
        self._connection: http.client.HTTPSConnection | None = None
        self._socket: socket.socket | None = None

    def run(self, sink: Callable[[bytes], None]) -> Outcome:
        """Fetch, decrypt, check; blocking. What `sink` was given counts for nothing unless Fetched comes back.

        Raises what `sink` raises.
        """
        target = target_of(self._reference)
        if target is None:
            return NotFetched("content", "the message does not say where its file lies")
        try:
            decrypter = Decrypter(self._reference, sink)
            response = self._ask(target)
            if response.status != 200:
                return _refusal(response.status)
            return self._receive(response, decrypter)
        except ContentWrong as error:
            return NotFetched("content", str(error))
        except _Network as error:
            return NotFetched("network", str(error))
        finally:
            if self._connection is not None:
                self._connection.close()
            if self._socket is not None:
                # The answer's too, which a host may have said to end with the connection.
                self._socket.close()

    def abort(self) -> None:
        """Cut the connection; `run` then ends soon. Safe to call at any time, from any thread."""
        self._aborted.set()
        if (sock := self._socket) is not None:
            # Not a close, under the feet of the thread that reads.
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _ask(self, target: str) -> http.client.HTTPResponse:
        headers = {"Origin": ORIGIN, "Referer": f"{ORIGIN}/"}
        try:
            connection = self._connection = self._connect()
            connection.connect()
            assert connection.sock is not None
            self._socket = connection.sock
            self._socket.settimeout(self._limits.idle)
            connection.request("GET", target, headers=headers)
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise _Network(_words(error)) from None

    def _connect(self) -> http.client.HTTPSConnection:
        if self._lab is None:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, timeout=self._limits.connect, context=context)
        context = ssl.create_default_context(cafile=self._lab.ca_file)
        proxy = urlsplit(self._lab.proxy)
        connection = http.client.HTTPSConnection(
            proxy.hostname or "", proxy.port, timeout=self._limits.connect, context=context
        )
        connection.set_tunnel(self._host, 443)
        return connection

    def _receive(self, response: http.client.HTTPResponse, decrypter: Decrypter) -> Outcome:
        most = self._limits.largest + 16 + MAC
        if (response.length or 0) > most:
            return NotFetched("too_large", f"{response.length} bytes: at most {self._limits.largest} are kept")
        received = 0
        while piece := self._read(response):
            received += len(piece)
            if received > most:
                return NotFetched("too_large", f"more than {self._limits.largest} bytes")
            decrypter.write(piece)
        if response.length:
            raise _Network(f"the connection was cut {response.length} bytes before the end")
        decrypter.finish()
        return Fetched()

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        if self._aborted.is_set():
            raise _Network("given up")
        if time.monotonic() > self._deadline:
            raise _Network(f"not done within {self._limits.seconds_for(self._reference.size):.0f} s")
        try:
            return response.read1(_PIECE)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _Network(_words(error)) from None


class _Network(Exception):
    pass


def _is_whatsapps(host: str) -> bool:
    # Only names made of ordinary characters: what resolvers make of others is not for us to find out.
    return host.endswith(DOMAIN) and all(part.replace("-", "").isalnum() for part in host.split(".")) and host.isascii()


def _refusal(status: int) -> NotFetched:
    if status in (404, 410):
        return NotFetched("gone", f"the host no longer has it ({status})")
    if 400 <= status < 500 and status not in (408, 429):
        return NotFetched("refused", f"the host refuses it ({status})")
    return NotFetched("server", f"the host answers {status}")


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the host does not answer"
    return str(error) or type(error).__name__
