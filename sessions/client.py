"""neonize's client as blocking calls, and what their failures mean. Nothing here knows of trio."""

import ctypes
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from comptoir.sessions import refusals
from comptoir.sessions.events import Address, CallReceived, Connected
from comptoir.sessions.journal.media import Uploaded
from comptoir.sessions.media.memory import filled
from comptoir.sessions.outbox.port import NotConnected, Sent

logger = logging.getLogger("link")
library = logging.getLogger("whatsmeow")

# Rides behind the path neonize appends to "file:": a database in RAM needs no fsync, and two of
# neonize's connections must wait for each other instead of failing. `_y=` swallows neonize's own tail.
_DATABASE_OPTIONS = "?_journal_mode=WAL&_synchronous=OFF&_busy_timeout=10000&_txlock=immediate&_foreign_keys=on&_y="

Handlers = Mapping[type[Any], Callable[[Any], None]]
"""By the class of neonize's event."""


class Client:
    """One client of neonize's on one session database. Any thread may call; each call blocks it, without a limit.

    `make` comes first, once neonize's library is loaded. Once `closed` is set, nothing reaches the library but
    `disconnect`: neonize aborts the process where a stopped client is used.
    """

    def __init__(self, session_path: Path) -> None:
        self.closed = False
        self._path = session_path
        self._client: Any = None

    @property
    def made(self) -> bool:
        return self._client is not None

    def make(
        self,
        handlers: Handlers,
        on_qr: Callable[[str], None],
        on_status: Callable[[str], None],
        on_log: Callable[[str], None],
    ) -> None:
        """All are called on neonize's threads; `on_status` hears how a pairing ended, `on_log` what whatsmeow logs."""
        from neonize import client
        from neonize.utils import ffmpeg

        client.log_whatsmeow = partial(_log, on_log)
        # It would warn at every start that files cannot be sent. We convert none; the doctor says what is lost.
        ffmpeg._ffmpeg_checked = True

        class Made(client.NewClient):  # type: ignore[misc]  # neonize has no types
            # neonize prints the end of a pairing and gives no event for it.
            def _NewClient__onLoginStatus(self, _uuid: int, status: int) -> None:
                on_status(ctypes.string_at(status).decode())

        made = Made(f"{self._path}{_DATABASE_OPTIONS}", uuid=uuid.uuid4().hex)
        made.event.qr(lambda _client, code: on_qr(code.decode()))
        for kind, handle in handlers.items():
            made.event(kind)(_guarded(handle))
        self._client = made

    def connect(self, proxy: str | None) -> None:
        """Returns when the connection is over for good; raises whatever neonize does."""
        from neonize.client import ProxySettings

        self._client.connect(ProxySettings(proxy) if proxy else None)

    def disconnect(self) -> None:
        # Not neonize's stop(): it may hang or crash during pairing, and calls after it crash for sure.
        self._client.disconnect()

    def is_connected(self) -> bool:
        return bool(self._client.is_connected)

    def me(self) -> Connected:
        """Who the library is logged in as."""
        me = self._client.get_me()
        return Connected(f"+{me.JID.User}", me.LID.User or None, me.PushName)

    def pairing_code(self, number: str) -> str:
        """Raises whatever neonize does: `changes.code_refused` knows what it means."""
        from neonize.utils.enum import ClientName, ClientType

        # WhatsApp answers names other than those of known browsers with status 400.
        return str(self._client.PairPhone(number, True, ClientName.LINUX, ClientType.CHROME))

    def send(self, address: Address, body: Any) -> Sent:
        """Send a waE2E.Message. Raises SendRefused, NotConnected, SendUnknown."""
        if self.closed:
            raise NotConnected("the link is closed")
        try:
            answer = self._client.send_message(_jid(address), body)
        except Exception as error:
            raise refusals.understand(str(error), group=address.group is not None) from None
        return Sent(answer.ID, answer.Timestamp * 1000)

    def upload(self, content: Iterator[bytes], size: int, kind: str) -> Uploaded:
        """Raises SendRefused, NotConnected, SendUnknown, or what `content` raises."""
        from neonize.utils.enum import MediaType

        kinds = {"image": MediaType.MediaImage, "video": MediaType.MediaVideo, "audio": MediaType.MediaAudio}
        with filled(content, size) as plaintext:
            if self.closed:
                raise NotConnected("the link is closed")
            try:
                answer = self._client.upload(plaintext, kinds.get(kind, MediaType.MediaDocument))
            except Exception as error:
                raise refusals.understand_upload(str(error)) from None
        keys = (answer.MediaKey, answer.FileSHA256, answer.FileEncSHA256)
        return Uploaded(answer.url, answer.DirectPath, *keys, answer.FileLength)

    def typing(self, address: Address, on: bool) -> None:
        """Its failure is only logged."""
        from neonize.utils.enum import ChatPresence, ChatPresenceMedia

        state = ChatPresence.CHAT_PRESENCE_COMPOSING if on else ChatPresence.CHAT_PRESENCE_PAUSED
        try:
            if not self.closed:
                self._client.send_chat_presence(_jid(address), state, ChatPresenceMedia.CHAT_PRESENCE_MEDIA_TEXT)
        except Exception as error:
            logger.info("typing: %s", error)

    def refuse_call(self, call: CallReceived) -> None:
        """Its failure is only logged."""
        caller = Address(lid=call.chat.lid) if call.by_lid else Address(number=call.chat.number)
        try:
            if not self.closed:
                self._client.reject_call(_jid(caller), call.call_id)
        except Exception as error:
            logger.warning("refusing a call: %s", error)

    def logout(self) -> bool:
        """Whether the server could be told; the client is `closed` either way."""
        self.closed = True
        try:
            self._client.logout()
        except Exception as error:
            logger.warning("logout: %s", error)
            return False
        return True


def _jid(address: Address) -> Any:
    from neonize.utils.jid import build_jid

    if address.group:
        return build_jid(address.group, "g.us")
    if address.lid:
        return build_jid(address.lid, "lid")
    assert address.number is not None
    return build_jid(address.number.removeprefix("+"))


def _guarded(handle: Callable[[Any], None]) -> Callable[[Any, Any], None]:
    """neonize's C callback swallows exceptions unseen; here they at least reach the log."""

    def guarded(_client: Any, event: Any) -> None:
        started = time.monotonic()
        try:
            handle(event)
        except Exception:
            logger.exception("handling %s failed", type(event).__name__)
        if (took := time.monotonic() - started) > 1:
            logger.warning("handling %s took %.1f s", type(event).__name__, took)

    return guarded


def _log(on_log: Callable[[str], None], binary: int, size: int) -> None:
    """whatsmeow's own log lines, straight to ours: neonize would queue them without bound."""
    from neonize.proto.Neonize_pb2 import LogEntry

    if binary and size > 0:
        entry = LogEntry.FromString(ctypes.string_at(binary, size))
        level = logging.getLevelNamesMapping().get(entry.Level.upper(), logging.INFO)
        # Never its DEBUG: these lines are whole stanzas.
        if level >= logging.INFO:
            library.log(level, "%s: %s", entry.Name, entry.Message)
            on_log(entry.Message)
