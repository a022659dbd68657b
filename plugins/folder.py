"""A tenant's folder, read whole, once, and with bounds on everything: nothing that lies there can hold up a worker."""

import codecs
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from comptoir.plugins.faults import ConfigWrong, Fault, Lang
from comptoir.plugins.toml_file import own_language

TENANT_FILE = "tenant.toml"
MAX_FILES = 500
MAX_TOTAL = 20_000_000
"""Bytes, of all texts together."""
_MAX_TENANT_FILE = 1_000_000
_MAX_WORDING = 200_000
_MAX_TEXT = 2_000_000
_MAX_ENTRIES = 5_000
"""Of all folders together, pictures too: more is no shop's."""
_MAX_DEPTH = 3
_TEXTS = frozenset({".md", ".markdown", ".txt", ".toml", ".csv", ".json"})
# What people take for a text, and what is none.
_DOCUMENTS = frozenset({".doc", ".docx", ".odt", ".rtf", ".pdf", ".pages", ".xls", ".xlsx", ".ods", ".html", ".htm"})
_WORKBOOKS = frozenset({".xlsx"})
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})
_PASSING = ("~", ".swp", ".swo", ".swx", ".tmp", ".temp", ".part", ".crdownload", ".bak", ".orig", ".lock")
_PASSING_FROM = (".", "#", "~$", "___jb_")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Said = tuple[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TenantFiles:
    """What a tenant's folder holds, unread but for its encodings."""

    text: str
    """Of `tenant.toml`."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The other texts and tables, by their place in the folder: `knowledge/livraison.md`. TOML is UTF-8 for sure."""
    faults: tuple[Fault, ...] = ()
    """Of these other files: one that cannot be taken is named here, and missing there."""
    pictures: frozenset[str] | None = None
    """The places of the pictures in the folder, which are not read; None where nobody knows them any more."""


def read_folder(folder: Path) -> TenantFiles:
    """Read all texts in `folder`. Raises ConfigWrong where there is no `tenant.toml` to be read.

    Pictures are named only, other files for replies passed by, as are hidden files and editors' backups. A link may
    lead to another place in the folder, and nowhere else.
    """
    return _Reading(folder).read()


def passes(name: str) -> bool:
    """Whether a file or folder of this name is an editor's, and no tenant's: hidden, a backup, half-written."""
    # vim tries with a file of that name whether it may write in the folder.
    return name.startswith(_PASSING_FROM) or name.lower().endswith(_PASSING) or name == "4913"


def is_read(place: Path) -> bool:
    """Whether what stands in a file at this place of the folder counts, and not only its name."""
    return place.suffix.lower() in _TEXTS or _is_catalogue(place, _WORKBOOKS)


def text_of(files: Mapping[str, bytes], name: str) -> str:
    """One of the files as text: UTF-8 or UTF-16 as it says itself, else as Windows writes it. Raises KeyError."""
    data = files[name]
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


class _Refused(Exception):
    """Why a file is not taken: found and expected, French and English; and where in it."""

    def __init__(self, fr: tuple[str, str], en: tuple[str, str], line: int = 1, column: int = 0) -> None:
        super().__init__(en[0])
        self.said: Said = fr, en
        self.line, self.column = line, column


class _Reading:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = os.path.realpath(folder)
        self._lang: Lang = "fr"
        self._faults: list[Fault] = []
        self._files: dict[str, bytes] = {}
        self._pictures: list[str] = []
        self._entries = self._total = 0

    def read(self) -> TenantFiles:
        try:
            text = _utf8(self._bytes(Path(TENANT_FILE), _MAX_TENANT_FILE))
            self._lang = own_language(text)
        except _Refused as refused:
            text = None
            self._note(Path(TENANT_FILE), refused)
        try:
            for name in self._texts(Path(), 0):
                self._take(name)
        except _Refused as refused:
            self._note(Path(), refused)
        if text is None:
            raise ConfigWrong(self._faults)
        return TenantFiles(text, MappingProxyType(self._files), tuple(self._faults), frozenset(self._pictures))

    def _texts(self, below: Path, depth: int) -> Iterator[Path]:
        """The names of all texts, in their order. Raises _Refused where there is too much to look at."""
        try:
            names = sorted(entry.name for entry in (self._folder / below).iterdir())
        except OSError as error:
            if below.parts:  # else `tenant.toml` is missing, which says it
                self._note(below, _unreadable(error))
            return
        self._entries += len(names)
        if self._entries > _MAX_ENTRIES:
            raise _Refused(
                ("il y a trop de fichiers dans ce dossier", f"au plus {_MAX_ENTRIES}"),
                ("there are too many files in this folder", f"at most {_MAX_ENTRIES}"),
            )
        for name in names:
            place = below / name
            if passes(name) or str(place) == TENANT_FILE:
                continue
            if not name.isprintable():
                # Also what is no UTF-8: such a name could be printed nowhere.
                shown = name.encode("ascii", "backslashreplace").decode()
                self._note(
                    below,
                    _Refused(
                        (f"le nom de fichier {shown} a des signes invisibles", "un nom en lettres et chiffres"),
                        (f"the file name {shown} has invisible characters", "a name of letters and digits"),
                    ),
                )
                continue
            if (self._folder / place).is_dir():
                if not self._is_inside(os.path.realpath(self._folder / place)):
                    self._note(place, _outside())
                elif depth < _MAX_DEPTH:
                    yield from self._texts(place, depth + 1)
            elif is_read(place):
                yield place
            elif place.suffix.lower() in _PICTURES:
                self._pictures.append(str(PurePosixPath(place)))
            elif place.suffix.lower() in _DOCUMENTS:
                self._note_document(place)

    def _note_document(self, place: Path) -> None:
        """Where somebody will expect that it is read."""
        if place.parts[0] == "knowledge":
            fr = (f"un fichier {place.suffix} n'est pas un texte simple", "un fichier .md ou .txt")
            self._note(place, _Refused(fr, (f"a {place.suffix} file is no plain text", "a file .md or .txt")))
        elif _is_catalogue(place, _DOCUMENTS):
            fr = (f"un fichier {place.suffix} n'est pas lu", "catalogue.xlsx, catalogue.csv ou catalogue.toml")
            en = (f"a {place.suffix} file is not read", "catalogue.xlsx, catalogue.csv or catalogue.toml")
            self._note(place, _Refused(fr, en))

    def _take(self, name: Path) -> None:
        limit = _MAX_WORDING if name.parts[0] == "wording" else _MAX_TEXT
        try:
            data = self._bytes(name, limit)
            _check_text(name, data)
        except _Refused as refused:
            self._note(name, refused)
            return
        if len(self._files) >= MAX_FILES:
            raise _Refused(
                ("il y a trop de textes dans ce dossier", f"au plus {MAX_FILES}"),
                ("there are too many texts in this folder", f"at most {MAX_FILES}"),
            )
        self._total += len(data)
        if self._total > MAX_TOTAL:
            raise _Refused(
                ("les textes de ce dossier sont trop grands ensemble", f"au plus {_size(MAX_TOTAL, 'Mo')}"),
                ("the texts in this folder are too large together", f"at most {_size(MAX_TOTAL, 'MB')}"),
            )
        self._files[str(PurePosixPath(name))] = data

    def _bytes(self, name: Path, limit: int) -> bytes:
        """The whole file. What it is, is asked of the open file: nobody can exchange that any more."""
        path = self._folder / name
        try:
            # A pipe would be waited for without end; a device never ends.
            if path.exists() and not path.is_file():
                raise _not_a_file()
            opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise _Refused(("il n'y a pas de fichier", name.name), ("there is no file", name.name)) from None
        except OSError as error:
            raise _unreadable(error) from None
        with os.fdopen(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise _not_a_file()
            if not self._is_inside(os.path.realpath(f"/proc/self/fd/{opened}")):
                raise _outside()
            try:
                data = file.read(limit + 1)
            except OSError as error:
                raise _unreadable(error) from None
            size = max(len(data), os.fstat(opened).st_size)
        if size > limit:
            raise _Refused(
                (f"le fichier est trop grand ({_size(size, 'Mo')})", f"au plus {_size(limit, 'Mo')}"),
                (f"the file is too large ({_size(size, 'MB')})", f"at most {_size(limit, 'MB')}"),
            )
        return data

    def _is_inside(self, real: str) -> bool:
        return real == self._root or real.startswith(self._root.rstrip("/") + "/")

    def _note(self, name: Path, refused: _Refused) -> None:
        what, expected = refused.said[0 if self._lang == "fr" else 1]
        self._faults.append(Fault(self._folder / name, refused.line, what, expected, self._lang, refused.column))


def _is_catalogue(place: Path, kinds: frozenset[str]) -> bool:
    # Also under a name that is not read, so that it can be said.
    return len(place.parts) == 1 and place.suffix.lower() in kinds and place.stem.lower().startswith("catalog")


def _not_a_file() -> _Refused:
    return _Refused(
        ("ce n'est pas un fichier ordinaire", "un fichier de texte"), ("this is no ordinary file", "a text file")
    )


def _outside() -> _Refused:
    return _Refused(
        ("c'est un lien qui sort du dossier", "un fichier qui est lui-même dans le dossier"),
        ("this is a link out of the folder", "a file that is in the folder itself"),
    )


def _unreadable(error: OSError) -> _Refused:
    why = error.strerror or type(error).__name__
    return _Refused((f"illisible ({why})", "un fichier lisible"), (f"cannot be read ({why})", "a readable file"))


def _utf8(data: bytes) -> str:
    """TOML is UTF-8, in lines; a mark that some editors on Windows put first does not count."""
    if data.startswith(tuple(mark for mark, _ in _MARKS)):
        raise _Refused(
            ("le fichier est en UTF-16", "le fichier enregistré en UTF-8"),
            ("the file is in UTF-16", "the file saved as UTF-8"),
        )
    if b"\r" in data and b"\n" not in data:
        raise _Refused(
            (
                "les fins de ligne sont celles d'un ancien Mac",
                "le fichier enregistré avec des fins de ligne ordinaires (LF)",
            ),
            ("the line ends are an old Mac's", "the file saved with ordinary line ends (LF)"),
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Without the mark, as the error counts.
        given = bytes(error.object)
        line = given.count(b"\n", 0, error.start) + 1
        before = given[given.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")
        meant = given[error.start : error.start + 1].decode("cp1252", "replace")
        raise _Refused(
            (f"le caractère « {meant} » n'est pas en UTF-8", "le fichier enregistré en UTF-8 (« Enregistrer sous »)"),
            (f'the character "{meant}" is not in UTF-8', 'the file saved as UTF-8 ("Save as")'),
            line,
            len(before) + 1,
        ) from None


def _check_text(name: Path, data: bytes) -> None:
    if name.suffix.lower() == ".toml":
        _utf8(data)
    elif name.suffix.lower() in _WORKBOOKS:
        return
    elif b"\0" in data and not data.startswith(tuple(mark for mark, _ in _MARKS)):
        raise _Refused(
            ("ce n'est pas un texte", "un fichier de texte simple"), ("this is no text", "a plain text file")
        )


def _size(count: int, unit: str) -> str:
    millions = f"{count / 1_000_000:.1f}".rstrip("0").rstrip(".")
    return f"{millions if unit == 'MB' else millions.replace('.', ',')} {unit}"
