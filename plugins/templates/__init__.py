"""First versions of `tenant.toml` for kinds of business, to be edited by the tenant."""

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template

from comptoir.plugins.faults import LANGS

TEMPLATES = ("restaurant", "clothes", "office", "empty")

# By country: where nothing else is known, the capital's time.
_TIMEZONES = {
    "BF": "Africa/Ouagadougou", "BI": "Africa/Bujumbura", "BJ": "Africa/Porto-Novo", "CD": "Africa/Kinshasa",
    "CF": "Africa/Bangui", "CG": "Africa/Brazzaville", "CI": "Africa/Abidjan", "CM": "Africa/Douala",
    "DJ": "Africa/Djibouti", "FR": "Europe/Paris", "GA": "Africa/Libreville", "GN": "Africa/Conakry",
    "GQ": "Africa/Malabo", "KM": "Indian/Comoro", "MA": "Africa/Casablanca", "MG": "Indian/Antananarivo",
    "ML": "Africa/Bamako", "MR": "Africa/Nouakchott", "NE": "Africa/Niamey", "RW": "Africa/Kigali",
    "SN": "Africa/Dakar", "TD": "Africa/Ndjamena", "TG": "Africa/Lome", "TN": "Africa/Tunis",
}  # fmt: skip
_HOME = "SN"


class UnknownTemplate(ValueError):
    """There is no such template; the text names those that there are."""


def write_template(template: str, folder: Path, values: Mapping[str, str | None]) -> bool:
    """Write `folder`/tenant.toml, as a whole or not at all, unless something stands in it; whether it was written.

    `values`: `name`, and where known `owner` (+E164), `lang`, `country`, `timezone`.
    Raises UnknownTemplate, OSError.
    """
    text = render(template, values)
    file = folder / "tenant.toml"
    if file.exists() and file.stat().st_size:
        return False  # what the tenant has written is worth more than a template
    part = folder / ".tenant.toml.new"
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return True


def render(template: str, values: Mapping[str, str | None]) -> str:
    """The text of a new `tenant.toml`. Raises UnknownTemplate."""
    lang, owner = values.get("lang") or "fr", values.get("owner")
    if template not in TEMPLATES:
        raise UnknownTemplate(f"there is no template {template!r}: expected one of {', '.join(TEMPLATES)}")
    if lang not in LANGS:
        raise UnknownTemplate(f"there are no templates in {lang!r}: expected one of {', '.join(LANGS)}")
    country = values.get("country") or country_of(owner)
    files = resources.files(__package__) / lang
    head = Template((files / "head.toml").read_text(encoding="utf-8"))
    filled = head.substitute(
        name=_quoted(display_name(values["name"] or "")),
        country=_quoted(country),
        timezone=_quoted(values.get("timezone") or _TIMEZONES.get(country, "UTC")),
        owner=f"owner = {_quoted(owner)}" if owner else '# owner = "+221771234567"',
    )
    return filled + (files / f"{template}.toml").read_text(encoding="utf-8")


def display_name(name: str) -> str:
    """What customers read, made of a tenant's NAME: `chez-awa` gives `Chez Awa`."""
    return name if name != name.lower() or " " in name else name.replace("-", " ").title()


def country_of(number: str | None) -> str:
    """The country of a number in full; Senegal where there is none."""
    import phonenumbers

    if number is None:
        return _HOME
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or _HOME
    except phonenumbers.NumberParseException:
        return _HOME


def _quoted(text: str) -> str:
    # A JSON string is a TOML string, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
