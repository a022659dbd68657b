"""`try`: a walk for an imagined message, of which nothing is kept; each plugin's decision, and the answer."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from comptoir.plugins.api import (
    FILE_KINDS,
    Deletion,
    Edit,
    Effect,
    FileKind,
    FileToSend,
    Line,
    Message,
    Notice,
    Put,
    Reaction,
    ReceivedFile,
    Reply,
    Silence,
    ToSend,
)
from comptoir.plugins.faults import Lang
from comptoir.plugins.loading import LeftOut, Pipeline
from comptoir.plugins.shop.model import PlaceOrder
from comptoir.plugins.walking.walk import Outcome, Walk, walk
from comptoir.sessions import faulting, staging
from comptoir.sessions.concluding import asked, fall_back, is_left_alone
from comptoir.sessions.events import Address
from comptoir.sessions.faulting import Record
from comptoir.sessions.journal.details import content_json
from comptoir.sessions.journal.journal import Store
from comptoir.sessions.shopkeeping.shop import Shop
from comptoir.sessions.situation import imagined_situation
from comptoir.sessions.staging import Fetch
from comptoir.sessions.stepping import Watch, unwatched
from comptoir.sessions.times import as_time

KINDS = ("text", *FILE_KINDS, "call")
"""What can be imagined."""
_MIMES: Mapping[FileKind, str] = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mp4",
    "voice": "audio/ogg; codecs=opus",
    "document": "application/pdf",
    "sticker": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Imagined:
    """A walk of which nothing was kept."""

    lang: Lang
    timezone: str
    silenced: str | None
    """Why a real message would now get no answer in this chat."""
    walk: Walk
    plugins: tuple[str, ...]
    """The whole pipeline, also what the walk did not reach."""
    suspended: Mapping[str, Record] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()

    @property
    def replies(self) -> list[str]:
        effects = (effect for outcome in self.walk.outcomes for effect in outcome.effects)
        return [_shown(effect) for effect in effects if isinstance(effect, Reply | PlaceOrder)]

    def as_json(self) -> dict[str, Any]:
        """`steps` (plugin, decision, effects, fault, explained, ms) in order, `replies`, why it is `skipped`, which
        plugins are `left_out`, and the tenant's `lang` and `timezone`.
        """
        left_out = [{"plugin": left.plugin, "reason": left.reason} for left in self.left_out]
        return {
            "skipped": self.silenced,
            "steps": list(self._steps()),
            "replies": self.replies,
            "lang": self.lang,
            "timezone": self.timezone,
            "left_out": left_out,
        }

    def _steps(self) -> Iterator[dict[str, Any]]:
        outcomes: dict[str, list[Outcome]] = {}
        for outcome in self.walk.outcomes:
            outcomes.setdefault(outcome.plugin, []).append(outcome)
        for name in self.plugins:
            if found := outcomes.pop(name, None):
                yield _step(found)
            elif record := self.suspended.get(name):
                yield _unasked(name, "suspended", record.last or "")
            else:
                yield _unasked(name, "not reached")
        # What is said where plugins could not.
        yield from map(_step, outcomes.values())


async def imagine(  # noqa: PLR0913 (what is imagined, and where)
    journal: Store,
    pipeline: Pipeline,
    text: str,
    sender: Address,
    *,
    kind: str = "text",
    now: int,
    fetch: Fetch | None = None,
    shop: Shop | None = None,
    watch: Watch = unwatched,
) -> Imagined:
    """What would happen if `sender` wrote this now. Nothing is kept, sent or counted."""
    config = pipeline.config
    situation = await journal.read(partial(imagined_situation, address=sender, config=config, now=now))
    records = await journal.read(faulting.records)
    content = ReceivedFile(_MIMES[kind], 0) if kind in FILE_KINDS else None
    message = Message((), kind, text, as_time(now), content)
    ports = staging.ports(journal, situation.contact.id, now, fetch=fetch, watch=watch, shop=shop)

    async def history(limit: int) -> tuple[Line, ...]:
        before = await ports.history(limit - 1) if limit > 1 else ()
        return (*before, Line(message.time, "customer", kind, text))[:limit]

    scene = staging.scene(pipeline, situation, now, message)
    plugins = asked(pipeline, situation, skipped=situation.silenced, given_up=None)
    made = await walk(plugins, scene, replace(ports, history=history), limit=config.plugin_seconds)
    if not situation.silenced and is_left_alone(made, kind, situation.suspended.intersection(pipeline.names)):
        made += fall_back(situation, config, now)
    suspended = {name: record for name, record in records.items() if record.suspended}
    return Imagined(
        config.lang, config.timezone, situation.silenced, made, pipeline.names, suspended, pipeline.left_out
    )


def _unasked(plugin: str, decision: str, fault: str = "") -> dict[str, Any]:
    return {"plugin": plugin, "decision": decision, "effects": [], "fault": fault, "explained": [], "ms": 0}


def _step(outcomes: list[Outcome]) -> dict[str, Any]:
    """What a plugin decided, also when it was asked a second time."""
    first = outcomes[0]
    return {
        "plugin": first.plugin,
        "decision": next((outcome.decision for outcome in outcomes if outcome.failed), first.decision),
        "effects": [_effect(effect) for outcome in outcomes for effect in outcome.effects],
        "fault": next((outcome.fault for outcome in outcomes if outcome.failed), ""),
        "explained": [line for outcome in outcomes for line in outcome.explained],
        "ms": round(sum(outcome.seconds for outcome in outcomes) * 1000),
    }


def _shown(reply: Reply | PlaceOrder) -> str:
    """The text, and what goes with it in a word. A receipt without its number, which nobody knows yet."""
    if isinstance(reply, PlaceOrder):
        return reply.receipt.replace("{number}", "…")
    match reply.content:
        case None:
            return reply.text
        case FileToSend(path=path, message=message):
            what = f"[{path.name if message is None else f'message {message}'}]"
        case Reaction(emoji=emoji):
            what = f"[reaction {emoji}]"
        case content:
            what = f"[{type(content).__name__.lower()}]"
    return f"{what} {reply.text}".rstrip()


def _content(content: ToSend | None) -> dict[str, Any]:
    match content:
        case None:
            return {}
        case FileToSend(path, kind, name, message):
            named = {"file": str(path)} if message is None else {"file_of": message}
            return named | {"kind": kind, "name": name}
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
