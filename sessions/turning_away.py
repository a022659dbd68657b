"""Answers a flood with one polite line, and a word to the owner."""

from comptoir.plugins.api import Effect, Notice, Put, Reply
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.walking.walk import Outcome, Walk
from comptoir.plugins.wording import fill
from comptoir.sessions.flood import Flood
from comptoir.sessions.journal.flooding import KEY, NAME, kept

REASON = "flood"
"""As the reason of a skipped message in the event log."""

_LINE = {
    "fr": "Vos messages sont bien arrivés, mais il y en a trop d'un coup pour répondre à chacun. "
    "{shop} va les lire. Pour la suite, merci de patienter une minute.",
    "en": "Your messages have arrived, but there are too many at once to answer each. "
    "{shop} will read them. Please wait a minute before you go on.",
}
_NOTICE = {
    "fr": "{chat} écrit trop de messages d'un coup : ils sont gardés sans réponse automatique, jusqu'à une minute de "
    "calme. Merci d'y jeter un œil.",
    "en": "{chat} writes too many messages at once: they are kept without an automatic answer, until a calm minute. "
    "Please take a look.",
}


def turn_away(flood: Flood, config: TenantConfig, *, chat: str, name: str) -> Walk:
    """A walk that says so once, in the tenant's words where it has some, and remembers it."""
    effects: list[Effect] = [Put(KEY, kept(flood.after))]
    if flood.says:
        line = config.inbound.answer or _LINE[config.lang]
        effects.append(Reply(fill(line, name=name, shop=config.name)))
    if flood.tells:
        effects.append(Notice(_NOTICE[config.lang].replace("{chat}", chat)))
    return Walk((Outcome(NAME, "stop", tuple(effects)),), {})
