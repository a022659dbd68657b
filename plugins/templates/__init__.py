"""First files of a tenant for kinds of business, to be edited by the tenant."""

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template

from comptoir.plugins.faults import LANGS
from comptoir.plugins.folder import TENANT_FILE
from comptoir.plugins.shop.money import currency_of

_WHOLE = ("welcome", "hours", "handover", "answers", "knowledge", "media")
# Before all others: what the owner writes is no customer's business, and a pause is one for all.
_SHOP = ("desk", "welcome", "hours", "clerk", "handover", "answers", "knowledge", "media")
_PIPELINES = {
    "restaurant": _SHOP,
    "clothes": _SHOP,
    "cosmetics": _SHOP,
    "office": _WHOLE,
    "empty": ("welcome", "answers"),
}
TEMPLATES = tuple(_PIPELINES)

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
    """Write the files of a template, all or none, unless `folder`/tenant.toml has something; whether they were written.

    `values`: `name`, and where known `owner` (+E164), `lang`, `country`, `timezone`. Other files that are there stay as
    they are. Raises UnknownTemplate, OSError.
    """
    files = render_files(template, values)
    first = folder / TENANT_FILE
    if first.exists() and first.stat().st_size:
        return False  # what the tenant has written is worth more than a template
    made: list[Path] = []
    try:
        # The last one makes a tenant's folder of it.
        for name in sorted(files, key=lambda name: name == TENANT_FILE):
            if name == TENANT_FILE or not (folder / name).exists():
                _write(folder / name, files[name], made)
    except OSError:
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        raise
    return True


def _write(file: Path, text: str, made: list[Path]) -> None:
    """As a whole or not at all. What was made is added to `made`."""
    if not file.parent.exists():
        file.parent.mkdir()
        made.append(file.parent)
    part = file.with_name(f".{file.name}.new")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    made.append(file)


def render_files(template: str, values: Mapping[str, str | None]) -> dict[str, str]:
    """The texts of a new tenant's files, by their place in its folder. Raises UnknownTemplate."""
    texts = {TENANT_FILE: render(template, values)}
    beside = resources.files(__package__) / (values.get("lang") or "fr") / template
    for place, below in (("", beside), ("knowledge/", beside / "knowledge")):
        for file in below.iterdir() if below.is_dir() else ():
            if file.is_file():
                texts[f"{place}{file.name}"] = file.read_text(encoding="utf-8")
    return texts


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
        currency=_currency(country, lang),
        owner=f"owner = {_quoted(owner)}" if owner else '# owner = "+221771234567"',
        pipeline=f"[{', '.join(map(_quoted, _pipeline(template, owner)))}]",
    )
    return filled + (files / f"{template}.toml").read_text(encoding="utf-8")


def _pipeline(template: str, owner: str | None) -> tuple[str, ...]:
    """Without an owner there is nobody to hand over to, and nobody at the desk."""
    return tuple(plugin for plugin in _PIPELINES[template] if owner or plugin not in ("handover", "desk"))


def _currency(country: str, lang: str) -> str:
    """Only where the country does not tell it, the line counts."""
    known = currency_of(country)
    line = f'# currency = "{known}"' if known else 'currency = "USD"'
    said = "la monnaie de vos prix, si ce n'est pas celle du pays" if lang == "fr" else "of your prices"
    return f"{line:<29}# {said}"


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
