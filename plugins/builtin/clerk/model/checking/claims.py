"""What a clerk may not say by itself: gifts, promises, places to go, deeds that are not its own, and talk of itself."""

import re
import tomllib
from pathlib import Path

# What only an amount or another check may allow.
_PARTS = (
    r"pour cent|pourcent\w*|percent\w*|%|\bdemi\b(?=.*\bprix\b)|\btiers\b|\bquart\b|/|\bfois\b|\bmoins\b|\bdivis\w+"
)
_BETWEEN = (
    r"(?:(?:de|d|des|une?|la|le|les|l|vous|en|y|a|encore|pouvoir|faire|accorder|proposer|avoir|donner|appliquer|montrer|"
    r"mes|parler|commandes?|autres|envoyer|prix|livraison|any|make|offer|give|have|a|do|delivery|for)[ ']+){0,5}"
)
_DENIED = re.compile(r"\b(?:pas|aucune?|ni|jamais|not|no|never|cannot|n't|sans)[ ']+" + _BETWEEN + "$")
# Words that are said only to say no.
_MAY_BE_DENIED = re.compile(
    r"gratuite?s?|remises?|reductions?|rabais|promotions?|promos?|discounts?|free|deal|credit|cadeaux?|offrir|liens?|"
    r"links?|numeros?|clients?|consignes|paiement|payment|refunds?|baisser"
)
_TURNED = re.compile(r"\b(?:sauf|seulement|juste|uniquement|exception\w*|only|except|unless)\b")
_TURNED_BEFORE = re.compile(r"\b(?:mais|que|qu|si|plus|but|if)\b")


def _any(words: str) -> str:
    return "|".join(word.replace("\0", r"[ ']+") for word in words.replace("\\ ", "\0").split())


_NUMBER = r"(?:\d|deux|trois|quatre|cinq|six|dix|tous|toutes|tout|ensemble|two|three|four|five|all|both)"
# What an amount is made to be of: several, everything, or not so at all.
_TURNS_AMOUNT = (
    rf"\b(?:f|fcfa|cfa|xof|xaf|francs?) (?:les|pour|for|par|the|le|la) (?:{_NUMBER}|paire|lot|douzaine|famille|couple)|"
    r"\b(?:n'est|n'est plus|ne coute|ne fait|ne sont|isn't|is not|doesn't cost|not)\b(?=[^.]*\d)|"
    r"\b(?:compris\w*|inclu\w*|dedans|en prime)\b"
)
_LISTED = tomllib.loads(Path(__file__).with_name("claims.toml").read_text(encoding="utf-8"))
_CLAIM = re.compile(rf"\b(?:{_any(' '.join(_LISTED.values()))})\b|{_PARTS}|{_TURNS_AMOUNT}|@|[a-z]\.[a-z]{{2,}}")


def wrong_claim(sentence: str) -> str:
    """What of it a clerk may not say by itself; empty where nothing is. `We give no discounts` is no claim."""
    for found in _CLAIM.finditer(sentence):
        if not _is_denied(sentence, found) and not _is_refusal(sentence):
            return found[0]
    return ""


def _is_denied(sentence: str, found: re.Match[str]) -> bool:
    if not _MAY_BE_DENIED.fullmatch(found[0]) or _TURNED.search(sentence):
        return False
    before = sentence[: found.start()]
    return not _TURNED_BEFORE.search(before) and _DENIED.search(before) is not None


_REFUSAL = re.compile(
    r"(?:(?:desolee?|sorry|pardon|malheureusement|unfortunately)[ ,]+)?(?:mais |et )?"
    r"(?:les prix sont ceux de la boutique[ ,]+et )?"
    r"(?:je ne peux|nous ne pouvons|on ne peut|(?:i|we) can(?:not|'t)) (?:pas )?(?:les |le |vous )?"
    r"(?:changer?|modifier|baisser|change|lower)(?: (?:les|nos|le|the|our|notre) (?:prix|prices?|tarifs?))?"
)


def _is_refusal(sentence: str) -> bool:
    """`Sorry, I cannot change the prices`, and nothing beside."""
    return _REFUSAL.fullmatch(sentence) is not None
