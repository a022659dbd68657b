"""What `try` tells about an imagined message: each plugin's decision, and the answer."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from comptoir.plugins.api import Deletion, Edit, Effect, FileToSend, Notice, Put, Reaction, Reply, Silence, ToSend
from comptoir.plugins.walking.walk import Outcome, Walk
from comptoir.sessions.journal.details import content_json


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
        return [_shown(effect) for effect in effects if isinstance(effect, Reply)]

    def as_json(self) -> dict[str, Any]:
        """`steps` (plugin, decision, effects, fault, ms) in order, `replies`, and why it is `skipped`."""
        reached = {outcome.plugin: _step(outcome) for outcome in self.walk.outcomes}
        unreached = {"decision": "not reached", "effects": [], "fault": "", "explained": [], "ms": 0}
        steps = [reached.get(name, {"plugin": name, **unreached}) for name in self.plugins]
        return {"skipped": self.silenced, "steps": steps, "replies": self.replies}


def _step(outcome: Outcome) -> dict[str, Any]:
    return {
        "plugin": outcome.plugin,
        "decision": outcome.decision,
        "effects": [_effect(effect) for effect in outcome.effects],
        "fault": outcome.fault,
        "explained": list(outcome.explained),
        "ms": round(outcome.seconds * 1000),
    }


def _shown(reply: Reply) -> str:
    """The text, and what goes with it in a word."""
    match reply.content:
        case None:
            return reply.text
        case FileToSend(path=path):
            what = f"[{path.name}]"
        case Reaction(emoji=emoji):
            what = f"[reaction {emoji}]"
        case content:
            what = f"[{type(content).__name__.lower()}]"
    return f"{what} {reply.text}".rstrip()


def _content(content: ToSend | None) -> dict[str, Any]:
    match content:
        case None:
            return {}
        case FileToSend(path, kind, name):
            return {"file": str(path), "kind": kind, "name": name}
        case Reaction(message, emoji):
            return {"reaction": {"message": message, "emoji": emoji}}
        case Edit(message):
            return {"edit": {"message": message}}
        case Deletion(message):
            return {"deletion": {"message": message}}
        case _:
            return content_json(content)


def _effect(effect: Effect) -> dict[str, Any]:
    match effect:
        case Reply(text, content, quote):
            told = {"effect": "reply", "text": text} | _content(content)
            return told | ({"quote": True} if quote else {})
        case Notice(text, to):
            return {"effect": "notice", "text": text} | ({} if to == ("owner",) else {"to": list(to)})
        case Put(key, value, shared):
            return {"effect": "put", "key": key, "value": value, "shared": shared}
        case Silence(until):
            return {"effect": "silence", "until": until.isoformat()}
        case _:
            fields = asdict(effect).items()
            told = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in fields}
            return {"effect": type(effect).__name__.lower()} | told
