"""One event through the plugins: what each decided, collected and not yet done."""

import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import trio

from comptoir.plugins.api import Change, Effect, Plugin, Receipt, Reply, Timer, Verdict
from comptoir.plugins.walking.context import PluginContext, Ports, Scene
from comptoir.plugins.walking.state import Slot
from comptoir.plugins.wording import worded

PLUGIN_LIMIT = 20.0
"""Seconds that a plugin may take for one event, where the tenant says nothing else."""

Decision = Literal["continue", "stop", "raised", "late"]
Occasion = Timer | Receipt | Change
"""What a plugin is told of beside messages."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one plugin decided. One that raised or was late has no effects: it is as if it were not there."""

    plugin: str
    decision: Decision
    effects: tuple[Effect, ...] = ()
    fault: str = ""
    """Where and what it raised, without any text of the message."""
    seconds: float = 0.0
    explained: tuple[str, ...] = ()

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

    @property
    def replied(self) -> bool:
        return any(isinstance(effect, Reply) for outcome in self.outcomes for effect in outcome.effects)

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
    ports: Ports,
    at_plugin: Callable[[str], Awaitable[None]] | None = None,
    limit: float = PLUGIN_LIMIT,
) -> Walk:
    """Ask the plugins about the scene's message in order, until one says stop. `at_plugin` is awaited before each."""
    assert scene.message is not None
    outcomes: list[Outcome] = []
    read: dict[Slot, int] = {}
    for plugin in plugins:
        if at_plugin is not None:
            await at_plugin(plugin.name)
        context = _context(plugin, scene, ports, read, replied=Walk(tuple(outcomes), read).replied)
        outcomes.append(await _ask(context, plugin.name, partial(plugin.message, context, scene.message), limit))
        if outcomes[-1].decision == "stop":
            break
    return Walk(tuple(outcomes), read)


async def tell(plugin: Plugin, scene: Scene, ports: Ports, occasion: Occasion, limit: float = PLUGIN_LIMIT) -> Walk:
    """Tell one plugin of something beside messages; a walk of one outcome."""
    read: dict[Slot, int] = {}
    context = _context(plugin, scene, ports, read, replied=False)

    async def told() -> Verdict:
        match occasion:
            case Timer():
                await plugin.timer(context, occasion)
            case Receipt():
                await plugin.receipt(context, occasion)
            case Change():
                await plugin.conversation(context, occasion)
        return Verdict.CONTINUE

    return Walk((await _ask(context, plugin.name, told, limit),), read)


def _context(plugin: Plugin, scene: Scene, ports: Ports, read: dict[Slot, int], *, replied: bool) -> PluginContext:
    own = scene.wording.get(plugin.name, {})
    return PluginContext(
        plugin.name, scene, ports, partial(worded, plugin.texts, own, scene.tenant.language), read, replied=replied
    )


async def _ask(context: PluginContext, name: str, decide: Callable[[], Awaitable[object]], limit: float) -> Outcome:
    begun = trio.current_time()
    decision, fault = await _decision(decide, limit)
    effects = context.seal()
    if context.failure is not None:
        raise context.failure
    failed = decision in ("raised", "late")
    return Outcome(name, decision, () if failed else effects, fault, trio.current_time() - begun, context.explained)


async def _decision(decide: Callable[[], Awaitable[object]], limit: float) -> tuple[Decision, str]:
    verdict: object = None
    try:
        with trio.move_on_after(limit) as scope:
            verdict = await decide()
    except Exception as error:
        return "raised", _where(error)
    if scope.cancelled_caught:
        return "late", f"no verdict within {limit:.0f} s"
    if not isinstance(verdict, Verdict):
        return "raised", f"no verdict but {type(verdict).__name__}"
    return verdict.value, ""


def _where(error: Exception) -> str:
    """Type and place. Not the error's own text: it may quote what the customer wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
