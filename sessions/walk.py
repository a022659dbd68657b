"""One message through the plugins: what each decided, collected and not yet done."""

import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import trio

from comptoir.plugins.api import Effect, Message, Plugin, Reply, Verdict
from comptoir.sessions.journal.state import Slot
from comptoir.sessions.plugin_context import PluginContext, ReadState, Scene

PLUGIN_LIMIT = 20.0
"""Seconds that a plugin may take for one message."""

Decision = Literal["continue", "stop", "raised", "late"]


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


async def _ask(plugin: Plugin, context: PluginContext, message: Message) -> Outcome:
    begun = trio.current_time()
    decision, fault = await _decision(plugin, context, message)
    effects = context.close()
    if context.failure is not None:
        raise context.failure
    failed = decision in ("raised", "late")
    return Outcome(plugin.name, decision, () if failed else effects, fault, trio.current_time() - begun)


async def _decision(plugin: Plugin, context: PluginContext, message: Message) -> tuple[Decision, str]:
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
