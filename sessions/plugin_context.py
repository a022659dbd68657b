"""What a plugin sees of a message, and where the effects that it asks for are collected."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from comptoir.plugins.api import Contact, Effect, Json, Message, Notice, Put, Reply, Silence, ToSend
from comptoir.sessions import sendable
from comptoir.sessions.journal.state import TENANT, Slot, Value

MAX_EFFECTS = 50
MAX_VALUE = 65_536

ReadState = Callable[[Slot], Awaitable[Value]]
Load = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a walk is about, as it was when the walk began."""

    contact: Contact
    message: Message
    language: str
    tenant_name: str
    now: datetime
    load: Load | None = None
    """Reads the file that the message holds; raises LookupError."""


class PluginContext:
    """One plugin's view of a message, as the plugin API describes it; collects the effects."""

    def __init__(self, plugin: str, scene: Scene, read_state: ReadState, read: dict[Slot, int], replied: bool) -> None:
        self._plugin = plugin
        self._scene = scene
        self._read_state = read_state
        self._read = read
        self._replied = replied
        self._effects: list[Effect] = []
        self._closed = False
        self.failure: Exception | None = None
        """Why the state could not be read: that is not the plugin's fault, whatever it makes of it."""

    @property
    def contact(self) -> Contact:
        return self._scene.contact

    @property
    def language(self) -> str:
        return self._scene.language

    @property
    def tenant_name(self) -> str:
        return self._scene.tenant_name

    @property
    def now(self) -> datetime:
        return self._scene.now

    @property
    def replied(self) -> bool:
        return self._replied

    async def get(self, key: str, *, shared: bool = False) -> Json:
        _check_key(key)
        for effect in reversed(self._effects):
            if isinstance(effect, Put) and (effect.key, effect.shared) == (key, shared):
                # A copy: what the plugin does to it afterwards was not put.
                return _copied(effect.value)
        slot = Slot(self._plugin, TENANT if shared else self.contact.id, key)
        try:
            found = await self._read_state(slot)
        except Exception as error:
            self.failure = error
            raise
        # The first version seen is the one the decision rests on.
        self._read.setdefault(slot, found.version)
        value: Json = found.value
        return value

    def put(self, key: str, value: Json, *, shared: bool = False) -> None:
        _check_key(key)
        stored = json.dumps(value)
        if len(stored) > MAX_VALUE:
            raise ValueError(f"the value of {key!r} is too large: at most {MAX_VALUE} bytes of JSON")
        self._add(Put(key, json.loads(stored), shared))

    def reply(self, text: str, content: ToSend | None = None, *, quote: bool = False) -> None:
        if content is None:
            sendable.check_text(text)
        sendable.check(text, content)
        self._add(Reply(text, content, quote))

    async def load(self) -> bytes:
        if self._scene.load is None:
            raise LookupError("this message holds no file")
        return await self._scene.load()

    def notify_owner(self, text: str) -> None:
        self._add(Notice(sendable.check_text(text)))

    def silence(self, until: datetime) -> None:
        if not isinstance(until, datetime) or until.utcoffset() is None:
            raise ValueError("`until` must be a datetime with a time zone: use context.now")
        self._add(Silence(until))

    def close(self) -> tuple[Effect, ...]:
        """What was collected; nothing more is taken."""
        self._closed = True
        return tuple(self._effects)

    def _add(self, effect: Effect) -> None:
        if self._closed:
            raise RuntimeError("this message is decided: a context is valid until `message` returns")
        if len(self._effects) == MAX_EFFECTS:
            raise ValueError(f"too many effects for one message: at most {MAX_EFFECTS}")
        self._effects.append(effect)


def _check_key(key: str) -> None:
    """Raises TypeError or ValueError for what is no key."""
    if not isinstance(key, str):
        raise TypeError(f"a key is a str, not {type(key).__name__}")
    key.encode()


def _copied(value: Json) -> Json:
    copy: Json = json.loads(json.dumps(value))
    return copy
