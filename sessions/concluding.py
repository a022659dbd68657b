"""What becomes of messages, from how their walk ended and why they may be left unanswered; decided without I/O."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from comptoir.plugins.config import TenantConfig
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
    """A burst whose walk has ended; `skipped` or `given_up`, only the mandatory plugins were asked."""

    burst: Burst
    situation: Situation
    walk: Walk
    skipped: str | None
    given_up: GivenUp | None


def why_skipped(situation: Situation, burst: Burst, stale_hours: float, now: int) -> str | None:
    """Why the tenant's plugins are not to be asked about a burst."""
    if situation.silenced:
        return situation.silenced
    if is_stale(burst.messages[0], stale_hours, now):
        return STALE
    if burst.messages[0].automatic or situation.suspected:
        return BOT
    return FLOOD if situation.flood else None


def conclude(walked: Walked, config: TenantConfig, now: int) -> Decided:
    """All that is to be committed. What a mandatory plugin has answered stands, whatever the rest would have been."""
    burst, situation, skipped, given_up = walked.burst, walked.situation, walked.skipped, walked.given_up
    made = quoting(walked.walk) if situation.sender else walked.walk
    said = {message.id: (message.text, message.details) for message in burst.messages}
    decided = Decided(burst.contact, burst.ids, made, config.owner, said=said)
    if made.stopped or not (skipped or given_up):
        return replace(decided, unless_silenced=not (skipped or given_up))
    if not skipped:
        words = fallback(lang=config.lang, shop=config.name, chat=situation.contact.chat)
        made += quoting(words) if situation.sender else words
        return replace(decided, walk=made, reason="given up", given_up=given_up)
    decided = replace(decided, ending="skipped", reason=skipped)
    if skipped == BOT and (suspected := situation.suspected):
        made += break_off(suspected, lang=config.lang, chat=situation.contact.chat, now=_time(now))
        return replace(decided, walk=made, suspected=suspected.why)
    if skipped == FLOOD and (flood := situation.flood):
        words = turn_away(flood, config, chat=situation.contact.chat, name=situation.contact.name)
        made += quoting(words) if situation.sender else words
        return replace(decided, walk=made, flood_begins=flood.begins, unless_silenced=True)
    return decided


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
