"""What becomes of messages, from how their walk ended and why they may be left unanswered; decided without I/O."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from comptoir.plugins.api import SILENT, Plugin
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.loading import Pipeline
from comptoir.plugins.walking.walk import Walk, quoting
from comptoir.sessions.breaking_off import REASON as BOT
from comptoir.sessions.breaking_off import break_off
from comptoir.sessions.bursts import Burst, is_stale
from comptoir.sessions.effects import Decided, GivenUp
from comptoir.sessions.fallback import fallback
from comptoir.sessions.situation import Situation
from comptoir.sessions.stale import REASON as STALE
from comptoir.sessions.turning_away import REASON as FLOOD
from comptoir.sessions.turning_away import turn_away


@dataclass(frozen=True, slots=True)
class Walked:
    """A burst whose walk has ended; `skipped` or `given_up`, not all plugins were `asked`."""

    burst: Burst
    situation: Situation
    walk: Walk
    skipped: str | None
    given_up: GivenUp | None
    pipeline: tuple[str, ...] = ()
    """All its plugins by name, also those that are suspended."""


def why_skipped(situation: Situation, burst: Burst, stale_hours: float, now: int) -> str | None:
    """Why the tenant's plugins are not to be asked about a burst."""
    if situation.silenced:
        return situation.silenced
    if is_stale(burst.messages[0], stale_hours, now):
        return STALE
    if burst.messages[0].automatic or situation.suspected:
        return BOT
    return FLOOD if situation.flood else None


def asked(
    pipeline: Pipeline, situation: Situation, *, skipped: str | None, given_up: GivenUp | None
) -> tuple[Plugin, ...]:
    """The plugins that see a message. Where a person has the chat it is those that see everything; in the shop's chat
    with itself those that want it.
    """
    if situation.own_chat:
        wanting = () if given_up or skipped else pipeline.chosen
        return tuple(one for one in wanting if one.own_chat and one.name not in situation.suspended)
    if given_up or (skipped and not situation.silenced):
        return pipeline.mandatory
    held = situation.silenced is not None
    always = (plugin for plugin in pipeline.chosen if plugin.always or not held)
    return pipeline.mandatory + tuple(plugin for plugin in always if plugin.name not in situation.suspended)


def conclude(walked: Walked, config: TenantConfig, now: int) -> Decided:
    """All that is to be committed. What a mandatory plugin has answered stands, whatever the rest would have been."""
    burst, situation, skipped, given_up = walked.burst, walked.situation, walked.skipped, walked.given_up
    made = quoting(walked.walk) if situation.sender else walked.walk
    said = {message.id: (message.text, message.details) for message in burst.messages}
    decided = Decided(burst.contact, burst.ids, made, config, said=said)
    if not skipped and not given_up:
        if is_left_alone(made, burst.messages[-1].kind, situation.suspended.intersection(walked.pipeline)):
            decided = replace(decided, walk=made + fall_back(situation, config, now))
        return replace(decided, unless_silenced=True)
    if made.stopped:
        return decided
    if not skipped:
        return replace(decided, walk=made + fall_back(situation, config, now), reason="given up", given_up=given_up)
    decided = replace(decided, ending="skipped", reason=skipped)
    if skipped == BOT and (suspected := situation.suspected):
        made += break_off(suspected, lang=config.lang, chat=situation.contact.chat, now=_time(now))
        return replace(decided, walk=made, suspected=suspected.why)
    if skipped == FLOOD and (flood := situation.flood):
        words = turn_away(flood, config, chat=situation.contact.chat, name=situation.contact.name)
        made += quoting(words) if situation.sender else words
        return replace(decided, walk=made, flood_begins=flood.begins, unless_silenced=True)
    return decided


def is_left_alone(made: Walk, kind: str, left_out: Collection[str]) -> bool:
    """Whether a customer gets no answer to this kind of message because of a plugin that failed, or was not asked."""
    failed = bool(left_out) or any(outcome.failed for outcome in made.outcomes)
    return failed and not made.stopped and not made.answered and kind not in SILENT


def fall_back(situation: Situation, config: TenantConfig, now: int) -> Walk:
    """What is said where the plugins could not."""
    words = fallback(config, chat=situation.contact.chat, told_at=situation.told_at, now=now)
    return quoting(words) if situation.sender else words


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
