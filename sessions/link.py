"""A linked device, as trio sees it: what neonize reports is handed to a `Sink` on the thread that calls us; what it is
asked to do (send, type, log out) runs on worker threads of ours, within limits.

One client per process and no second one after `disconnect`: neonize's Go side keeps clients in unguarded maps and may
abort the process.
"""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import trio

from comptoir.sessions import calls, changes, neonize_guard, translate
from comptoir.sessions.client import Client, Handlers
from comptoir.sessions.compose import Protos, Unsendable, compose
from comptoir.sessions.dropping import dropped_in
from comptoir.sessions.events import (
    Address,
    BacklogBegun,
    BacklogRead,
    CallReceived,
    Changed,
    Disconnected,
    Ended,
    Kept,
)
from comptoir.sessions.journal.media import Uploaded
from comptoir.sessions.journal.queued import QueuedMessage
from comptoir.sessions.judging import SecretRow
from comptoir.sessions.outbox.port import SendRefused, SendUnknown, Sent
from comptoir.sessions.pairing import Pairing
from comptoir.sessions.rootkey import trust_root_key
from comptoir.sessions.spec import LabServer
from comptoir.sessions.times import now_ms

logger = logging.getLogger("link")

# whatsmeow waits 75 s for an answer; past this it will not come back and the client is stuck.
SEND_LIMIT = 80.0
TYPING_LIMIT = 5.0
ALIVE_LIMIT = 5.0
REFUSE_LIMIT = 5.0
# More than are made at once: one that hangs may not hold up the others.
UPLOADS = 6


class Sink(Protocol):
    """Where a link's reports go. Both methods are called on neonize's thread, one after the other."""

    def keep(self, event: Kept) -> None:
        """Must not return before the event is in line for the journal; blocking holds neonize back."""
        ...

    def change(self, event: Changed) -> None: ...

    def dropped(self, row: SecretRow) -> None:
        """The library has dropped a message that it had decrypted before. From any thread; must not block."""
        ...


class Link:
    """A linked device, or one that is being linked: by QR code, or by a pairing code for the number `code_for`.

    `start` may be called once. Afterwards `send`, `upload`, `typing`, `refuse_call`, `logout` and `disconnect` may be
    called from trio; after `disconnect` or `logout` nothing may be, and the process should end soon.
    """

    def __init__(
        self, session_path: Path, sink: Sink, lab: LabServer | None = None, code_for: str | None = None
    ) -> None:
        self._sink = sink
        self._lab = lab
        self._client = Client(session_path)
        self._pairing = Pairing(self._client, sink.change, code_for)
        self._limiter = trio.CapacityLimiter(1)
        self._typing_limiter = trio.CapacityLimiter(1)
        self._upload_limiter = trio.CapacityLimiter(UPLOADS)
        self._own: Address | None = None

    def start(self) -> None:
        """Load neonize's library (a second of work, blocking) and connect on a thread of its own."""
        neonize_guard.load()
        if self._lab is not None:
            trust_root_key(self._lab.root_key)
        self._client.make(self._handlers(), self._pairing.on_qr, self._pairing.on_status, self._on_log)
        if self._client.closed:
            return
        threading.Thread(target=self._run, name="link", daemon=True).start()

    def _on_log(self, line: str) -> None:
        if row := dropped_in(line):
            self._sink.dropped(row)

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
                    self._client.send, message.address, body, abandon_on_cancel=True, limiter=self._limiter
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
            self._client.upload, content, size, kind, abandon_on_cancel=True, limiter=self._upload_limiter
        )

    async def typing(self, address: Address, on: bool) -> None:
        """Show or stop showing that we write. Its failure is of no consequence and is not raised."""
        with trio.move_on_after(TYPING_LIMIT):
            await trio.to_thread.run_sync(
                self._client.typing, address, on, abandon_on_cancel=True, limiter=self._typing_limiter
            )

    async def refuse_call(self, call: CallReceived) -> None:
        """Let the caller's phone stop ringing, and ours. Its failure is of no consequence and is not raised."""
        with trio.move_on_after(REFUSE_LIMIT):
            await trio.to_thread.run_sync(self._client.refuse_call, call, abandon_on_cancel=True)

    async def alive(self) -> bool:
        """Whether the library has a connection, or says so too late to be believed.

        Not every loss is reported: a failed reconnect after a stream error 515 is only logged
        (whatsmeow's handleStreamError), and neither tried again nor told as a Disconnected.
        """
        if self._client.closed:
            return False
        with trio.move_on_after(ALIVE_LIMIT):
            return await trio.to_thread.run_sync(self._client.is_connected, abandon_on_cancel=True)
        return False

    async def logout(self, within: float = 10.0) -> bool:
        """Log the device out at the server; False where the server could not be told."""
        with trio.move_on_after(within):
            return await trio.to_thread.run_sync(self._client.logout, abandon_on_cancel=True)
        return False

    async def disconnect(self, within: float = 3.0) -> None:
        """Close the connection, so that nothing more is acknowledged. The client is not used again."""
        if self._client.closed or not self._client.made:
            # A start that is still loading finds this and does not connect.
            self._client.closed = True
            return
        self._client.closed = True
        with trio.move_on_after(within):
            await trio.to_thread.run_sync(self._client.disconnect, abandon_on_cancel=True)

    def cut(self, within: float = 0.3) -> None:
        """As `disconnect`, from any thread, in a process that is about to end; what is being sent gets a moment."""
        end = time.monotonic() + within
        while self._limiter.borrowed_tokens and time.monotonic() < end:
            time.sleep(0.01)
        if not self._client.closed:
            self._client.closed = True
            if self._client.made:
                self._client.disconnect()

    # --- on neonize's threads

    def _handlers(self) -> Handlers:
        from neonize import events

        change = self._sink.change
        return {
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

    def _run(self) -> None:
        try:
            self._client.connect(self._lab.proxy if self._lab else None)
        except Exception as error:
            # The first connect failed, or neonize met an event that it cannot express and hands over no other.
            logger.warning("connect: %s", error)
            # What it received from now on would be acknowledged and lost.
            self._client.disconnect()
            self._sink.change(changes.connect_error(str(error)))

    def _connected(self, _event: Any) -> None:
        me = self._client.me()
        self._own = Address(me.number, me.lid)
        self._sink.change(me)

    def _message(self, event: Any) -> None:
        self._keep(translate.message(event, self._own))

    def _keep(self, event: Kept | None) -> None:
        if event is not None:
            self._sink.keep(event)
