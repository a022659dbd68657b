"""One message through the plugins: what each decided, collected and not yet done."""

import json
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import trio

from comptoir.plugins.api import (
    Contact,
    Effect,
    Json,
    Message,
    Notice,
    Plugin,
    Put,
    Reply,
    Silence,
    ToSend,
    Verdict,
)
from comptoir.sessions import sendable
from comptoir.sessions.journal.state import TENANT, Slot, Value

PLUGIN_LIMIT = 20.0
"""Seconds that a plugin may take for one message."""
MAX_EFFECTS = 50
MAX_VALUE = 65_536

ReadState = Callable[[Slot], Awaitable[Value]]
Load = Callable[[], Awaitable[bytes]]
Decision = Literal["continue", "stop", "raised", "late"]


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one plugin decided. One that raised or was late has no effects: it is as if it were not there."""

    plugin: str
    decision: Decision
    effects: tuple[Effect, ...] = ()
    fault: str = ""
    """Where and what it raised, without any text of the message."""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return self.decision in ("raised", "late")


@dataclass(frozen=True, slots=True)
class Walk:
    """What the plugins decided, in their order, and on which of their state they decided it."""

    outcomes: tuple[Outcome, ...]
    read: Mapping[Slot, int]

    @property
    def stopped(self) -> bool:
        return bool(self.outcomes) and self.outcomes[-1].decision == "stop"

    def __add__(self, other: "Walk") -> "Walk":
        """This walk, then the other."""
        return Walk(self.outcomes + other.outcomes, {**other.read, **self.read})


def quoting(made: Walk) -> Walk:
    """The same, where each reply shows what it answers: in a group several people may be waiting for one."""
    outcomes = (
        replace(
            outcome,
            effects=tuple(
                replace(effect, quote=True) if isinstance(effect, Reply) else effect for effect in outcome.effects
            ),
        )
        for outcome in made.outcomes
    )
    return Walk(tuple(outcomes), made.read)


async def walk(
    plugins: Sequence[Plugin],
    scene: Scene,
    read_state: ReadState,
    at_plugin: Callable[[str], Awaitable[None]] | None = None,
) -> Walk:
    """Ask the plugins in order until one says stop. `at_plugin` is awaited before each."""
    outcomes: list[Outcome] = []
    read: dict[Slot, int] = {}
    for plugin in plugins:
        if at_plugin is not None:
            await at_plugin(plugin.name)
        replied = any(isinstance(effect, Reply) for outcome in outcomes for effect in outcome.effects)
        context = PluginContext(plugin.name, scene, read_state, read, replied)
        outcomes.append(await _ask(plugin, context, scene.message))
        if outcomes[-1].decision == "stop":
            break
    return Walk(tuple(outcomes), read)


async def _ask(plugin: Plugin, context: "PluginContext", message: Message) -> Outcome:
    begun = trio.current_time()
    decision, fault = await _decision(plugin, context, message)
    effects = context.close()
    if context.failure is not None:
        raise context.failure
    failed = decision in ("raised", "late")
    return Outcome(plugin.name, decision, () if failed else effects, fault, trio.current_time() - begun)


async def _decision(plugin: Plugin, context: "PluginContext", message: Message) -> tuple[Decision, str]:
    verdict: object = None
    try:
        with trio.move_on_after(PLUGIN_LIMIT) as limit:
            verdict = await plugin.message(context, message)
    except Exception as error:
        return "raised", _where(error)
    if limit.cancelled_caught:
        return "late", f"no verdict within {PLUGIN_LIMIT:.0f} s"
    if not isinstance(verdict, Verdict):
        return "raised", f"no verdict but {type(verdict).__name__}"
    return verdict.value, ""


def _where(error: Exception) -> str:
    """Type and place. Not the error's own text: it may quote what the customer wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place


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
