"""Texts that tenants write for their customers: `{name}` and `{shop}` are filled in, nothing is executed."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from comptoir.plugins.faults import nearest, wrong_value

FIELDS = ("name", "shop")
MAX_TEXT = 4_000
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
    return _FIELD.sub(lambda field: values.get(field[1], field[0]), text)


def worded(
    texts: Mapping[str, tuple[str, str]], own: Mapping[str, str], language: str, key: str, fields: Mapping[str, str]
) -> str:
    """A plugin's text by its key: the tenant's `own`, else the plugin's, French first. Raises KeyError."""
    text = own.get(key) or texts[key][language == "en"]
    return fill_fields(text, fields)


def _check(text: str) -> str:
    if not text.strip():
        raise wrong_value(("texte vide", "ce que le client doit lire"), ("empty text", "what the customer is to read"))
    for field in _FIELD.findall(text):
        if field not in FIELDS:
            known = " ou ".join(f"{{{one}}}" for one in FIELDS)
            meant = nearest(field, list(FIELDS))
            raise wrong_value(
                (f"{{{field}}} n'existe pas", f"{{{meant}}}" if meant else known),
                (f"{{{field}}} does not exist", f"{{{meant}}}" if meant else known.replace(" ou ", " or ")),
            )
    return text.strip()


CustomerText = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_check)]
