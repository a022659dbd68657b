"""One person's side of every kind of message: what the phone remembers, and what it makes of contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from comptoir.lab import protobufs as pb
from comptoir.lab.accounts import Account
from comptoir.lab.addresses import dialled, is_audience, spoken
from comptoir.lab.kinds import building, files, reading, votes
from comptoir.lab.kinds.building import Context
from comptoir.lab.kinds.contents import (
    Card,
    Cards,
    Deletion,
    Edit,
    File,
    LiveLocation,
    Location,
    Poll,
    Reaction,
    Sendable,
    Timer,
    ViewOnce,
    Vote,
)
from comptoir.lab.kinds.memory import Memory, NoSuchMessage, Remembered
from comptoir.lab.kinds.shown import Shown, ShownFile
from comptoir.lab.nodes import JID
from comptoir.lab.server import Server


class Kinds:
    """`timers` is the state of an earlier instance: of each chat whose messages disappear, after how many seconds and
    since when, in seconds, too.
    """

    def __init__(
        self,
        server: Server,
        account: Account,
        changed: Callable[[], None],
        timers: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        self._server = server
        self._account = account
        self._changed = changed
        self.memory = Memory(server.store, account.number)
        self.timers = dict(timers or {})

    # Sending.

    async def built(self, chat: JID, content: Sendable) -> Any:
        """The message for a content. Raises NoSuchMessage, and OSError for a file that cannot be read."""
        match content:
            case File():
                return building.file(content, await self._placed(chat, content), self._now())
            case ViewOnce(file):
                return building.view_once(building.file(file, await self._placed(chat, file), self._now()))
            case Vote():
                return self._vote(chat, content)
            case Reaction():
                return building.reaction(self._key(chat, content.target), content.emoji, self._now_ms())
            case Edit():
                found = self.memory.get(content.target)
                original = found.message if found is not None else pb.e2e.Message()
                return building.edit(original, content.text, self._key(chat, content.target), self._now_ms())
            case _:
                return self._plainly_built(chat, content)

    def _plainly_built(
        self, chat: JID, content: Location | LiveLocation | Card | Cards | Poll | Deletion | Timer
    ) -> Any:
        match content:
            case Location():
                return building.location(content)
            case LiveLocation():
                return building.live_location(content, self._now_ms())
            case Card():
                return building.card(content)
            case Cards():
                return building.cards(content)
            case Poll():
                return building.poll(content)
            case Deletion():
                return building.deletion(content, self._key(chat, content.target))
            case Timer():
                return building.timer(content, self._now())

    def dressed(
        self, message: Any, chat: JID, *, quote: str | None, expires_in: int | None, mentions: Sequence[str] = ()
    ) -> Any:
        """The message with what it says beside its content; the chat's timer unless `expires_in` says otherwise."""
        seconds, since = self.timers.get(self._name(chat), (0, 0))
        if expires_in is not None:
            seconds, since = expires_in, self._now()
        named = [dialled(self._server, number, self._server.in_lids(chat)) for number in mentions]
        quoted = self._quotable(chat, quote) if quote else None
        return building.with_context(message, Context(quoted, seconds, since, named))

    async def in_album(self, chat: JID, file: File, album: str) -> Any:
        """The message of a file that belongs to an album, which was sent before."""
        return building.in_album(await self.built(chat, file), self._key(chat, album))

    def sent(self, id: str, chat: JID, message: Any) -> None:
        """Remember what went out."""
        self.memory.add(id, self._own(chat), message)
        self._follow_timer(chat, message)

    # Receiving.

    def shown(self, id: str, chat: JID, sender: JID, message: Any) -> Shown:
        """What a message from somebody says; it is remembered."""
        self.memory.add(id, sender, message)
        self._follow_timer(chat, message)
        shown = reading.read(message, lambda jid: spoken(self._server, jid))
        return self._with_options(shown, sender, message) if shown.kind == "vote" else shown

    async def fetch(self, file: ShownFile) -> bytes:
        return await files.fetch(self._server.media, file)

    async def save(self, file: ShownFile, folder: Path, id: str) -> Path:
        return await files.save(self._server.media, file, folder, id)

    # How.

    async def _placed(self, chat: JID, file: File) -> building.Placed:
        return await files.place(self._server.media, file, {self._account.number, self._name(chat)})

    def _vote(self, chat: JID, vote: Vote) -> Any:
        poll = self.memory.find(vote.poll)
        secret = poll.message.messageContextInfo.messageSecret
        asked = reading.read(poll.message, str).poll
        if asked is None or not secret:
            raise NoSuchMessage(
                f"message {vote.poll!r} is no poll that can be voted in: one with a secret was expected"
            )
        if strange := set(vote.options) - set(asked.options):
            raise ValueError(f"{', '.join(sorted(strange))} cannot be chosen; there are {', '.join(asked.options)}")
        asker, voter = self._in_form_of(chat, poll.sender), self._own(chat)
        value = votes.sealed(vote.options, poll=vote.poll, asker=asker, voter=voter, secret=secret)
        return building.vote(self._key(chat, vote.poll), value, self._now_ms())

    def _with_options(self, shown: Shown, sender: JID, message: Any) -> Shown:
        poll = self.memory.get(shown.target)
        asked = reading.read(poll.message, str).poll if poll is not None else None
        if poll is None or asked is None:
            return shown
        hashes = votes.opened(
            message.pollUpdateMessage.vote,
            poll=poll.id,
            askers=self._forms(poll.sender),
            voters=self._forms(sender),
            secret=poll.message.messageContextInfo.messageSecret,
        )
        if hashes is None:
            return shown
        return reading.with_options(shown, [each for each in asked.options if votes.option_hash(each) in hashes])

    def _quotable(self, chat: JID, id: str) -> Remembered:
        found = self.memory.find(id)
        return Remembered(id, self._in_form_of(chat, found.sender), found.plaintext)

    def _key(self, chat: JID, id: str) -> Any:
        """A message that is not known counts as one's own."""
        found = self.memory.get(id)
        own = found is None or self._server.account_of(found.sender) == self._account
        author = self._in_form_of(chat, found.sender) if found is not None and is_audience(chat) else None
        return building.key(id, chat, own, author)

    def _follow_timer(self, chat: JID, message: Any) -> None:
        setting = reading.read(message, str)
        if setting.kind == "timer":
            self.timers[self._name(chat)] = (setting.expires_in, setting.expires_since)
            self._changed()

    def _forms(self, jid: JID) -> list[JID]:
        both = (self._server.number_of(jid), self._server.lid_of(jid))
        return [form.bare for form in both if form is not None] or [jid.bare]

    def _own(self, chat: JID) -> JID:
        return self._account.jid(as_lid=self._server.in_lids(chat))

    def _in_form_of(self, chat: JID, jid: JID) -> JID:
        return (self._server.lid_of(jid) if self._server.in_lids(chat) else self._server.number_of(jid)) or jid

    def _name(self, chat: JID) -> str:
        """One name for both forms of a chat: the number's digits, or a group's."""
        return (self._server.number_of(chat) or chat).user

    def _now(self) -> int:
        return int(self._server.clock.now())

    def _now_ms(self) -> int:
        return self._server.clock.now_ms()
