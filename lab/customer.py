"""A customer's phone: writes to shops by number or by LID, in every kind of message the lab knows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import trio

from comptoir.lab import messages
from comptoir.lab.accounts import Account
from comptoir.lab.addresses import dialled
from comptoir.lab.bots import Bot
from comptoir.lab.cipher import NoKeys
from comptoir.lab.crypto import KeyPair
from comptoir.lab.heard import Heard
from comptoir.lab.kinds.contents import Edit, Poll, Reaction
from comptoir.lab.nodes import JID, Node
from comptoir.lab.outgoing import NotSent
from comptoir.lab.person import Person
from comptoir.lab.server import Server
from comptoir.lab.signal.keys import MAX_PREKEY_ID, PreKey
from comptoir.lab.signal.session import Opened


class Customer(Person):
    """One customer. With `reads_at_once` every message is read as it comes; else `read` does it."""

    role = "customer"

    def __init__(self, server: Server, account: Account, state: dict[str, Any] | None = None) -> None:
        super().__init__(server, account, state)
        self.reads_at_once = False
        self.bot: Bot | None = None
        """Answers every text by itself."""

    async def say_unknown(self, to: str, *, as_lid: bool = False, secret: bool | None = None) -> str:
        """Send a message whose only content is a field that no schema of today knows. Else as `say`."""
        return await self.send(to, messages.unknown(secret=self._secret(secret)), as_lid=as_lid)

    async def ask_poll(self, to: str, question: str, options: tuple[str, ...], *, as_lid: bool = False) -> str:
        """Send a poll: an existing kind that is no text. Else as `say`."""
        return await self.post(to, Poll(question, options, choices=0), as_lid=as_lid)

    async def react(self, to: str, target: str, emoji: str, *, as_lid: bool = False) -> str:
        """React to the message `target`, one's own or one that was heard. Else as `say`."""
        return await self.post(to, Reaction(target, emoji), as_lid=as_lid)

    async def edit(self, to: str, target: str, text: str, *, as_lid: bool = False) -> str:
        """Replace the text of one's own message `target`. Else as `say`."""
        return await self.post(to, Edit(target, text), as_lid=as_lid)

    async def repeat(self, id: str) -> None:
        """Send the very stanza of `id` once more, as a duplicate. Raises NotSent for an old id."""
        await self.outgoing.send_twice(id)

    async def say_with_lost_prekey(self, to: str, text: str, *, as_lid: bool = False) -> str:
        """Begin new sessions with one-time prekeys that the companions do not have (any more). Else as `say`."""
        for device in self.server.devices_of(dialled(self.server, to))[1:]:
            bundle = self.server.take_bundle(device)
            if bundle is not None:
                lost = PreKey(MAX_PREKEY_ID, KeyPair.generate().public)
                self.cipher.start(device, replace(bundle, prekey=lost))
        return await self.say(to, text, as_lid=as_lid)

    async def say_unavailable(self, to: str, text: str, *, kind: str = "", as_lid: bool = False) -> str:
        """Send a text that only the phone gets, of a kind as in `stanzas.unavailable`. Else as `say`."""
        message = messages.text(text, secret=self._secret(None))
        return await self.outgoing.send(dialled(self.server, to, as_lid), message, withheld=kind)

    async def reinstall(self, *, tell: bool = True) -> None:
        """Set the app up anew: another identity and registration id, no session with anybody, nothing to repeat.

        What waits for it on the server can no longer be read. With `tell` the server tells its contacts.
        """
        self.cipher.renew()
        self.group_cipher.reset()
        self.outgoing.forget_all()
        if tell:
            self.server.tell_new_identity(self.account)

    async def call(self, to: str, *, video: bool = False, as_lid: bool = False, group: str = "") -> str:
        """Ring a number until it answers or `hang_up`; returns the call's id. See `Calls.ring`."""
        return await self.calls.ring(to, video=video, as_lid=as_lid, group=group)

    async def hang_up(self, call: str, reason: str = "timeout") -> None:
        """End a call; "timeout" says that nobody answered. Raises NoSuchCall."""
        await self.calls.hang_up(call, reason)

    def skip_key(self, group: str) -> None:
        """Send the next message to a group under a new key that nobody has: each device has to ask for it."""
        chat = dialled(self.server, group)
        self.group_cipher.pretend_told(chat, self.server.group_devices(chat))

    def lose_sender_keys(self, group: str) -> None:
        """Forget what members of a group have handed over: their next messages have to be asked for again."""
        self.group_cipher.forget(dialled(self.server, group))

    def lose_session(self, other: str) -> None:
        """Forget the Signal sessions with a number: its next message has to be asked for again."""
        for device in self.server.devices_of(dialled(self.server, other)):
            self.cipher.forget(device)

    def renew_session(self, other: str) -> None:
        """Begin new Signal sessions with a number, as an app does that was installed again."""
        for device in self.server.devices_of(dialled(self.server, other)):
            try:
                self.cipher.start(device)
            except NoKeys:
                continue

    async def on_content(self, stanza: Node, content: messages.Content, opened: Opened) -> None:
        before = self.heard_log.next_number
        await super().on_content(stanza, content, opened)
        if self.heard_log.next_number == before:
            return
        if self.reads_at_once:
            chat = JID.parse(stanza.attr("from")).bare
            await self._read(chat, stanza.jid("participant") or chat, [stanza.attr("id")])
        if self.bot is not None and content.text:
            self.server.start_soon(self._answer, self.bot, self.heard_log.all()[-1])

    async def _answer(self, bot: Bot, heard: Heard) -> None:
        text = bot.answer()
        if text is not None:
            await trio.sleep(bot.after)
            # Whoever cannot be reached gets no answer.
            with suppress(NotSent):
                await self.say(heard.chat, text, as_lid=heard.by_lid)
