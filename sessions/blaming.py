"""What the worker before was ended for: read before anything else, and held against the message and its plugin."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from comptoir.sessions import faulting
from comptoir.sessions.journal import event_log, inbox
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.stepping import RECORD, STEP_FILE, TRACE_FILE, place_of, read_record

Why = Literal["held", "memory"]

_PLACE = re.compile(r'File "([^"]*)", line (\d+) in (\S+)')
MAX_TRACE = 100_000


@dataclass(frozen=True, slots=True)
class Blame:
    """A plugin that had to be stopped with its whole process; None of it where nobody knows which one it was."""

    why: Why
    plugin: str | None
    message: int | None
    """The first of those that it was asked about."""
    seconds: float | None = None
    place: str = ""
    """In its code."""
    starting: bool = False
    """It had not even started."""
    overdue: bool = False
    """It held nothing, and took no notice of being cancelled."""

    @property
    def fault(self) -> str:
        what = "held the interpreter" if self.why == "held" else "took too much memory"
        if self.overdue:
            what = "did not end when it was cancelled"
        when = " while it started" if self.starting else ""
        return f"{what}{when}{f' in {self.place}' if self.place else ''}"


def read_blame(folder: Path) -> Blame | None:
    """What a worker left in its session's folder; None where it ended in another way, or what it left is no sense."""
    step = trace = b""
    with suppress(OSError):
        step = (folder / STEP_FILE).read_bytes()[: 3 * RECORD]
    with suppress(OSError):
        trace = (folder / TRACE_FILE).read_bytes()[:MAX_TRACE]
    if verdict := read_record(step, 2):
        why: Why = "memory" if verdict.get("why") == "memory" else "held"
        seconds = verdict.get("seconds")
        place = str(verdict.get("place", ""))
        starting, overdue = verdict.get("starting") is True, verdict.get("overdue") is True
        return Blame(why, *_culprit(verdict), _number(seconds), place, starting, overdue)
    if trace:
        # The kernel ended it: nobody could leave a verdict.
        said = read_record(step, 0) or read_record(step, 1) or {}
        place = _place(trace.decode("utf-8", "replace"))
        return Blame("held", *_culprit(said), None, place, said.get("starting") is True)
    return None


def settle(db: Connection, blame: Blame, now: int) -> None:
    """Give the message up at its next walk, and let the others that were on their way go free. A job of the journal."""
    if blame.plugin is None:
        # Whose doing it was shows when what was on its way is walked alone.
        return
    inbox.condemn(db, blame.message, blame.plugin)
    faulting.count(db, blame.plugin, blame.fault, now)
    said: dict[str, Any] = {"plugin": blame.plugin, "why": blame.why, "seconds": blame.seconds, "place": blame.place}
    event_log.add(db, "plugin_held", now, message=_existing(db, blame.message), **said)


def left_out(blame: Blame | None) -> Mapping[str, str]:
    """Plugins that this worker does not start: the one that ended the last worker before it could serve anybody."""
    if blame is None or blame.plugin is None or not blame.starting:
        return {}
    return {blame.plugin: f"{blame.fault}: `comptoir reload` starts it again"}


def _existing(db: Connection, message: int | None) -> int | None:
    """What a process wrote on its way out may be anything."""
    return message if db.execute("SELECT 1 FROM messages WHERE id = ?", (message,)).fetchone() else None


def _culprit(said: dict[str, object]) -> tuple[str | None, int | None]:
    plugin, message = said.get("plugin"), said.get("message")
    return (plugin if isinstance(plugin, str) else None, message if isinstance(message, int) else None)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value else None


def _place(trace: str) -> str:
    """Where the thread was that had the interpreter, of all that faulthandler shows."""
    _, _, current = trace.partition("Current thread")
    return place_of((found[1], int(found[2]), found[3]) for found in _PLACE.finditer(current or trace))
