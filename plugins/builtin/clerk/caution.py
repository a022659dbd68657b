"""Questions that no price list answers: about health, what is in it, returns, guarantees. Nobody reads a yes there."""

import re

from comptoir.plugins.builtin.handover.asking import asks_something
from comptoir.plugins.text import fold

_PERSONS = re.compile(
    r"\b(?:allerg\w*|intoleran\w*|enceintes?|grossesse|allait\w*|diabet\w*|hypertendu\w*|hypertension|nourrisson\w*"
    r"|effets? secondaires?|eczema|asthm\w*|retour\w*|rendre|rapporter|echang\w*|rembours\w*|garanti\w*|perim\w*"
    r"|peremption|contrefac\w*|authenti\w*|pregnan\w*|return\w*|refund\w*|warranty)\b"
)
_INGREDIENTS = re.compile(
    r"\b(?:ingredients?|contient|contiennent|composition|halal|porc|alcool|gluten|lactose|contains?|pork|alcohol)\b"
)


def is_for_a_person(text: str) -> bool:
    """Whether it asks something that is answered by somebody who knows, or by the shop's own texts."""
    return asks_something(text) and bool(_PERSONS.search(fold(text)))


def asks_what_is_in_it(text: str) -> bool:
    """Whether it asks what a product is made of: its description may tell."""
    return asks_something(text) and bool(_INGREDIENTS.search(fold(text)))
