"""What is said where the plugins could not decide: a person must look, and the customer is told so."""

from comptoir.plugins.api import Notice, Reply
from comptoir.plugins.walking.walk import Outcome, Walk

NAME = "fallback"

_ANSWER = {
    "fr": "Merci pour votre message. Une personne de {shop} vous répond dès que possible.",
    "en": "Thank you for your message. Somebody at {shop} will answer as soon as possible.",
}
_NOTICE = {
    "fr": "Un message de {chat} n'a pas pu être traité automatiquement. Merci de lui répondre vous-même.",
    "en": "A message of {chat} could not be handled automatically. Please answer it yourself.",
}


def fallback(*, lang: str, shop: str, chat: str) -> Walk:
    """A walk that ends with handing the message to the owner."""
    answer = Reply(_ANSWER[lang].replace("{shop}", shop))
    notice = Notice(_NOTICE[lang].replace("{chat}", chat))
    return Walk((Outcome(NAME, "stop", (answer, notice)),), {})
