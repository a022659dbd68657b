"""The adapter around neonize: one linked device. The only module that talks to neonize's client.

neonize runs on threads of its own. What it reports is handed to a `Sink` on the thread that calls us;
what it is asked to do (send, type, log out) runs on worker threads of ours. One client per process and
no second one after `stop`: its Go side keeps clients in unguarded maps and may abort the process.
"""

import ctypes
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import trio

from comptoir.sessions import calls, changes, neonize_guard, refusals, translate
from comptoir.sessions.compose import Protos, Unsendable, compose
from comptoir.sessions.events import (
    Address,
    BacklogBegun,
    BacklogRead,
    CallReceived,
    Changed,
    Connected,
    Disconnected,
    Ended,
    Kept,
    PairingCodeOffered,
    QrOffered,
)
from comptoir.sessions.journal.media import Uploaded
from comptoir.sessions.journal.queued import QueuedMessage
from comptoir.sessions.media.memory import filled
from comptoir.sessions.outbox.port import NotConnected, SendRefused, SendUnknown, Sent
from comptoir.sessions.rootkey import trust_root_key
from comptoir.sessions.spec import LabServer
from comptoir.sessions.times import now_ms

logger = logging.getLogger("link")

# whatsmeow waits 75 s for an answer; past this it will not come back and the client is stuck.
SEND_LIMIT = 80.0
ALIVE_LIMIT = 5.0
REFUSE_LIMIT = 5.0
# More than are made at once: one that hangs may not hold up the others.
UPLOADS = 6
# Seconds each code lives: whatsmeow shows the first of six for a minute, the others for twenty.
_FIRST_CODE, _NEXT_CODE = 60, 20
# All six: then whatsmeow closes the connection, and with it the pairing code that was asked for on it.
_WINDOW = _FIRST_CODE + 5 * _NEXT_CODE

# Rides behind the path neonize appends to "file:": a database in RAM needs no fsync, and two of
# neonize's connections must wait for each other instead of failing. `_y=` swallows neonize's own tail.
_DATABASE_OPTIONS = "?_journal_mode=WAL&_synchronous=OFF&_busy_timeout=10000&_txlock=immediate&_foreign_keys=on&_y="


class Sink(Protocol):
    """Where a link's reports go. Both methods are called on neonize's thread, one after the other."""

    def keep(self, event: Kept) -> None:
        """Must not return before the event is in line for the journal; blocking holds neonize back."""
        ...

    def change(self, event: Changed) -> None: ...


class Link:
    """A linked device, or one that is being linked: by QR code, or by a pairing code for the number `code_for`.

    Never both: a pairing code that is typed, even wrongly, silently spoils the QR codes of its connection.
    `start` may be called once. Afterwards `send`, `typing`, `logout` and `disconnect` may be called
    from trio; after `disconnect` or `logout` nothing may be, and the process should end soon.
    """

    def __init__(
        self, session_path: Path, sink: Sink, lab: LabServer | None = None, code_for: str | None = None
    ) -> None:
        self._path = session_path
        self._sink = sink
        self._lab = lab
        self._code_for = code_for
        self._codes = 0
        self._limiter = trio.CapacityLimiter(1)
        self._typing_limiter = trio.CapacityLimiter(1)
        self._upload_limiter = trio.CapacityLimiter(UPLOADS)
        self._client: Any = None
        self._ended = False
        self._own: Address | None = None

    def start(self) -> None:
        """Load neonize's library (a second of work, blocking) and connect on a thread of its own."""
        neonize_guard.load()
        if self._lab is not None:
            trust_root_key(self._lab.root_key)
        self._client = self._make_client()
        if self._ended:
            return
        threading.Thread(target=self._run, name="link", daemon=True).start()

    async def send(self, message: QueuedMessage, secret: bytes) -> Sent:
        """Send and wait for the server's ack.

        Raises SendRefused, NotConnected (it never left), or SendUnknown (nobody knows). Cancelling
        abandons the call, not the message: treat it as unknown.
        """
        from neonize.proto import Neonize_pb2
        from neonize.proto.waE2E import WAWebProtobufsE2E_pb2

        try:
            body = compose(Protos(WAWebProtobufsE2E_pb2, Neonize_pb2.Message), message, secret, now_ms())
        except Unsendable as error:
            raise SendRefused(0, str(error), permanent=True) from None
        try:
            with trio.fail_after(SEND_LIMIT):
                return await trio.to_thread.run_sync(
                    self._send, self._jid(message.address), body, abandon_on_cancel=True, limiter=self._limiter
                )
        except trio.TooSlowError:
            # One hanging send stops all others of the client: offline for a minute, and the worker is recycled.
            self._sink.change(Disconnected("a send hangs"))
            raise SendUnknown(f"no answer within {SEND_LIMIT:.0f} s") from None

    async def upload(self, content: Iterator[bytes], size: int, kind: str) -> Uploaded:
        """Encrypt a file and give it to WhatsApp's media host: all of it in memory, as the library wants it.

        Raises SendRefused, NotConnected, or what `content` raises. Has no limit of its own: cancelling abandons it.
        """
        return await trio.to_thread.run_sync(
            self._upload, content, size, kind, abandon_on_cancel=True, limiter=self._upload_limiter
        )

    async def typing(self, address: Address, on: bool) -> None:
        """Show or stop showing that we write. Its failure is of no consequence and is not raised."""
        with trio.move_on_after(5):
            await trio.to_thread.run_sync(
                self._type, self._jid(address), on, abandon_on_cancel=True, limiter=self._typing_limiter
            )

    async def refuse_call(self, call: CallReceived) -> None:
        """Let the caller's phone stop ringing, and ours. Its failure is of no consequence and is not raised."""
        with trio.move_on_after(REFUSE_LIMIT):
            await trio.to_thread.run_sync(self._refuse, call, abandon_on_cancel=True)

    async def alive(self) -> bool:
        """Whether the library has a connection, or says so too late to be believed.

        Not every loss is reported: a failed reconnect after a stream error 515 is only logged
        (whatsmeow's handleStreamError), and neither tried again nor told as a Disconnected.
        """
        if self._ended:
            return False
        with trio.move_on_after(ALIVE_LIMIT):
            return bool(await trio.to_thread.run_sync(lambda: self._client.is_connected, abandon_on_cancel=True))
        return False

    async def logout(self, within: float = 10.0) -> bool:
        """Log the device out at the server; False where the server could not be told."""
        with trio.move_on_after(within):
            return await trio.to_thread.run_sync(self._logout, abandon_on_cancel=True)
        return False

    async def disconnect(self, within: float = 3.0) -> None:
        """Close the connection, so that nothing more is acknowledged. The client is not used again."""
        if self._client is None or self._ended:
            # A start that is still loading finds this and does not connect.
            self._ended = True
            return
        self._ended = True
        # Not neonize's stop(): it may hang or crash during pairing, and calls after it crash for sure.
        with trio.move_on_after(within):
            await trio.to_thread.run_sync(self._client.disconnect, abandon_on_cancel=True)

    # --- on our worker threads

    def _send(self, jid: Any, body: Any) -> Sent:
        if self._ended:
            raise NotConnected("the link is closed")
        try:
            answer = self._client.send_message(jid, body)
        except Exception as error:
            raise refusals.understand(str(error)) from None
        return Sent(answer.ID, answer.Timestamp * 1000)

    def _upload(self, content: Iterator[bytes], size: int, kind: str) -> Uploaded:
        from neonize.utils.enum import MediaType

        kinds = {"image": MediaType.MediaImage, "video": MediaType.MediaVideo, "audio": MediaType.MediaAudio}
        with filled(content, size) as plaintext:
            if self._ended:
                raise NotConnected("the link is closed")
            try:
                answer = self._client.upload(plaintext, kinds.get(kind, MediaType.MediaDocument))
            except Exception as error:
                raise refusals.understand_upload(str(error)) from None
        keys = (answer.MediaKey, answer.FileSHA256, answer.FileEncSHA256)
        return Uploaded(answer.url, answer.DirectPath, *keys, answer.FileLength)

    def _type(self, jid: Any, on: bool) -> None:
        from neonize.utils.enum import ChatPresence, ChatPresenceMedia

        state = ChatPresence.CHAT_PRESENCE_COMPOSING if on else ChatPresence.CHAT_PRESENCE_PAUSED
        try:
            if not self._ended:
                self._client.send_chat_presence(jid, state, ChatPresenceMedia.CHAT_PRESENCE_MEDIA_TEXT)
        except Exception as error:
            logger.info("typing: %s", error)

    def _refuse(self, call: CallReceived) -> None:
        caller = Address(lid=call.chat.lid) if call.by_lid else Address(number=call.chat.number)
        try:
            if not self._ended:
                self._client.reject_call(self._jid(caller), call.call_id)
        except Exception as error:
            logger.warning("refusing a call: %s", error)

    def _logout(self) -> bool:
        self._ended = True
        try:
            self._client.logout()
        except Exception as error:
            logger.warning("logout: %s", error)
            return False
        return True

    def _jid(self, address: Address) -> Any:
        from neonize.utils.jid import build_jid

        if address.group:
            return build_jid(address.group, "g.us")
        if address.lid:
            return build_jid(address.lid, "lid")
        assert address.number is not None
        return build_jid(address.number.removeprefix("+"))

    # --- on neonize's threads

    def _make_client(self) -> Any:
        from neonize import client, events

        on_status, change = self._status, self._sink.change
        client.log_whatsmeow = _log

        class Client(client.NewClient):  # type: ignore[misc]  # neonize has no types
            # neonize prints the end of a pairing and gives no event for it.
            def _NewClient__onLoginStatus(self, _uuid: int, status: int) -> None:
                on_status(ctypes.string_at(status).decode())

        made = Client(f"{self._path}{_DATABASE_OPTIONS}", uuid=uuid.uuid4().hex)
        made.event.qr(lambda _client, code: self._code(code))
        handlers: dict[type[Any], Callable[[Any], None]] = {
            events.MessageEv: self._message,
            events.UndecryptableMessageEv: lambda event: self._keep(translate.unreadable(event)),
            events.ReceiptEv: lambda event: self._keep(translate.receipt(event)),
            events.HistorySyncEv: lambda event: self._keep(translate.history(event)),
            events.CallOfferEv: lambda event: self._keep(calls.offered(event)),
            events.CallOfferNoticeEv: lambda event: self._keep(calls.offered(event)),
            events.CallAcceptEv: lambda event: self._keep(calls.accepted(event)),
            events.CallTerminateEv: lambda event: self._keep(calls.ended(event)),
            events.PairStatusEv: lambda event: change(changes.pair_status(event)),
            events.ConnectedEv: self._connected,
            events.OfflineSyncPreviewEv: lambda event: change(BacklogBegun(event.Message)),
            events.OfflineSyncCompletedEv: lambda event: change(BacklogRead(event.Count)),
            events.DisconnectedEv: lambda event: change(Disconnected("connection lost")),
            events.KeepAliveTimeoutEv: lambda event: change(Disconnected("the server does not answer")),
            events.KeepAliveRestoredEv: self._connected,
            events.LoggedOutEv: lambda event: change(changes.logged_out(event)),
            events.StreamReplacedEv: lambda event: change(Ended("replaced", "")),
            events.TemporaryBanEv: lambda event: change(changes.ban(event, now_ms())),
            events.ClientOutdatedEv: lambda event: change(Ended("outdated", "")),
            events.ConnectFailureEv: lambda event: change(changes.connect_failure(event)),
            events.StreamErrorEv: lambda event: logger.warning("stream error %s", event.Code),
        }
        for kind, handle in handlers.items():
            made.event(kind)(_guarded(handle))
        return made

    def _run(self) -> None:
        from neonize.client import ProxySettings

        try:
            self._client.connect(ProxySettings(self._lab.proxy) if self._lab else None)
        except Exception as error:
            # The first connect failed, or neonize met an event that it cannot express and hands over no other.
            logger.warning("connect: %s", error)
            # What it received from now on would be acknowledged and lost.
            self._client.disconnect()
            self._sink.change(changes.connect_error(str(error)))

    def _code(self, code: bytes) -> None:
        self._codes += 1
        if self._code_for is None:
            self._sink.change(QrOffered(code.decode(), _FIRST_CODE if self._codes == 1 else _NEXT_CODE))
        elif self._codes == 1:
            # The first QR code says that the connection stands. This thread must go on: it takes the answers.
            threading.Thread(target=self._ask_for_code, args=(self._code_for,), name="code", daemon=True).start()

    def _ask_for_code(self, number: str) -> None:
        from neonize.utils.enum import ClientName, ClientType

        asked = time.monotonic()
        try:
            # WhatsApp answers names other than those of known browsers with status 400.
            code = self._client.PairPhone(number, True, ClientName.LINUX, ClientType.CHROME)
        except Exception as error:
            logger.warning("pairing code: %s", error)
            self._sink.change(changes.code_refused(str(error)))
        else:
            self._sink.change(PairingCodeOffered(code, int(_WINDOW - (time.monotonic() - asked))))

    def _status(self, status: str) -> None:
        if end := changes.pairing_end(status):
            self._sink.change(end)

    def _connected(self, _event: Any) -> None:
        me = self._client.get_me()
        self._own = Address(f"+{me.JID.User}", me.LID.User or None)
        self._sink.change(Connected(f"+{me.JID.User}", me.LID.User or None, me.PushName))

    def _message(self, event: Any) -> None:
        self._keep(translate.message(event, self._own))

    def _keep(self, event: Kept | None) -> None:
        if event is not None:
            self._sink.keep(event)


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


def _log(binary: int, size: int) -> None:
    """whatsmeow's own log lines, straight to ours: neonize would queue them without bound."""
    from neonize.proto.Neonize_pb2 import LogEntry

    if binary and size > 0:
        entry = LogEntry.FromString(ctypes.string_at(binary, size))
        level = logging.getLevelName(entry.Level.upper())
        logger.log(level if isinstance(level, int) else logging.INFO, "%s: %s", entry.Name, entry.Message)
