"""Texts that tenants write for their customers: `{name}` and `{shop}` are filled in, nothing is executed."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field

from comptoir.plugins.faults import nearest, wrong_value

FIELDS = ("name", "shop")
MAX_TEXT = 4_000
MAX_FILLED = 20_000
"""Characters of a text with its fields filled in: what would be longer is cut. WhatsApp takes 65,536."""
_MAX_NAME = 40
_FIELD = re.compile(r"\{([^{}\n]*)\}")


def fill(text: str, *, name: str, shop: str) -> str:
    """`Bonjour {name} !` for this customer; where the name is unknown, the space before it goes too."""
    return fill_fields(text, {"name": name, "shop": shop})


def fill_fields(text: str, fields: Mapping[str, str]) -> str:
    """`text` with its fields filled in; what is no field of these stays as it is."""
    # A customer chooses the name: one line of it, and never so long that it becomes the message.
    short = " ".join(fields.get("name", "").split())[:_MAX_NAME]
    if not short:
        text = re.sub(r"[ \u00a0]?\{name\}", "", text)
    values = {**fields, "name": short}
    room = MAX_FILLED

    def value(field: re.Match[str]) -> str:
        # A text of four thousand characters may name a field five hundred times, and a field may be a passage.
        nonlocal room
        filled = values.get(field[1], field[0])[: max(0, room)]
        room -= len(filled)
        return filled

    filled = _FIELD.sub(value, text)
    return filled if len(filled) <= MAX_FILLED else filled[: MAX_FILLED - 1] + "…"


def fields_of(text: str) -> list[str]:
    """The names in braces, in their order."""
    return _FIELD.findall(text)


def worded(
    texts: Mapping[str, tuple[str, str]], own: Mapping[str, str], language: str, key: str, fields: Mapping[str, str]
) -> str:
    """A plugin's text by its key: the tenant's `own`, else the plugin's, French first. Raises KeyError."""
    text = own.get(key) or texts[key][language == "en"]
    return fill_fields(text, fields)


def with_fields(*more: str) -> Callable[[str], str]:
    """The check of a text that may name these fields too, as `Annotated[str, AfterValidator(with_fields("next"))]`."""
    return partial(_check, fields=(*FIELDS, *more))


def _check(text: str, fields: Sequence[str] = FIELDS) -> str:
    if not text.strip():
        raise wrong_value(("texte vide", "ce que le client doit lire"), ("empty text", "what the customer is to read"))
    for field in fields_of(text):
        if field not in fields:
            known = " ou ".join(f"{{{one}}}" for one in fields)
            meant = nearest(field, list(fields))
            raise wrong_value(
                (f"{{{field}}} n'existe pas", f"{{{meant}}}" if meant else known),
                (f"{{{field}}} does not exist", f"{{{meant}}}" if meant else known.replace(" ou ", " or ")),
            )
    return text.strip()


CustomerText = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_check)]


def _check_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise wrong_value(("texte vide ou sur plusieurs lignes", "une ligne"), ("empty, or several lines", "one line"))
    return text.strip()


OneLine = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_check_line)]
"""A short text of a plugin's configuration, such as the name of a choice."""
