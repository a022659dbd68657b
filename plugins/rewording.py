"""`wording/fr.toml` and `wording/en.toml`: a tenant's own texts in place of those that plugins come with."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from comptoir.plugins.api import Plugin
from comptoir.plugins.faults import LANGS, ConfigWrong, Fault, Lang, nearest
from comptoir.plugins.folder import text_of
from comptoir.plugins.installed import Found, Unusable
from comptoir.plugins.toml_file import TomlFile, read_toml
from comptoir.plugins.toml_syntax import UNREADABLE
from comptoir.plugins.wording import FIELDS, MAX_TEXT, fields_of

FOLDER = "wording"
Wording = Mapping[str, Mapping[str, str]]
"""By plugin and key."""


def read_wording(
    files: Mapping[str, bytes], folder: Path, lang: Lang, plugins: Mapping[str, Found]
) -> tuple[Wording, list[Fault]]:
    """The texts in the tenant's language, and what is wrong in the files of both. `folder` is only named in faults."""
    wording: dict[str, dict[str, str]] = {}
    faults: list[Fault] = []
    for name in files:
        if Path(name).parent != Path(FOLDER) or not name.endswith(".toml"):
            continue
        of = Path(name).stem
        if of not in LANGS:
            faults.append(Fault(folder / name, 1, *_UNKNOWN_LANGUAGE[lang], lang))
            continue
        try:
            toml = read_toml(text_of(files, name), folder / name, lang)
        except ConfigWrong as wrong:
            faults += wrong.faults
            continue
        texts = {plugin: dict(_texts(toml, plugin, table, plugins)) for plugin, table in toml.tables.items()}
        faults += toml.faults
        if of == lang:
            wording = texts
    return wording, faults


def _texts(toml: TomlFile, plugin: str, table: Any, plugins: Mapping[str, Found]) -> Iterator[tuple[str, str]]:
    """What may stand in this table; what may not is noted."""
    if plugin.startswith(UNREADABLE):
        return
    if plugin not in plugins:
        toml.note((plugin,), *_unknown("plugin", plugin, list(plugins), toml.lang), key=True)
        return
    kind = plugins[plugin]
    if isinstance(kind, Unusable):
        return
    if not isinstance(table, dict):
        toml.note((plugin,), *_NO_TABLE[toml.lang])
        return
    for key, text in table.items():
        if key.startswith(UNREADABLE) or text == UNREADABLE:
            continue
        if key not in kind.texts:
            toml.note((plugin, key), *_unknown("text", key, list(kind.texts), toml.lang), key=True)
        elif said := _wrong(kind, key, text, toml.lang):
            toml.note((plugin, key), *said)
        else:
            yield key, text.strip()


def _wrong(kind: type[Plugin], key: str, text: Any, lang: Lang) -> tuple[str, str] | None:
    fr = lang == "fr"
    if not isinstance(text, str):
        return ("ce n'est pas un texte", "un texte entre guillemets") if fr else ("this is no text", "a text in quotes")
    if not text.strip():
        return ("texte vide", "ce que le client doit lire") if fr else ("empty text", "what the customer is to read")
    if len(text) > MAX_TEXT:
        return (
            (f"un texte de {len(text)} caractères", f"au plus {MAX_TEXT} caractères")
            if fr
            else (f"a text of {len(text)} characters", f"at most {MAX_TEXT} characters")
        )
    known = {*FIELDS, *(field for default in kind.texts[key] for field in fields_of(default))}
    for field in fields_of(text):
        if field not in known:
            meant = nearest(field, sorted(known))
            listed = f"{{{meant}}}" if meant else ", ".join(f"{{{one}}}" for one in sorted(known))
            return (f"{{{field}}} n'existe pas ici", listed) if fr else (f"{{{field}}} does not exist here", listed)
    return None


_UNKNOWN_LANGUAGE: Mapping[Lang, tuple[str, str]] = {
    "fr": ("il n'y a pas de textes dans cette langue", "fr.toml ou en.toml"),
    "en": ("there are no texts in this language", "fr.toml or en.toml"),
}
_NO_TABLE: Mapping[Lang, tuple[str, str]] = {
    "fr": ("ce n'est pas une table", "une table [plugin], et dessous clé = texte"),
    "en": ("this is no table", "a table [plugin], and below it key = text"),
}


def _unknown(what: str, name: str, known: list[str], lang: Lang) -> tuple[str, str]:
    meant = nearest(name, known)
    listed = ", ".join(sorted(known)) or ("aucun" if lang == "fr" else "none")
    if lang == "fr":
        spoken = "plugin" if what == "plugin" else "texte"
        return f"il n'y a pas de {spoken} « {name} »", f"« {meant} »" if meant else f"un de ceux-ci : {listed}"
    return f"there is no {what} `{name}`", f"`{meant}`" if meant else f"one of these: {listed}"
