"""One line of a log as data, before it is redacted and written, and how a worker passes it to the daemon."""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

Fact = str | int | float | bool | None

MAX_TEXT = 2000
"""Characters of a line's text."""
MARK = "\x1e"
"""Stands before a line of ours among what is printed: the record separator of RFC 7464."""
# What a cut may have left of a number or a key.
_STUMP = re.compile(r"[\w+/=@.:-]{1,200}$")
_FRAMES_SHOWN = 8
_CHAIN_SHOWN = 4
# Below it lies what we wrote: what others log may hold what customers wrote.
_OURS = str(Path(__file__).parents[1])


@dataclass(frozen=True, slots=True)
class LogLine:
    """`facts` are told apart in the log: ids, sizes, outcomes. None in it is text of a person."""

    level: int
    logger: str
    text: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def note(logger: logging.Logger, text: str, *, level: int = logging.INFO, **facts: Fact) -> None:
    """Log a line with facts of its own; those that are None are left out."""
    logger.log(level, text, extra={"facts": {name: fact for name, fact in facts.items() if fact is not None}})


def line_of(record: logging.LogRecord, *, verbose: bool = False) -> LogLine | None:
    """The line that a record makes. An exception's own text is left out: it may quote what a customer wrote.

    What others than this package log (a plugin, a library) is told only when `verbose`; of a warning, at least where
    it came from. None where nothing is told.
    """
    text, facts = record.getMessage(), dict(getattr(record, "facts", {}))
    if not (verbose or record.pathname.startswith(_OURS)):
        if record.levelno < logging.WARNING:
            return None
        text = f"{Path(record.pathname).name}:{record.lineno} logs {len(text)} characters, not kept"
    if record.exc_info and record.exc_info[1] is not None:
        facts |= {"error": name_of(record.exc_info[1]), "at": place_of(record.exc_info[1])}
    return LogLine(record.levelno, record.name, text, facts)


def name_of(error: BaseException) -> str:
    """What an exception is, its causes too, without its own text; an OSError by its number, whose words are fixed."""
    names: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(names) < _CHAIN_SHOWN:
        names.append(_name(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return " from ".join(names)


def _name(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        inner = ", ".join(_name(one) for one in error.exceptions[:_CHAIN_SHOWN])
        return f"{name}({inner})"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}({error.errno})"
    return name


def place_of(error: BaseException) -> str:
    """The last frames of an exception, the innermost first: `walk.py:88 _ask < answering.py:120 answer`."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return " < ".join(_frames(error.__traceback__))


def _frames(trace: TracebackType | None) -> list[str]:
    # Only its end: reading more would read source files for nothing.
    frames = traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)
    last = list(frames)[-_FRAMES_SHOWN:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(last)]


def shorten(text: str, limit: int = MAX_TEXT) -> str:
    """At most `limit` characters and a mark; the word that the cut goes through is left out, being perhaps a number."""
    return text if len(text) <= limit else _STUMP.sub("", text[:limit]) + "…"


def encode(line: LogLine) -> bytes:
    """As a worker prints it. What cannot be written as UTF-8 is replaced; the text is cut, its last word left out."""
    facts = {name: shorten(fact) if isinstance(fact, str) else fact for name, fact in line.facts.items()}
    values = [line.level, line.logger, shorten(line.text), facts]
    return f"{MARK}{json.dumps(values)}\n".encode("utf-8", "replace")


def decode(text: str) -> LogLine | None:
    """What stood behind a mark; None where it is no line of ours, or not all of it."""
    try:
        values: Any = json.loads(text)
    except ValueError:
        return None
    match values:
        case [int(level), str(logger), str(said), dict(facts)]:
            known = {str(name): fact for name, fact in facts.items() if isinstance(fact, str | int | float | None)}
            return LogLine(level, logger, said, known)
        case _:
            return None
