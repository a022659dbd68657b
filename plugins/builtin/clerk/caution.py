"""Questions that no price list answers: about health, what is in it, returns, guarantees. Nobody reads a yes there."""

import re
from collections.abc import Set

from comptoir.plugins.builtin.handover.asking import asks_something
from comptoir.plugins.language import ordering, ordering_words
from comptoir.plugins.text import fold, words

_PERSONS = re.compile(
    r"\b(?:allerg\w*|intoleran\w*|enceintes?|grossesse|allait\w*|diabet\w*|hypertendu\w*|hypertension|nourrisson\w*"
    r"|effets? secondaires?|eczema|asthm\w*|retour\w*|rendre|rapporter|echang\w*|rembours\w*|garanti\w*|perim\w*"
    r"|peremption|contrefac\w*|authenti\w*|pregnan\w*|return\w*|refund\w*|warranty)\b"
)
_INGREDIENTS = re.compile(
    r"\b(?:ingredients?|contient|contiennent|composition|halal|porc|alcool|gluten|lactose|contains?|pork|alcohol)\b"
)

_BARGAINS = re.compile(
    r"\b(?:trop|un peu|tres|assez) cher|\bc'?est cher\b|\b(?:dernier|last) prix?(?:ce)?\b"
    r"|\b(?:fais|faites|faire|faisiez) (?:moi |nous )?(?:un |le |bon |meilleur )*(?:prix|geste|effort|cadeau)"
    r"|\b(?:diminu|rabai|baiss|reduis|reduir|marchand|discut)\w*"
    r"|\b(?:remise|reduction|promo|promotion|ristourne|rabais|discount)s?\b"
    r"|\b(?:laisse[zr]?|fais|faites|faire|cede[zr]?|donne[zr]?|vend(?:s|ez|re)?|prends?|arrange[zr]?)"
    r"(?: (?:le|la|les|moi|nous|ca))* a \d{3,7}\b"
    r"|\b(?:pouvez|peux|peut|voulez|veux)(?: pas)? (?:le |la |les |me |nous )*(?:faire|laisser|donner)"
    r"(?: a| pour)? \d{3,7}\b"
    r"|\bgratuit\w*|\b(?:m'|nous )offr(?:ez|es|ir)\b|\bcheaper\b"
)
"""They ask for another price, and order nothing by that."""


_OF_THE_SHOP = re.compile(
    r"\b(?:votre|vos|ton|ta|tes) (?:adresse|numero|nom|boutique|magasin|local|site|page|horaires?|heures?|contact|mail"
    r"|email|compte|localisation|position|situation|quartier|ville|pays|facebook|instagram|tiktok|whatsapp|wave|momo"
    r"|orange money|flooz|tmoney|proprietaire|patron\w*|livreur)"
)


def asks_of_the_shop(text: str) -> bool:
    """`c'est quoi votre adresse` is about the shop, whatever was spoken of before."""
    return bool(_OF_THE_SHOP.search(fold(text)))


def bargains(text: str) -> bool:
    """Whether it asks for a lower price."""
    return bool(_BARGAINS.search(fold(text).replace("’", "'")))


_FEW = 7
"""Words of a message that asks for a ware and tells nothing."""
_SMALL_TALK = frozenset(
    words(
        "sante nouvelle nouvelles neuf dormi reveil reveille forme fatigue affaires boulot matinee week end weekend vie"
        " cher chere maman tantie tata tonton vieux vieille mere papa doc pardon possible question questions commande"
    )
)


def is_more_than_hello(text: str) -> bool:
    """Whether it asks something beside its greeting: `bonjour, vous ouvrez à quelle heure ?`."""
    polite = {word for name in ("greet", "thank") for phrase in ordering("acts")[name] for word in phrase}
    known = polite | _SMALL_TALK | ordering_words("idle")
    rest = [word for word in words(text) if word not in known and len(word) > 1]
    return bool(rest) and asks_something(text)


def is_for_a_person(text: str, wares: Set[str] = frozenset()) -> bool:
    """Whether it asks something that is answered by somebody who knows, or by the shop's own texts. `wares`: words of
    what the shop sells, which may only name it.
    """
    return asks_something(text) and _asks_by(_PERSONS, text, wares)


def asks_what_is_in_it(text: str, wares: Set[str] = frozenset()) -> bool:
    """Whether it asks what a product is made of: its description may tell."""
    return asks_something(text) and _asks_by(_INGREDIENTS, text, wares)


def _asks_by(pattern: re.Pattern[str], text: str, wares: Set[str]) -> bool:
    """`test de grossesse combien ?` only names one; in a longer message the word may say more."""
    names = wares if len(words(text)) <= _FEW else frozenset()
    return any(one not in names for one in pattern.findall(fold(text)))
