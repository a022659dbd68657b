"""A tenant's chats in memory, and what is done to them: as the journal does it, without a journal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from comptoir.plugins.api import (
    Answer,
    Assign,
    Call,
    Case,
    Change,
    Close,
    Contact,
    Conversation,
    Effect,
    Handover,
    Line,
    Notice,
    Put,
    Reply,
    Silence,
    Tag,
    Tenant,
    Wake,
)
from comptoir.plugins.shop.model import ShopEffect, Transcribe
from comptoir.plugins.shop.telling import PLUGIN
from comptoir.plugins.testing.heard import Heard, Told
from comptoir.plugins.testing.selling import Doing, MemoryShop
from comptoir.plugins.walking.state import TENANT, Slot, Value


@dataclass
class Chat:
    """One contact's."""

    contact: Contact
    conversation: Conversation
    silent_until: datetime | None = None
    lines: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """Of its conversation, that the plugins have not been told of."""

    def held(self, now: datetime) -> str:
        if self.silent_until is not None and self.silent_until > now:
            return "silenced"
        if self.conversation.state == "pending":
            return "waits for a person"
        return f"{self.conversation.agent} has it" if self.conversation.agent else ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A timer that a plugin set."""

    due: datetime
    plugin: str
    chat: str
    name: str
    data: Any


@dataclass(frozen=True, slots=True)
class Recording:
    """One that a plugin wants in words."""

    plugin: str
    chat: str
    message: int


class Memory:
    """All that a tenant's plugins have done so far."""

    def __init__(self, tenant: Tenant, wording: Mapping[str, Mapping[str, str]]) -> None:
        self.tenant = tenant
        self.shop = MemoryShop(tenant, wording.get(PLUGIN, {}))
        self.chats: dict[str, Chat] = {}
        self.state: dict[Slot, Value] = {}
        self.alarms: dict[tuple[str, str, str], Alarm] = {}
        self.calls: list[Call] = []
        self.recordings: list[Recording] = []
        """That plugins wait for in words, the oldest first."""
        self._numbers = 0

    def chat(self, contact: Contact, now: datetime) -> Chat:
        """The contact's chat, which begins here where there was none."""
        return self.chats.setdefault(contact.chat, Chat(contact, Conversation(0, "open", None, now, now)))

    def begin(self, chat: Chat, now: datetime) -> None:
        """A message has come: a conversation begins where none goes on."""
        if chat.conversation.number == 0 or chat.conversation.state == "closed":
            self._numbers += 1
            chat.conversation = Conversation(self._numbers, "open", None, now, now)
            chat.changes.append(Change("opened", "customer"))

    def cases(self) -> tuple[Case, ...]:
        waiting = (chat for chat in self.chats.values() if _is_persons(chat.conversation))
        ordered = sorted(waiting, key=lambda chat: chat.conversation.changed)
        return tuple(Case(chat.conversation, chat.contact.chat, chat.contact.name) for chat in ordered)

    def next_alarm(self, until: datetime) -> Alarm | None:
        due = sorted((alarm for alarm in self.alarms.values() if alarm.due <= until), key=lambda alarm: alarm.due)
        return due[0] if due else None

    def do(self, chat: Chat, doing: Doing, plugin: str, effect: Effect, *, spoken: bool) -> Heard:
        """One effect; a reply only where it is `spoken`."""
        if isinstance(effect, ShopEffect):
            return self._sell(chat, doing, plugin, effect)
        now = doing.now
        match effect:
            case Reply():
                if not spoken:
                    return Heard()
                chat.lines.append(Line(now, f"plugin:{plugin}", "text", effect.text))
                return Heard(replies=(effect,))
            case Notice(text, to):
                return Heard(told=tuple(self._told(text, to)))
            case Put(key, value, shared):
                slot = Slot(plugin, TENANT if shared else chat.contact.id, key)
                self.state[slot] = Value(value, self.state.get(slot, Value(None, 0)).version + 1)
            case Silence(until):
                chat.silent_until = until
            case Tag(tag, on):
                tags = chat.contact.tags | {tag} if on else chat.contact.tags - {tag}
                chat.contact = replace(chat.contact, tags=tags)
            case Wake(name, None):
                self.alarms.pop((plugin, chat.contact.chat, name), None)
            case Wake(name, datetime() as at, data):
                self.alarms[plugin, chat.contact.chat, name] = Alarm(at, plugin, chat.contact.chat, name, data)
            case Call():
                self.calls.append(effect)
            case Handover(reason, notice, to):
                self._turn(chat, now, Change("handed_over", f"plugin:{plugin}"), state="pending", reason=reason)
                text = notice.replace("{number}", str(chat.conversation.number)).replace("{chat}", chat.contact.chat)
                return Heard(told=tuple(self._told(text or reason, to)))
            case _:
                return self._persons(chat, plugin, effect, now)
        return Heard()

    def _sell(self, chat: Chat, doing: Doing, plugin: str, effect: ShopEffect) -> Heard:
        """In the shop; the customer is told wherever they are."""
        if isinstance(effect, Transcribe):
            if doing.message is not None:
                self.recordings.append(Recording(plugin, chat.contact.chat, doing.message))
            return Heard()
        done = self.shop.do(doing, effect)
        told = tuple(self._told(done.words.owner, ("owner",))) if done.words.owner else ()
        text = done.words.customer
        of = next((other for other in self.chats.values() if other.contact.id == done.contact), chat)
        if not text:
            return Heard(told=told)
        of.lines.append(Line(doing.now, f"plugin:{plugin}", "text", text))
        if of is chat:
            return Heard(replies=(Reply(text),), told=told)
        return Heard(told=told, answers=((of.contact.chat, text),))

    def _persons(self, chat: Chat, plugin: str, effect: Effect, now: datetime) -> Heard:
        """What the owner and the team do to conversations, or plugins to their own."""
        number = getattr(effect, "number", None)
        of = chat if number is None else self._numbered(number)
        if of is None:
            return Heard()
        by = f"plugin:{plugin}" if number is None else who(chat.contact)
        match effect:
            case Assign(agent):
                if agent is None:
                    of.silent_until = None
                change = Change("released" if agent is None else "assigned", by)
                self._turn(of, now, change, state="open", agent=agent)
            case Close():
                of.silent_until = None
                self._turn(of, now, Change("closed", by), state="closed", agent=None)
            case Answer(_, text):
                name = "owner" if chat.contact.role == "owner" else chat.contact.member
                of.lines.append(Line(now, by, "text", text))
                self._turn(of, now, Change("assigned", by, text), state="open", agent=name)
                return Heard(answers=((of.contact.chat, text),))
        return Heard()

    def take(self, chat: Chat, text: str, now: datetime, until: datetime) -> None:
        """Somebody writes by hand from the shop's phone."""
        chat.lines.append(Line(now, "owner", "text", text))
        chat.silent_until = until
        self._turn(chat, now, Change("taken", "owner", text), state="open", agent="owner")

    def close(self, chat: Chat, by: str, now: datetime) -> None:
        chat.silent_until = None
        self._turn(chat, now, Change("closed", by), state="closed", agent=None)

    def _turn(self, chat: Chat, now: datetime, change: Change, **fields: Any) -> None:
        persons = change.kind in ("handed_over", "taken", "assigned")
        chat.conversation = replace(
            chat.conversation, changed=now, handed_over=chat.conversation.handed_over or persons, **fields
        )
        chat.changes.append(change)

    def _numbered(self, number: int) -> Chat | None:
        found = (chat for chat in self.chats.values() if chat.conversation.number == number)
        return next((chat for chat in found if chat.conversation.state != "closed"), None)

    def _told(self, text: str, to: tuple[str, ...]) -> Iterator[Told]:
        team = [member.name for member in self.tenant.team]
        for whom in to:
            for name in team if whom == "team" else [whom]:
                if name in team or (name == "owner" and self.tenant.owner):
                    yield Told(name, text)


def _is_persons(conversation: Conversation) -> bool:
    return conversation.state == "pending" or (conversation.state == "open" and conversation.agent is not None)


def who(contact: Contact) -> str:
    """As in a history."""
    if contact.role == "customer":
        return "customer"
    return "owner" if contact.role == "owner" else f"agent:{contact.member}"
