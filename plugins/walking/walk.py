"""One event through the plugins: what each decided, collected and not yet done."""

import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, ParamSpec

import trio

from comptoir.plugins.api import (
    Change,
    Context,
    Effect,
    Handover,
    Message,
    Plugin,
    Receipt,
    Reply,
    Timer,
    Transcript,
    Verdict,
)
from comptoir.plugins.shop.model import MarkPayment, PlaceOrder
from comptoir.plugins.walking.context import PluginContext, Ports, Scene
from comptoir.plugins.walking.state import Slot
from comptoir.plugins.wording import worded

P = ParamSpec("P")

PLUGIN_LIMIT = 20.0
"""Seconds that a plugin may take for one event, where the tenant says nothing else."""

# Not KeyboardInterrupt: a worker ignores the signal, so that it is a plugin that raised it.
_ENDINGS = (trio.Cancelled, GeneratorExit)

_SPOKEN = (Reply, PlaceOrder, MarkPayment)
"""What is said to the customer in the chat at hand: a receipt, and what came of a reference, are answers too."""

Decision = Literal["continue", "stop", "raised", "late"]
Occasion = Timer | Receipt | Change | Transcript
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
    second: bool = False
    """It was asked again, because nobody had replied."""

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
        return any(isinstance(effect, _SPOKEN) for effect in self._effects)

    @property
    def answered(self) -> bool:
        """Somebody replied with more than a greeting."""
        return any(isinstance(effect, _SPOKEN) and not getattr(effect, "greeting", False) for effect in self._effects)

    def leaves_open(self, kind: str, text: str) -> bool:
        """Nobody had an answer to what a customer asked. A word alone asks nothing."""
        handovers = [effect for effect in self._effects if isinstance(effect, Handover)]
        answered = self.answered or bool(handovers)
        return kind == "text" and len(text.split()) > 1 and (not answered or any(one.unsure for one in handovers))

    @property
    def _effects(self) -> Iterator[Effect]:
        return (effect for outcome in self.outcomes for effect in outcome.effects)

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
    """Ask the plugins about the scene's message in order, until one says stop; where none does and none answers, those
    that want to know of it once more, unless the chat is held. `at_plugin` is awaited before each.
    """
    message = scene.message
    assert message is not None
    made = Walk((), {})
    read: dict[Slot, int] = {}

    async def ask(plugin: Plugin, decide: Callable[[Context, Message], Awaitable[object]]) -> Outcome:
        if at_plugin is not None:
            await at_plugin(plugin.name)
        context = _context(plugin, scene, ports, read, replied=made.replied)
        return await _ask(context, plugin, partial(decide, context, message), limit)

    for plugin in plugins:
        made = Walk((*made.outcomes, await ask(plugin, plugin.message)), read)
        if made.stopped:
            return made
    for plugin in plugins:
        if made.answered or scene.held:
            break
        if overrides(plugin, "unanswered"):
            outcome = await ask(plugin, _without_verdict(plugin.unanswered))
            made = Walk((*made.outcomes, replace(outcome, second=True)), read)
    return made


def overrides(plugin: Plugin, method: str) -> bool:
    """Whether the plugin has a method of its own for this."""
    return getattr(type(plugin), method) is not getattr(Plugin, method)


async def tell(plugin: Plugin, scene: Scene, ports: Ports, occasion: Occasion, limit: float = PLUGIN_LIMIT) -> Walk:
    """Tell one plugin of something beside messages; a walk of one outcome."""
    read: dict[Slot, int] = {}
    context = _context(plugin, scene, ports, read, replied=False)

    async def told() -> None:
        match occasion:
            case Timer():
                await plugin.timer(context, occasion)
            case Receipt():
                await plugin.receipt(context, occasion)
            case Change():
                await plugin.conversation(context, occasion)
            case Transcript():
                await plugin.transcribed(context, occasion)

    return Walk((await _ask(context, plugin, _without_verdict(told), limit),), read)


def _without_verdict(told: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[Verdict]]:
    async def decide(*args: P.args, **kwargs: P.kwargs) -> Verdict:
        await told(*args, **kwargs)
        return Verdict.CONTINUE

    return decide


def _context(plugin: Plugin, scene: Scene, ports: Ports, read: dict[Slot, int], *, replied: bool) -> PluginContext:
    own = scene.wording.get(plugin.name, {})
    return PluginContext(
        plugin.name, scene, ports, partial(worded, plugin.texts, own, scene.tenant.language), read, replied=replied
    )


async def _ask(
    context: PluginContext, plugin: Plugin, decide: Callable[[], Awaitable[object]], limit: float
) -> Outcome:
    begun = trio.current_time()
    with context.watched():
        decision, fault = await _decision(plugin, decide, limit)
    effects = context.seal()
    if context.failure is not None:
        raise context.failure
    failed = decision in ("raised", "late")
    return Outcome(
        plugin.name, decision, () if failed else effects, fault, trio.current_time() - begun, context.explained
    )


async def _decision(plugin: Plugin, decide: Callable[[], Awaitable[object]], limit: float) -> tuple[Decision, str]:
    verdict: object = None
    try:
        with trio.move_on_after(limit) as scope:
            verdict = await decide()
    except BaseException as error:
        if (ending := _ending(error)) is not None:
            raise ending from None
        return "raised", _where(error, type(plugin).__module__)
    if scope.cancelled_caught:
        return "late", f"no verdict within {limit:.0f} s"
    if not isinstance(verdict, Verdict):
        return "raised", f"no verdict but {type(verdict).__name__}"
    return verdict.value, ""


def _ending(error: BaseException) -> BaseException | None:
    """What ends this task for us, alone or among what a nursery of the plugin gathered; the rest is the plugin's fault.

    So is a SystemExit: one message must not end the worker of all chats.
    """
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(_ENDINGS)
    return error if isinstance(error, _ENDINGS) else None


def _where(error: BaseException, module: str) -> str:
    """Type and place, in the plugin's own package where it can be. Not the error's own text: it may quote what the
    customer wrote.
    """
    package = module.rpartition(".")[0] or module
    frames = list(traceback.walk_tb(error.__traceback__))
    own = [each for each in frames if f"{each[0].f_globals.get('__name__')}.".startswith(f"{package}.")]
    if not frames:
        return type(error).__name__
    frame, line = (own or frames)[-1]
    return f"{type(error).__name__} at {Path(frame.f_code.co_filename).name}:{line} in {frame.f_code.co_name}"
