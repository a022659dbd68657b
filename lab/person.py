"""A person at a device: what tests, the demo and people at the keyboard let phones and customers do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from comptoir.lab import messages, stanzas
from comptoir.lab.accounts import Account
from comptoir.lab.addresses import dialled, digits
from comptoir.lab.device import Device
from comptoir.lab.groups import STATUS
from comptoir.lab.heard import Heard
from comptoir.lab.kinds import building
from comptoir.lab.kinds.contents import Deletion, Edit, File, Poll, Reaction, Sendable, Timer, ViewOnce, Vote
from comptoir.lab.kinds.shown import ShownFile
from comptoir.lab.nodes import JID
from comptoir.lab.server import Server

VIEW_ONCE = "view_once"
ABOUT_ANOTHER = (Vote, Reaction, Edit, Deletion, Timer)


class Person(Device):
    """A device that somebody holds: says, posts, reads, types and blocks when told to, and shows what it heard."""

    def __init__(self, server: Server, account: Account, state: dict[str, Any] | None = None) -> None:
        super().__init__(server, account, state)
        self._messages_said = state["said"] if state else 0

    def heard(self, sender: str | None = None, *, chat: str | None = None) -> list[Heard]:
        """Decrypted messages in order; `sender` (a number in any spelling) narrows them to one other's, and
        `chat`, written as in `Heard`, to those of one chat.
        """
        return self.heard_log.all(sender and f"+{digits(sender)}", chat)

    async def wait_heard(
        self, count: int, seconds: float = 10.0, *, sender: str | None = None, chat: str | None = None
    ) -> list[Heard]:
        """All of `heard(sender, chat=chat)` as soon as there are `count`. Raises NotHeard after `seconds`."""
        return await self.heard_log.wait(count, seconds, sender and f"+{digits(sender)}", chat)

    async def say(  # noqa: PLR0913  (all but the first two are seldom given)
        self,
        to: str,
        text: str,
        *,
        quote: str | None = None,
        mentions: Sequence[str] = (),
        expires_in: int | None = None,
        as_lid: bool = False,
        secret: bool | None = None,
        extended: bool = False,
    ) -> str:
        """Send a text to a number or a group and return its id once the server has acknowledged it.

        `quote` is the id of a message that was sent or heard, `mentions` are numbers; the text disappears after
        `expires_in` seconds, or with the chat's timer. `as_lid` writes between the two LIDs instead of the numbers.
        Nine in ten of a person's messages carry a message secret, every tenth does not, unless `secret` decides.
        Raises UnknownNumber, NoSuchMessage, NotSent.
        """
        message = messages.text(text, secret=self._secret(secret), extended=extended)
        chat = dialled(self.server, to, as_lid)
        message = self.kinds.dressed(message, chat, quote=quote, expires_in=expires_in, mentions=mentions)
        return await self.send(to, message, as_lid=as_lid)

    async def post(  # noqa: PLR0913  (likewise)
        self,
        to: str,
        content: Sendable,
        *,
        quote: str | None = None,
        mentions: Sequence[str] = (),
        expires_in: int | None = None,
        as_lid: bool = False,
        secret: bool | None = None,
    ) -> str:
        """Send anything that is no plain text. Else as `say`; raises OSError for a file that cannot be read, too."""
        chat = dialled(self.server, to, as_lid)
        message = await self.kinds.built(chat, content)
        message = self.kinds.dressed(message, chat, quote=quote, expires_in=expires_in, mentions=mentions)
        message = messages.with_secret(message, self._secret_of(content, secret))
        withheld = VIEW_ONCE if isinstance(content, ViewOnce) and content.withheld else None
        return await self.send(to, message, as_lid=as_lid, withheld=withheld)

    async def post_album(self, to: str, files: Sequence[File], *, as_lid: bool = False) -> list[str]:
        """Send pictures and videos as apps send several at once: an announcement, then each file; returns their ids."""
        chat = dialled(self.server, to, as_lid)
        videos = sum(file.kind == "video" for file in files)
        message = messages.with_secret(building.album(len(files) - videos, videos), messages.new_secret())
        ids = [await self.send(to, message, as_lid=as_lid)]
        for file in files:
            message = messages.with_secret(await self.kinds.in_album(chat, file, ids[0]), messages.new_secret())
            ids.append(await self.send(to, message, as_lid=as_lid))
        return ids

    async def fetch(self, what: Heard | ShownFile) -> bytes:
        """The file of a message that was heard, checked as an app checks it.

        Raises FileGone, FileDamaged, and ValueError for a message without a file.
        """
        return await self.kinds.fetch(_file_of(what))

    async def save(self, heard: Heard, folder: Path) -> Path:
        """`fetch` into a new file of a folder, never whole in memory; returns its path."""
        return await self.kinds.save(_file_of(heard), folder, heard.id)

    async def say_garbled(
        self, to: str, text: str, *, again: bool = True, failures: int = 0, as_lid: bool = False
    ) -> str:
        """Send a text that reaches companions damaged; who asks `again` gets it whole, after `failures` more.

        Else as `say`.
        """
        message = messages.text(text, secret=self._secret(None))
        id = await self.outgoing.send(dialled(self.server, to, as_lid), message, damage=True)
        self.outgoing.fail_again(id, failures)
        if not again:
            self.outgoing.forget(id)
        return id

    async def send(self, to: str, message: Any, *, as_lid: bool = False, withheld: str | None = None) -> str:
        """Send any Message, see `comptoir.lab.messages`; `withheld` as in `Outgoing.send`. Else as `say`."""
        self._messages_said += 1
        chat = dialled(self.server, to, as_lid)
        id = await self.outgoing.send(chat, message, withheld=withheld)
        self.kinds.sent(id, chat, message)
        return id

    def block(self, other: str) -> None:
        """Block a number: what it writes does not come any more. Raises UnknownNumber, ValueError."""
        self.server.block(self.account, self._account_of(other))

    def unblock(self, other: str) -> None:
        self.server.unblock(self.account, self._account_of(other))

    async def post_status(self, text: str, to: Sequence[str]) -> str:
        """Post a status update that these numbers see, and the own companions; returns its id.

        Raises UnknownNumber, NotSent.
        """
        people = [self.jid, *(dialled(self.server, number) for number in to)]
        devices = [device for each in people for device in self.server.devices_of(each)]
        message = messages.text(text, secret=self._secret(None), extended=True)
        return await self.outgoing.send_to_all(STATUS, devices, message)

    async def typing(self, to: str, on: bool = True, *, as_lid: bool = False) -> None:
        """Show a number that this person is typing, or has stopped."""
        chat = dialled(self.server, to, as_lid)
        await self.server.submit(self._own(chat), stanzas.typing(chat, on))

    async def read(self, sender: str | None = None) -> list[str]:
        """Send read receipts for all that was heard, or for one sender's; returns the ids."""
        # A channel's posts are nobody's: what is read of them is told to no one.
        entries = [entry for entry in self.heard(sender) if entry.sender[:1] == "+" and entry.sender != self.number]
        chats: dict[tuple[JID, JID], list[str]] = {}
        for entry in entries:
            author = dialled(self.server, entry.sender, entry.by_lid)
            chat = author if entry.chat == entry.sender else dialled(self.server, entry.chat)
            chats.setdefault((chat, author), []).append(entry.id)
        for (chat, author), ids in chats.items():
            await self._read(chat, author, ids)
        return [entry.id for entry in entries]

    async def _read(self, chat: JID, author: JID, ids: list[str]) -> None:
        receipt = stanzas.read_receipt(ids, chat, int(self.server.clock.now()), author if author != chat else None)
        await self.server.submit(self._own(chat), receipt)

    def _account_of(self, number: str) -> Account:
        account = self.server.account_of(dialled(self.server, number))
        if account is None:
            raise ValueError(f"{number} is nobody's number: the number of a person was expected")
        return account

    def _secret_of(self, content: Sendable, wanted: bool | None) -> bytes | None:
        """Apps put none into what only says something about another message, and one into every poll."""
        if isinstance(content, ABOUT_ANOTHER):
            return messages.new_secret() if wanted else None
        return self._secret(True if wanted is None and isinstance(content, Poll) else wanted)

    def _secret(self, wanted: bool | None) -> bytes | None:
        carries = self._messages_said % 10 != 9 if wanted is None else wanted
        return messages.new_secret() if carries else None

    def state(self) -> dict[str, Any]:
        return super().state() | {"said": self._messages_said}


def _file_of(what: Heard | ShownFile) -> ShownFile:
    file = what.content.file if isinstance(what, Heard) else what
    if file is None:
        raise ValueError("this message has no file: one whose content has a file was expected")
    return file
