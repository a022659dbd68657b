"""A log's line in each of its forms, cleaned of what no log may hold; pure."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from comptoir.sessions.log_line import Fact, LogLine
from comptoir.sessions.redaction import clean

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class LogSettings:
    """`[log]` of comptoir.toml, for the daemon's own log and those of all tenants."""

    format: Literal["text", "json"] = "text"
    to: Literal["file", "journal"] = "file"
    level: int = logging.INFO
    whole_numbers: bool = False
    """Phone numbers in full; keys and texts are left out all the same."""
    max_bytes: int = 5 * _MB
    """A tenant's file; then a new one is begun."""
    keep: int = 3
    """How many older files of a tenant stay."""


def as_text(line: LogLine, settings: LogSettings, now: datetime | None = None) -> str:
    """`TIME LEVEL LOGGER: TEXT fact=…`; the time is left out without `now`."""
    line = clean(line, whole=settings.whole_numbers)
    facts = "".join(f" {name}={_shown(fact)}" for name, fact in line.facts.items())
    stamp = f"{_rfc3339(now)} " if now else ""
    return f"{stamp}{_level(line.level)} {line.logger}: {line.text}{facts}"


def as_json(line: LogLine, settings: LogSettings, now: datetime, tenant: str | None) -> str:
    """One object; facts beside what every line has."""
    line = clean(line, whole=settings.whole_numbers)
    head = {"time": _rfc3339(now), "level": _level(line.level), "tenant": tenant or line.facts.get("tenant")}
    said = {"logger": line.logger, "text": line.text}
    # In this order, and whatever a fact is called: what every line has stays what it is.
    return json.dumps({**head, **said, **line.facts, **head, **said}, ensure_ascii=False)


def as_fields(line: LogLine, settings: LogSettings, tenant: str | None) -> dict[str, str]:
    """Fields of the system's journal (systemd.journal-fields(7)); the facts as `COMPTOIR_…`."""
    text = as_text(line, settings).partition(": ")[2]
    line = clean(line, whole=settings.whole_numbers)
    facts = {f"COMPTOIR_{name.upper()}": _shown(fact) for name, fact in line.facts.items()}
    ours = {"COMPTOIR_TENANT": tenant} if tenant else {}
    head = {"MESSAGE": text, "PRIORITY": str(priority(line.level)), "SYSLOG_IDENTIFIER": "comptoir"}
    return facts | ours | head | {"COMPTOIR_LOGGER": line.logger}


def _level(level: int) -> str:
    return logging.getLevelName(level) if level in _PRIORITIES else f"LEVEL{level}"


# By the standard library's levels.
_PRIORITIES: Mapping[int, int] = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}


def priority(level: int) -> int:
    """syslog(3)'s."""
    return next((_PRIORITIES[known] for known in sorted(_PRIORITIES, reverse=True) if level >= known), 7)


def _shown(fact: Fact) -> str:
    match fact:
        case bool():
            return "yes" if fact else "no"
        case str() if " " in fact:
            return f"({fact})"
        case _:
            return str(fact)


def _rfc3339(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
