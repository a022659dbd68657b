"""Other people's text made safe to show: a customer must not be able to move the operator's cursor."""

import re
from datetime import UTC, datetime

# C0, DEL and C1 (a lone U+009B begins an escape sequence on some terminals), line separators, the
# bidirectional controls that make a text look like another, and surrogates that no terminal takes.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# As the daemon writes them into sentences.
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")

# Isolates keep a right-to-left text from reordering the rest of its line.
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def safe(text: str) -> str:
    """One line without control characters: each is spelled out as Python does, `\\n` or `\\x1b`."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def safe_lines(text: str) -> list[str]:
    """The same, with the text's own line ends kept."""
    return [safe(line) for line in text.replace("\r\n", "\n").split("\n")]


def isolated(text: str) -> str:
    """A customer's text inside a line of ours, whatever its direction."""
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}" if text else ""


def local_time(text: str) -> datetime:
    """RFC 3339 in UTC to this machine's time zone."""
    return datetime.fromisoformat(text).astimezone()


def told(text: str) -> str:
    """A sentence of ours, safe, with its times in this machine's zone, as the times beside it."""
    return _TIME.sub(lambda found: f"{local_time(found[0]):%Y-%m-%d %H:%M}", safe(text))


def ago(text: str | None, now: datetime | None = None) -> str:
    """How long since that time: `3 min`, or nothing."""
    if text is None:
        return ""
    return duration(((now or datetime.now(UTC)) - datetime.fromisoformat(text)).total_seconds())


def duration(seconds: float) -> str:
    """A length of time in its largest unit."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"
