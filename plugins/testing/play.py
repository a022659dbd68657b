"""Plays a conversation: what people write, how time goes by, and what the plugins make of it."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

import trio
from trio.testing import MockClock

from comptoir.plugins.api import (
    Contact,
    Json,
    Line,
    Member,
    Message,
    Mistake,
    OutsideFailed,
    Plugin,
    PluginConfig,
    Quote,
    Receipt,
    Received,
    ReceivedFile,
    Reply,
    Response,
    Tenant,
    Timer,
    Transcript,
)
from comptoir.plugins.models import Completion
from comptoir.plugins.shop.model import ShopEffect
from comptoir.plugins.shop.placing import Stale
from comptoir.plugins.testing.heard import Heard, together
from comptoir.plugins.testing.memory import Alarm, Chat, Memory, who
from comptoir.plugins.testing.selling import Doing, MemoryShop
from comptoir.plugins.walking.context import Load, Ports, Question, Scene
from comptoir.plugins.walking.daily import PREFIX, data_of, next_due
from comptoir.plugins.walking.state import Slot, Value
from comptoir.plugins.walking.walk import PLUGIN_LIMIT, Occasion, Walk, overrides, tell, walk

OWNER = "+221338000000"
TENANT = Tenant("Chez Awa", "fr", "SN", "Africa/Dakar", OWNER, (Member("Fatou", "+221338000001"),), None, {})
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday; noon in Dakar too."""
IDLE = 1.0
"""Seconds without any work after which the clock of a plugin that only waits jumps on."""
MAX_WALKS = 3
"""How often a message is walked before what it was decided on is taken for never so."""

Site = Callable[[str], Response]
AskModel = Callable[[Question], Awaitable[Completion]]


class Play:
    """A tenant with these plugins, in memory. Each of its methods ends when all that follows from it is done.

    `plugins` are started; their faults in `files` are in `mistakes`. `wording` is the tenant's own, by plugin and key;
    `site` answers what plugins read outside, and raises OutsideFailed. What the tenant sells, its `catalogue`, is sold
    in `shop`; `model` is what models complete, and raises ModelFailed. Where recordings are `transcribed`,
    `Person.is_transcribed` tells what was said in them.
    """

    def __init__(  # noqa: PLR0913 (what it is made of, by name)
        self,
        *plugins: Plugin,
        now: datetime = NOON,
        wording: Mapping[str, Mapping[str, str]] | None = None,
        site: Site | None = None,
        limit: float = PLUGIN_LIMIT,
        transcribed: bool = False,
        model: AskModel | None = None,
    ) -> None:
        self.plugins = plugins
        self.tenant = plugins[0].tenant if plugins else TENANT
        self.now = now
        self._wording = wording or {}
        self.memory = Memory(self.tenant, self._wording)
        self._site = site
        self._limit = limit
        self._transcribed = transcribed
        self._model = model
        self._ids = 0
        self.mistakes: tuple[Mistake, ...] = tuple(mistake for plugin in plugins for mistake in plugin.check())
        if not self.mistakes:
            self._run(self._start)

    def customer(self, name: str = "Awa", chat: str = "+221770000001", *, is_new: bool = True) -> "Person":
        return Person(self, Contact(_id(chat), chat, name, is_new))

    def owner(self) -> "Person":
        return Person(self, Contact(_id(OWNER), self.tenant.owner or OWNER, "", is_new=False, role="owner"))

    def colleague(self, name: str) -> "Person":
        member = next(member for member in self.tenant.team if member.name == name)
        contact = Contact(_id(member.address), member.address, name, is_new=False, role="team", member=name)
        return Person(self, contact)

    def passes(self, **time: float) -> Heard:
        """So much time, as for `timedelta`; timers that become due are told, each at its moment."""
        end = self.now + timedelta(**time)
        heard: list[Heard] = []
        while alarm := self.memory.next_alarm(end):
            self.now = max(self.now, alarm.due)
            del self.memory.alarms[alarm.plugin, alarm.chat, alarm.name]
            chat = self.memory.chats[alarm.chat]
            heard.append(self._tell(chat, alarm.plugin, Timer(alarm.name, alarm.due, alarm.data)))
            if alarm.name.startswith(PREFIX) and (due := next_due(alarm.data, self.now)):
                self.memory.alarms[alarm.plugin, alarm.chat, alarm.name] = replace(alarm, due=due)
        self.now = end
        return together(heard)

    def state(self, plugin: str, key: str, person: "Person | None" = None) -> Json:
        """What a plugin remembers, of a person or of the whole tenant."""
        value: Json = self.memory.state.get(Slot(plugin, person.contact.id if person else 0, key), Value(None, 0)).value
        return value

    @property
    def shop(self) -> MemoryShop:
        """What is left, what was ordered, what the owner changed by chat."""
        return self.memory.shop

    def stop(self) -> None:
        self._run(self._stop)

    # --- the walk

    def hear(self, contact: Contact, message: Message, data: bytes | None = None) -> Heard:
        """A message, with the file that it holds, through all plugins, and what follows from it."""
        chat = self.memory.chat(contact, self.now)
        chat.lines.append(Line(self.now, "customer", message.kind, message.text))
        held = chat.held(self.now)
        plugins = [plugin for plugin in self.plugins if plugin.always or not held]
        scene = replace(self._scene(chat, message), load=None if data is None else _loading(data))
        pictured = message.kind == "image"
        doing = Doing(chat.contact, self.now, message.ids[-1], who(chat.contact), pictured)
        made = self._decided(doing, lambda: walk(plugins, scene, self._ports(chat), limit=self._limit))
        chat.contact = replace(chat.contact, is_new=False)
        if contact.role == "customer" and made.leaves_open(message.kind, message.text):
            self.shop.unanswered.append((self.now, message.text))
        self.memory.begin(chat, self.now)
        return self._do(chat, doing, made, spoken=True)

    def changed(self, chat: Chat) -> Heard:
        """Tell the plugins how the chat's conversation has changed."""
        heard: list[Heard] = []
        while chat.changes:
            change = chat.changes.pop(0)
            heard += [
                self._tell(chat, plugin.name, change) for plugin in self.plugins if overrides(plugin, "conversation")
            ]
        return together(heard)

    def _tell(self, chat: Chat, name: str, occasion: Occasion) -> Heard:
        plugin = next(plugin for plugin in self.plugins if plugin.name == name)
        scene = self._scene(chat, None)
        doing = Doing(chat.contact, self.now)
        made = self._decided(doing, lambda: tell(plugin, scene, self._ports(chat), occasion, self._limit))
        return self._do(chat, doing, made, spoken=not chat.held(self.now))

    def transcribed(self, chat: Chat, text: str, why: str) -> Heard:
        """The chat's oldest recording that a plugin waits for; raises ValueError where there is none."""
        waiting = (one for one in self.memory.recordings if one.chat == chat.contact.chat)
        if (recording := next(waiting, None)) is None:
            raise ValueError(f"no plugin wants a recording of {chat.contact.chat} in words")
        self.memory.recordings.remove(recording)
        return self._tell(chat, recording.plugin, Transcript(recording.message, text, why))

    def receipt(self, chat: Chat, plugin: str, receipt: Receipt) -> Heard:
        return self._tell(chat, plugin, receipt)

    def _decided(self, doing: Doing, walking: Callable[[], Coroutine[Any, Any, Walk]]) -> Walk:
        """Walk, and again where the shop is no longer as it was decided on. Raises Stale where it never is."""
        for walks in range(1, MAX_WALKS + 1):
            made: Walk = self._run(walking)
            try:
                for outcome in made.outcomes:
                    for effect in outcome.effects:
                        if isinstance(effect, ShopEffect):
                            self.shop.check(doing.of(outcome.plugin), effect)
            except Stale:
                if walks == MAX_WALKS:
                    raise
            else:
                break
        return made

    def _do(self, chat: Chat, doing: Doing, made: Walk, *, spoken: bool) -> Heard:
        done = [
            self.memory.do(chat, doing.of(outcome.plugin), outcome.plugin, effect, spoken=spoken)
            for outcome in made.outcomes
            for effect in outcome.effects
        ]
        heard = Heard(made.outcomes) + together(done)
        return heard + together(self.changed(other) for other in list(self.memory.chats.values()))

    def _scene(self, chat: Chat, message: Message | None) -> Scene:
        held = chat.held(self.now)
        until = chat.silent_until if held else None
        return Scene(
            self.tenant,
            chat.contact,
            chat.conversation,
            self.now,
            message,
            held,
            until,
            wording=self._wording,
            transcribes=self._transcribed,
        )

    def _ports(self, chat: Chat) -> Ports:
        async def state(slot: Slot) -> Value:
            return self.memory.state.get(slot, Value(None, 0))

        async def history(limit: int) -> tuple[Line, ...]:
            return tuple(chat.lines[len(chat.lines) - min(limit, len(chat.lines)) :])

        async def cases() -> Any:
            return self.memory.cases()

        async def fetch(url: str, _headers: Mapping[str, str]) -> Response:
            if self._site is None:
                raise OutsideFailed("this play has no site")
            return self._site(url)

        made = Ports(state, history, cases, fetch, shop=self.shop)
        return made if self._model is None else replace(made, model=self._model)

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def _run(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        return trio.run(work, clock=MockClock(autojump_threshold=IDLE))

    async def _start(self) -> None:
        for plugin in self.plugins:
            await plugin.start()
            for name, at in plugin.daily().items() if self.tenant.owner else ():
                self._set_daily(plugin.name, PREFIX + name, data_of(at, self.tenant.timezone))

    def _set_daily(self, plugin: str, name: str, data: Json) -> None:
        chat = self.owner().chat.contact.chat
        if due := next_due(data, self.now):
            self.memory.alarms[plugin, chat, name] = Alarm(due, plugin, chat, name, data)

    async def _stop(self) -> None:
        for plugin in reversed(self.plugins):
            await plugin.stop()


@dataclass(frozen=True)
class Person:
    """Somebody who writes to the shop."""

    play: Play
    contact: Contact

    def says(  # noqa: PLR0913 (all that a message may hold, by name)
        self,
        text: str = "",
        kind: str = "text",
        *,
        content: Received | None = None,
        quote: Quote | None = None,
        sender: str = "",
        data: bytes | None = None,
    ) -> Heard:
        """One message, and what comes of it; `data` is what `Context.load` gives of the file that it holds."""
        ids = (self.play.next_id(),)
        return self.play.hear(self._known, Message(ids, kind, text, self.play.now, content, quote, sender), data)

    def speaks(self, *, seconds: int = 5, kept: bool = True) -> Heard:
        """A voice note; what was said in it tells `is_transcribed`, where a plugin wants to know."""
        return self.says(kind="voice", content=ReceivedFile("audio/ogg; codecs=opus", 4_000, "", seconds, kept))

    def is_transcribed(self, text: str = "", why: str = "nothing was said in it") -> Heard:
        """The oldest of their recordings that a plugin wants in words is, or cannot be where `text` is empty."""
        return self.play.transcribed(self.chat, text, "" if text else why)

    def shows(self, caption: str = "", *, kept: bool = True) -> Heard:
        """A picture."""
        return self.says(caption, "image", content=ReceivedFile("image/jpeg", 80_000, kept=kept))

    def answered_by_hand(self, text: str = "Je m'en occupe.", *, minutes: float = 60) -> Heard:
        """The owner writes to them from the shop's phone; the chat is silent for so long."""
        self.play.memory.take(self.chat, text, self.play.now, self.play.now + timedelta(minutes=minutes))
        return self.play.changed(self.chat)

    def is_closed(self, by: str = "operator") -> Heard:
        self.play.memory.close(self.chat, by, self.play.now)
        return self.play.changed(self.chat)

    def gets(self, plugin: str, text: str, state: Literal["delivered", "read", "failed"] = "delivered") -> Heard:
        """What became of something that a plugin wrote to them. Raises ValueError where it wrote no such text."""
        if not any((line.by, line.text) == (f"plugin:{plugin}", text) for line in self.chat.lines):
            raise ValueError(f"{plugin} wrote no {text!r} to {self.contact.chat}")
        return self.play.receipt(self.chat, plugin, Receipt(self.play.next_id(), state, text))

    @property
    def chat(self) -> Chat:
        return self.play.memory.chat(self.contact, self.play.now)

    @property
    def _known(self) -> Contact:
        known = self.play.memory.chats.get(self.contact.chat)
        return known.contact if known else self.contact


def quoted(reply: Reply) -> Quote:
    """What a customer's message holds that answers this one of ours."""
    kind = "text" if reply.content is None else getattr(reply.content, "kind", None) or "image"
    return Quote(1, kind, reply.text, ours=True)


class Player(Protocol):
    """Makes a `Play` of plugins, given as classes or ready made."""

    def __call__(
        self,
        *plugins: type[Plugin] | Plugin,
        tenant: Tenant = TENANT,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        **more: Any,
    ) -> Play: ...


def made_of(
    kinds: Sequence[type[Plugin] | Plugin], tenant: Tenant, config: Mapping[str, Mapping[str, Any]]
) -> list[Plugin]:
    """Plugins of classes, each with its table of `config`; what is one already stays as it is."""
    return [
        kind if isinstance(kind, Plugin) else kind(_checked(kind.Config, config.get(kind.name, {})), tenant)
        for kind in kinds
    ]


def _checked(model: type[PluginConfig], table: Mapping[str, Any]) -> PluginConfig:
    return model.model_validate(table)


def _loading(data: bytes) -> Load:
    async def load() -> bytes:
        return data

    return load


def _id(chat: str) -> int:
    """The contact's: the same for the same chat."""
    return int("".join(filter(str.isdigit, chat)) or 1)
