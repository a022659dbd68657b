"""A shop's own phone: it links companions, hands them keys and history, and is sometimes typed on by hand."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import trio

from comptoir.lab import adv, appstate, history, messages, pairing_code
from comptoir.lab.accounts import Account
from comptoir.lab.addresses import is_audience, spoken
from comptoir.lab.automatic import Automatic
from comptoir.lab.cipher import NoKeys
from comptoir.lab.history import OldConversation
from comptoir.lab.nodes import JID, Node
from comptoir.lab.outgoing import NotSent
from comptoir.lab.person import Person
from comptoir.lab.resends import Received, wanted
from comptoir.lab.server import Companion, Server
from comptoir.lab.signal.session import Opened

# From the scan to the companion's first login with its keys: the client reconnects in between.
READY_SECONDS = 60.0


class Phone(Person):
    """Device 0 of a shop's account. `nursery` runs what a phone does after a scan without being told.

    Set `old_conversations` before a scan to choose the history that the companion gets; else it is invented.
    """

    role = "phone"

    def __init__(
        self, server: Server, account: Account, nursery: trio.Nursery, state: dict[str, Any] | None = None
    ) -> None:
        super().__init__(server, account, state)
        self._nursery = nursery
        self.old_conversations: Sequence[OldConversation] | None = None
        self.automatic = Automatic()
        self.resends = True
        """Whether companions get from it what the sender did not encrypt for them."""
        self._received = Received()
        self._account_id = secrets.randbelow(1 << 31)
        self._links = 0
        self._key = appstate.SyncKey.generate()
        self._block = appstate.Collection(appstate.CRITICAL_BLOCK)
        # Linked, and not served yet: a restart of the lab may come between.
        self._to_welcome: list[JID] = []
        if state is not None:
            self._restore(state["phone"])

    @property
    def companions(self) -> list[JID]:
        """The devices that are linked to this phone now."""
        return self.server.devices_of(self.jid)[1:]

    async def scan(self, qr: str) -> JID:
        """Link the client that shows this QR text; returns its device once it has signed.

        Key share and history follow by themselves when it has logged in. Raises AdvError for a text that is
        no link code, PairingRefused for one that nobody shows (any more).
        """
        return await self._link(adv.LinkCode.parse(qr))

    async def enter_code(self, code: str) -> JID:
        """Type the pairing code that a client shows for this number; returns its device once it has signed.

        The rest follows as after a scan. Raises PairingCodeError for a text that is no code, and for another
        code than the client's; PairingRefused where no client shows one for this number (any more).
        """
        typed, pair = pairing_code.read_code(code), self.cipher.identity.pair
        request = self.server.code_request(self.jid)
        side = await trio.to_thread.run_sync(pairing_code.PhoneSide, pair, typed, request.hello)
        answer = await self.server.give_code(request, hello=side.hello, identity=pair.public)
        secret = side.adv_secret(answer.bundle, answer.identity)
        return await self._link(adv.LinkCode(request.ref, request.noise, answer.identity, secret))

    async def on_content(self, stanza: Node, content: messages.Content, opened: Opened) -> None:
        await super().on_content(stanza, content, opened)
        sender = JID.parse(stanza.attr("from"))
        if self.server.account_of(sender) == self.account:
            await self._hand_on(stanza.attr("id"), sender, wanted(content))
            return
        self._received.note(stanza, content)
        if content.text and not is_audience(sender):
            for text in self.automatic.answers(spoken(self.server, sender), self.server.clock.now()):
                self._nursery.start_soon(self._answer, sender, text)

    async def _hand_on(self, request_id: str, companion: JID, ids: list[str]) -> None:
        answer = self._received.answer(request_id, ids) if self.resends else None
        if answer is not None:
            # A companion that was unlinked in the meantime gets nothing.
            with suppress(NoKeys, NotSent):
                await self.outgoing.send_to_own(companion, answer)

    async def _answer(self, sender: JID, text: str) -> None:
        await trio.sleep(self.automatic.after)
        # Whoever has blocked the shop gets no answer.
        with suppress(NotSent):
            await self.outgoing.send(sender.bare, messages.text(text, secret=messages.new_secret()))

    async def _link(self, code: adv.LinkCode) -> JID:
        if not self._block.version:
            await self.rename(self.account.name or "Boutique")
        self._links += 1
        now = int(self.server.clock.now())
        identity = adv.vouch(
            self.cipher.identity.pair, code, key_index=self._links, now=now, account_id=self._account_id
        )
        companion = await self.server.link_companion(ref=code.ref, phone=self.jid, identity=identity)
        self._check(companion)
        self._to_welcome.append(companion.jid)
        self.changed()
        self._nursery.start_soon(self._welcome, companion.jid)
        return companion.jid

    async def unlink(self, companion: JID | None = None) -> list[JID]:
        """Remove one companion, or all of them; returns those removed."""
        gone = [companion] if companion is not None else self.companions
        for device in gone:
            await self.server.unlink(device)
            self.cipher.forget(device)
            self._to_welcome = [each for each in self._to_welcome if each != device]
        return gone

    async def pick_up(self, call: str) -> None:
        """Take an incoming call; the companions learn that it was taken elsewhere. Raises NoSuchCall."""
        await self.calls.answer(call, accept=True)

    async def decline(self, call: str) -> None:
        """Refuse an incoming call. Raises NoSuchCall."""
        await self.calls.answer(call, accept=False)

    async def rename(self, name: str) -> None:
        """Set the push name; linked companions learn it through the account's app state."""
        change = appstate.push_name(name, self.server.clock.now_ms())
        self._block, patch = appstate.patch(self._block, self._key, [change])
        self.changed()
        await self.server.put_app_state(self.account, appstate.CRITICAL_BLOCK, patch)

    async def share_key(self, companion: JID) -> None:
        """Send the app state key. Raises NoKeys, NotSent."""
        now = self.server.clock.now_ms()
        await self.outgoing.send_to_own(companion, messages.app_state_key_share(self._key.id, self._key.data, now))

    async def share_history(self, companion: JID) -> None:
        """Put the old conversations on the media host and say where they lie. Raises NoKeys, NotSent."""
        chats = self.old_conversations
        if chats is None:
            chats = history.invented(int(self.server.clock.now()))
        for chunk in history.chunks(chats):
            file = history.sealed(chunk)
            path = self.server.media.put(file.body)
            note = history.notification(chunk, file, path, secrets.token_hex(16))
            await self.outgoing.send_to_own(companion, note)

    async def _welcome(self, companion: JID) -> None:
        with trio.move_on_after(READY_SECONDS):
            await self.server.wait_ready(companion)
            # Neither happens unless the companion was unlinked in the meantime.
            with suppress(NoKeys, NotSent):
                await self.share_key(companion)
                await self.share_history(companion)
            self._to_welcome = [each for each in self._to_welcome if each != companion]
            self.changed()

    def _check(self, companion: Companion) -> None:
        adv.check_device(
            companion.device_identity,
            account=self.cipher.identity.pair.public,
            identity=companion.identity_key,
        )

    def _restore(self, state: dict[str, Any]) -> None:
        self._account_id, self._links = state["account_id"], state["links"]
        self._key = appstate.SyncKey(bytes.fromhex(state["key_id"]), bytes.fromhex(state["key_data"]))
        self._block = appstate.Collection.load(state["block"])
        self._to_welcome = [JID.parse(device) for device in state["to_welcome"]]
        for device in self._to_welcome:
            self._nursery.start_soon(self._welcome, device)

    def state(self) -> dict[str, Any]:
        phone = {
            "account_id": self._account_id,
            "links": self._links,
            "key_id": self._key.id.hex(),
            "key_data": self._key.data.hex(),
            "block": self._block.export(),
            "to_welcome": [str(device) for device in self._to_welcome],
        }
        return super().state() | {"phone": phone}
