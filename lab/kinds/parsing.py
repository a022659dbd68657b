"""Contents out of JSON, for those who drive the lab from outside."""

from __future__ import annotations

import base64
import binascii
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from comptoir.lab.kinds.contents import (
    Card,
    Cards,
    Deletion,
    Edit,
    File,
    FileKind,
    LiveLocation,
    Location,
    Poll,
    Reaction,
    Sendable,
    Timer,
    ViewOnce,
    Vote,
)

_CLASSES: dict[str, type[Any]] = {
    "location": Location,
    "live_location": LiveLocation,
    "card": Card,
    "cards": Cards,
    "poll": Poll,
    "vote": Vote,
    "reaction": Reaction,
    "edit": Edit,
    "deletion": Deletion,
    "timer": Timer,
}
KINDS = (*get_args(FileKind), *_CLASSES, "view_once")
_BYTES = ("data", "thumbnail", "waveform")


def parse(content: dict[str, Any]) -> Sendable:
    """A content: `kind` and the fields of its class.

    A file has `path`, which is absolute, or `data` in base64; its other bytes are base64, too. What is seen once is a
    `view_once` with a `file`. Raises ValueError, which says what was expected.
    """
    given = dict(content)
    kind = given.pop("kind", "")
    if kind in get_args(FileKind):
        return _file(kind, given)
    if kind == "view_once":
        once: ViewOnce = _made(ViewOnce, {**given, "file": _seen_once(given.get("file"))})
        return once
    if kind not in _CLASSES:
        raise ValueError(f"kind is {kind!r}; {', '.join(KINDS)} was expected")
    made: Sendable = _made(_CLASSES[kind], given)
    return made


def _file(kind: str, given: dict[str, Any]) -> File:
    path = given.pop("path", None)
    try:
        made = {name: base64.b64decode(given[name], validate=True) for name in _BYTES if name in given}
    except (binascii.Error, TypeError, ValueError) as error:
        raise ValueError(f"{', '.join(_BYTES)}: base64 was expected") from error
    if (path is None) == ("data" not in given):
        raise ValueError(f"{kind}: either path or data was expected")
    if path is not None and not (isinstance(path, str) and Path(path).is_absolute()):
        raise ValueError(f"path is {path!r}; an absolute one was expected")
    data = made.pop("data") if path is None else Path(path)
    file: File = _made(File, {"kind": kind, **given, **made, "data": data})
    return file


def _made(kind: type[Any], given: dict[str, Any]) -> Any:
    try:
        return TypeAdapter(kind).validate_python(_known(kind, given))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{kind.__name__}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _known(kind: type[Any], given: dict[str, Any]) -> dict[str, Any]:
    names = [field.name for field in fields(kind)]
    if strange := given.keys() - set(names):
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(strange))}; it has {', '.join(names)}")
    return given


def _seen_once(given: Any) -> File:
    file = parse(given) if isinstance(given, dict) else None
    if not isinstance(file, File):
        raise ValueError(f"view_once: file is {given!r}; a file with its kind was expected")  # noqa: TRY004  (a stranger's words)
    return file
