"""What `try` tells about an imagined message: each plugin's decision, and the answer."""

from dataclasses import dataclass
from typing import Any

from comptoir.plugins.api import Effect, Notice, Put, Reply, Silence
from comptoir.sessions.walk import Outcome, Walk


@dataclass(frozen=True, slots=True)
class Imagined:
    """A walk of which nothing was kept."""

    silenced: str | None
    """Why a real message would now get no answer in this chat."""
    walk: Walk
    plugins: tuple[str, ...]
    """The whole pipeline, also what the walk did not reach."""

    @property
    def replies(self) -> list[str]:
        effects = (effect for outcome in self.walk.outcomes for effect in outcome.effects)
        return [effect.text for effect in effects if isinstance(effect, Reply)]

    def as_json(self) -> dict[str, Any]:
        """`steps` (plugin, decision, effects, fault, ms) in order, `replies`, and why it is `skipped`."""
        reached = {outcome.plugin: _step(outcome) for outcome in self.walk.outcomes}
        unreached = {"decision": "not reached", "effects": [], "fault": "", "ms": 0}
        steps = [reached.get(name, {"plugin": name, **unreached}) for name in self.plugins]
        return {"skipped": self.silenced, "steps": steps, "replies": self.replies}


def _step(outcome: Outcome) -> dict[str, Any]:
    return {
        "plugin": outcome.plugin,
        "decision": outcome.decision,
        "effects": [_effect(effect) for effect in outcome.effects],
        "fault": outcome.fault,
        "ms": round(outcome.seconds * 1000),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    match effect:
        case Reply(text=text):
            return {"effect": "reply", "text": text}
        case Notice(text):
            return {"effect": "notice", "text": text}
        case Put(key, value, shared):
            return {"effect": "put", "key": key, "value": value, "shared": shared}
        case Silence(until):
            return {"effect": "silence", "until": until.isoformat()}
