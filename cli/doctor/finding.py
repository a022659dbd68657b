"""What the doctor says: one thing that is right, doubtful or wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """Worth a look; nothing is broken by it now."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`str` makes one line of it: what, why it matters, and how to mend it."""

    level: Level
    about: str
    """What was looked at: a part of the installation (`keys`), or a tenant's name."""
    what: str
    why: str = ""
    mend: str = ""
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = "" if self.file is None else f"{self.file}:{self.line}: "
        why = f": {self.why}" if self.why else ""
        mend = f" → {self.mend}" if self.mend else ""
        return f"{self.about}: {place}{self.what}{why}{mend}"


def ok(about: str, what: str) -> Finding:
    return Finding(Level.OK, about, what)


def warning(about: str, what: str, why: str = "", mend: str = "") -> Finding:
    return Finding(Level.WARNING, about, what, why, mend)


def wrong(about: str, what: str, why: str = "", mend: str = "") -> Finding:
    return Finding(Level.WRONG, about, what, why, mend)


def count(findings: Iterable[Finding], level: Level) -> int:
    return sum(finding.level is level for finding in findings)
