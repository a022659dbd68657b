"""What a plugin sees of an event, and where the effects that it asks for are collected."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from comptoir.plugins.api import (
    Answer,
    Assign,
    Call,
    Case,
    Close,
    Contact,
    Conversation,
    Effect,
    Handover,
    Json,
    Line,
    Message,
    Notice,
    OutsideFailed,
    Put,
    Reply,
    Response,
    Silence,
    Tag,
    Tenant,
    ToSend,
    Wake,
)
from comptoir.plugins.models import NO_FURTHER_LIMITS, Completion, ModelFailed, ModelLimits, Said, Tool
from comptoir.plugins.shop import changes
from comptoir.plugins.shop.model import (
    AddProduct,
    Catalogue,
    CatalogueChange,
    ChangeProduct,
    Figures,
    MarkPayment,
    MoveOrder,
    Order,
    PlaceOrder,
    ShopEffect,
    Stock,
    Transcribe,
)
from comptoir.plugins.walking import sendable
from comptoir.plugins.walking.daily import PREFIX
from comptoir.plugins.walking.state import TENANT, Slot, Value

MAX_EFFECTS = 50
MAX_VALUE = 65_536
MAX_HISTORY = 50
MAX_EXPLAINED = 20
MAX_URL = 2_000
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
"""Of a timer, and a tag."""

_T = TypeVar("_T")

ReadState = Callable[[Slot], Awaitable[Value]]
Load = Callable[[], Awaitable[bytes]]
Wording = Callable[[str, Mapping[str, str]], str]


async def _no_history(_limit: int) -> tuple[Line, ...]:
    return ()


async def _no_cases() -> tuple[Case, ...]:
    return ()


def _unwatched(_plugin: str) -> AbstractContextManager[None]:
    return nullcontext()


async def _no_fetch(_url: str, _headers: Mapping[str, str]) -> Response:
    raise OutsideFailed("there is no way out from here")


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked."""

    model: str
    said: tuple[Said, ...]
    tools: tuple[Tool, ...]
    most_tokens: int
    limits: ModelLimits = NO_FURTHER_LIMITS


async def _no_model(_question: Question) -> Completion:
    raise ModelFailed("there is no model here")


class ShopPorts(Protocol):
    """Where a context reads of the shop."""

    async def catalogue(self) -> Catalogue | None: ...

    async def stock(self, skus: Sequence[str]) -> Stock: ...

    async def orders(self, number: int | None, contact: int | None, *, open_only: bool) -> tuple[Order, ...]:
        """Of one contact, or of all where None."""
        ...

    async def changes(self) -> tuple[CatalogueChange, ...]: ...

    async def figures(self, begins: datetime, ends: datetime) -> Figures: ...


class NoShop:
    """Of a tenant that has none."""

    async def catalogue(self) -> Catalogue | None:
        return None

    async def stock(self, skus: Sequence[str]) -> Stock:
        return Stock()

    async def orders(self, number: int | None, contact: int | None, *, open_only: bool) -> tuple[Order, ...]:
        return ()

    async def changes(self) -> tuple[CatalogueChange, ...]:
        return ()

    async def figures(self, begins: datetime, ends: datetime) -> Figures:
        return Figures(begins, ends, 0, 0, 0, 0, "")


@dataclass(frozen=True, slots=True)
class Ports:
    """What a context reads from; whoever walks provides it."""

    state: ReadState
    history: Callable[[int], Awaitable[tuple[Line, ...]]] = _no_history
    """The newest messages of the chat, as many as asked for."""
    cases: Callable[[], Awaitable[tuple[Case, ...]]] = _no_cases
    fetch: Callable[[str, Mapping[str, str]], Awaitable[Response]] = _no_fetch
    """Raises OutsideFailed."""
    watch: Callable[[str], AbstractContextManager[None]] = _unwatched
    """Entered, with the plugin's name, around its own code."""
    shop: ShopPorts = field(default_factory=NoShop)
    model: Callable[[Question], Awaitable[Completion]] = _no_model
    """Raises ModelFailed."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a walk is about, as it was when the walk began."""

    tenant: Tenant
    contact: Contact
    conversation: Conversation
    now: datetime
    message: Message | None = None
    """None where no message caused the walk, but a timer, a receipt or a change."""
    held: str = ""
    held_until: datetime | None = None
    load: Load | None = None
    """Reads the file that the message holds; raises LookupError."""
    wording: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The tenant's own, by plugin and key."""
    transcribes: bool = False


class PluginContext:
    """One plugin's view of an event, as the plugin API describes it; collects the effects."""

    def __init__(  # noqa: PLR0913 (what it sees, and where it reads)
        self, plugin: str, scene: Scene, ports: Ports, wording: Wording, read: dict[Slot, int], *, replied: bool
    ) -> None:
        self._plugin = plugin
        self._scene = scene
        self._ports = ports
        self._wording = wording
        self._read = read
        self._replied = replied
        self._effects: list[Effect] = []
        self._explained: list[str] = []
        self._closed = False
        self.failure: Exception | None = None
        """Why the journal could not be read: that is not the plugin's fault, whatever it makes of it."""

    @property
    def tenant(self) -> Tenant:
        return self._scene.tenant

    @property
    def contact(self) -> Contact:
        return self._scene.contact

    @property
    def conversation(self) -> Conversation:
        return self._scene.conversation

    @property
    def held(self) -> str:
        return self._scene.held

    @property
    def held_until(self) -> datetime | None:
        return self._scene.held_until

    @property
    def now(self) -> datetime:
        return self._scene.now

    @property
    def replied(self) -> bool:
        return self._replied

    @property
    def transcribes(self) -> bool:
        return self._scene.transcribes

    # --- reading

    async def get(self, key: str, *, shared: bool = False) -> Json:
        _check_key(key)
        for effect in reversed(self._effects):
            if isinstance(effect, Put) and (effect.key, effect.shared) == (key, shared):
                # A copy: what the plugin does to it afterwards was not put.
                return _copied(effect.value)
        slot = Slot(self._plugin, TENANT if shared else self.contact.id, key)
        found = await self._reading(self._ports.state(slot))
        # The first version seen is the one the decision rests on.
        self._read.setdefault(slot, found.version)
        value: Json = found.value
        return value

    async def history(self, limit: int = 10) -> tuple[Line, ...]:
        return await self._reading(self._ports.history(max(0, min(limit, MAX_HISTORY))))

    async def load(self) -> bytes:
        if self._scene.load is None:
            raise LookupError("this message holds no file")
        return await self._scene.load()

    async def cases(self) -> tuple[Case, ...]:
        self._check_colleague()
        return await self._reading(self._ports.cases())

    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response:
        return await self._ports.fetch(_checked_url(url), dict(headers or {}))

    # --- the shop

    async def catalogue(self) -> Catalogue | None:
        return await self._reading(self._ports.shop.catalogue())

    async def stock(self, skus: Sequence[str]) -> Stock:
        return await self._reading(self._ports.shop.stock(skus))

    async def orders(self, number: int | None = None, *, open_only: bool = False) -> tuple[Order, ...]:
        whose = self.contact.id if self.contact.role == "customer" else None
        return await self._reading(self._ports.shop.orders(number, whose, open_only=open_only))

    async def changes(self) -> tuple[CatalogueChange, ...]:
        self._check_colleague()
        return await self._reading(self._ports.shop.changes())

    async def figures(self, begins: datetime, ends: datetime) -> Figures:
        self._check_colleague()
        return await self._reading(self._ports.shop.figures(_aware("begins", begins), _aware("ends", ends)))

    async def ask_model(
        self,
        model: str,
        said: Sequence[Said],
        tools: Sequence[Tool] = (),
        *,
        most_tokens: int = 1_000,
        limits: ModelLimits = NO_FURTHER_LIMITS,
    ) -> Completion:
        return await self._ports.model(Question(model, tuple(said), tuple(tools), most_tokens, limits))

    # --- words

    def wording(self, key: str, **fields: str) -> str:
        return self._wording(key, {"name": self.contact.name, "shop": self.tenant.name, **fields})

    def explain(self, text: str) -> None:
        if len(self._explained) < MAX_EXPLAINED:
            self._explained.append(text[:MAX_VALUE])

    # --- effects

    def reply(self, text: str, content: ToSend | None = None, *, quote: bool = False, greeting: bool = False) -> None:
        if content is None:
            sendable.check_text(text)
        sendable.check(text, content)
        self._add(Reply(text, content, quote, greeting))

    def put(self, key: str, value: Json, *, shared: bool = False) -> None:
        _check_key(key)
        self._add(Put(key, _stored(f"the value of {key!r}", value), shared))

    def notify(self, text: str, to: tuple[str, ...] = ("owner",)) -> None:
        self._add(Notice(sendable.check_text(text), _people(to)))

    def silence(self, until: datetime) -> None:
        self._add(Silence(_aware("until", until)))

    def tag(self, tag: str, *, on: bool = True) -> None:
        self._add(Tag(_named("a tag", tag), on))

    def wake(self, name: str, at: datetime | None, data: Json = None) -> None:
        if _named("a timer's name", name).startswith(PREFIX):
            raise ValueError(f"a timer's name must not begin with {PREFIX}: see Plugin.daily")
        when = None if at is None else _aware("at", at)
        self._add(Wake(name, when, _stored("a timer's data", data)))

    def hand_over(
        self, reason: str, notice: str = "", to: tuple[str, ...] = ("owner",), *, unsure: bool = False
    ) -> None:
        if notice:
            sendable.check_text(notice)
        self._add(Handover(_named("the reason", reason), notice, _people(to), unsure))

    def assign(self, agent: str | None, number: int | None = None) -> None:
        self._check_number(number)
        self._add(Assign(None if agent is None else _named("an agent's name", agent), number))

    def close(self, number: int | None = None) -> None:
        self._check_number(number)
        self._add(Close(number))

    def answer(self, number: int, text: str) -> None:
        self._check_number(number)
        self._add(Answer(number, sendable.check_text(text)))

    def call(self, url: str, body: Json, headers: Mapping[str, str] | None = None) -> None:
        self._add(Call(_checked_url(url), _stored("the body", body), dict(headers or {})))

    def do(self, effect: ShopEffect) -> None:
        match effect:
            case PlaceOrder():
                for text in filter(None, (effect.receipt, effect.notice)):
                    sendable.check_text(text)
            case MoveOrder() | Transcribe() | MarkPayment(_, "to_check"):
                pass
            case AddProduct() | ChangeProduct():
                self._check_colleague()
                changes.check(effect)
            case MarkPayment():
                self._check_owner()
        self._add(effect)

    # --- for whoever walks

    def watched(self) -> AbstractContextManager[None]:
        """To be entered around the plugin's own code."""
        return self._ports.watch(self._plugin)

    def seal(self) -> tuple[Effect, ...]:
        """What was collected; nothing more is taken."""
        self._closed = True
        return tuple(self._effects)

    @property
    def explained(self) -> tuple[str, ...]:
        return tuple(self._explained)

    async def _reading(self, found: Awaitable[_T]) -> _T:
        try:
            return await found
        except Exception as error:
            self.failure = error
            raise

    def _check_colleague(self) -> None:
        if self.contact.role == "customer":
            raise PermissionError("other chats are the owner's and the team's: a customer wrote this")

    def _check_owner(self) -> None:
        if self.contact.role != "owner":
            raise PermissionError("whether money came is the owner's word: somebody else wrote this")

    def _check_number(self, number: int | None) -> None:
        if number is not None:
            self._check_colleague()
            if isinstance(number, bool) or not isinstance(number, int):
                raise TypeError(f"a conversation's number is an int, not {type(number).__name__}")

    def _add(self, effect: Effect) -> None:
        if self._closed:
            raise RuntimeError("this is decided: a context is valid until the method that got it returns")
        if len(self._effects) == MAX_EFFECTS:
            raise ValueError(f"too many effects at once: at most {MAX_EFFECTS}")
        self._effects.append(effect)


def _check_key(key: str) -> None:
    """Raises TypeError or ValueError for what is no key."""
    if not isinstance(key, str):
        raise TypeError(f"a key is a str, not {type(key).__name__}")
    key.encode()


def _stored(what: str, value: Json) -> Json:
    """A copy as it will be read again. Raises TypeError for what is no JSON, ValueError for what is too much."""
    stored = json.dumps(value)
    if len(stored) > MAX_VALUE:
        raise ValueError(f"{what} is too large: at most {MAX_VALUE} bytes of JSON")
    copy: Json = json.loads(stored)
    return copy


def _copied(value: Json) -> Json:
    copy: Json = json.loads(json.dumps(value))
    return copy


def _aware(what: str, time: datetime) -> datetime:
    if not isinstance(time, datetime) or time.utcoffset() is None:
        raise ValueError(f"`{what}` must be a datetime with a time zone: use context.now")
    return time


def _named(what: str, text: str) -> str:
    if not isinstance(text, str) or not _NAME.fullmatch(text) or not text.strip():
        raise ValueError(f"{what}: one line of 1 to 100 characters was expected")
    text.encode()
    return text


def _people(to: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(to, str):
        raise TypeError('`to` is a tuple, as ("owner",)')
    return tuple(to)


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > MAX_URL:
        raise ValueError("an address that begins with https:// was expected")
    return url
