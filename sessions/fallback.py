"""What is said where the plugins could not decide: a person must look, and the customer is told so."""

from comptoir.plugins.api import Effect, Notice, Put, Reply
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.walking.state import Slot
from comptoir.plugins.walking.walk import Outcome, Walk
from comptoir.sessions.journal import state
from comptoir.sessions.journal.database import Connection

NAME = "fallback"
TELL_EVERY = 3_600_000
"""Milliseconds."""
_TOLD = "told"

_ANSWER = {
    "fr": "Merci pour votre message. Une personne de {shop} vous répond dès que possible.",
    "en": "Thank you for your message. Somebody at {shop} will answer as soon as possible.",
}
_NOTICE = {
    "fr": "Un message de {chat} n'a pas pu être traité automatiquement. Merci de lui répondre vous-même.",
    "en": "A message of {chat} could not be handled automatically. Please answer it yourself.",
}


def told_at(db: Connection, contact: int) -> int:
    """When the owner was last told of this chat, in milliseconds; 0 for never."""
    return int(state.get(db, Slot(NAME, contact, _TOLD)).value or 0)


def fallback(config: TenantConfig, *, chat: str, told_at: int, now: int) -> Walk:
    """A walk that hands the message to the owner, who is told once an hour of each chat."""
    effects: list[Effect] = [Reply(_ANSWER[config.lang].replace("{shop}", config.name))]
    if not told_at <= now < told_at + TELL_EVERY:
        effects += [Notice(_NOTICE[config.lang].replace("{chat}", chat)), Put(_TOLD, now)]
    return Walk((Outcome(NAME, "stop", tuple(effects)),), {})
