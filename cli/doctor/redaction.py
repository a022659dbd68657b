"""What may leave the machine in a report: no message texts, no whole numbers, no keys; rather too little."""

import json
import re

from comptoir.sessions.redaction import redact, unquoted

_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?Z?)?")
# Digits as people write a number: in groups, with a plus, brackets or a slash between them.
_GROUPED = re.compile(r"\+?\(?\d(?:[ \u00a0\u202f.()/-]{0,2}\d){6,}")
# A pairing code, which lets a device in for some minutes.
_PAIRING_CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|\b(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-Z0-9]{8}\b")

# A line as a tenant's log has it, and the loggers whose texts are ours or whatsmeow's.
_LOG_LINE = re.compile(r"(?P<time>\S+Z) (?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) (?P<logger>[\w.]+): (?P<text>.*)")
_LOGGERS = frozenset(
    {
        "worker",
        "link",
        "session",
        "recovery",
        "configuration",
        "media",
        "messages",
        "models",
        "outside",
        "transcribing",
        "whatsmeow",
    }
)
_PRINTED = "printed"
# What every line in JSON has beside its facts.
_HEAD = frozenset({"time", "level", "tenant", "logger", "text"})
_FRAME = re.compile(r"\S+Z +File \"[^\"]*?(?P<file>[^/\"]+)\", line (?P<line>\d+), in (?P<function>\w+)")
_ENDING = re.compile(
    r"(?P<time>\S+Z) (?P<kind>panic|fatal error|SIG[A-Z]+|[A-Z]\w*(?:\.\w+)*(?:Error|Exception|Wrong)): ?"
)


def cut(text: str) -> str:
    """Without whole numbers, keys and pairing codes; times stay."""
    parts, end = [], 0
    for time in _TIME.finditer(text):
        parts += [_cut(text[end : time.start()]), time[0]]
        end = time.end()
    return "".join([*parts, _cut(text[end:])])


def _cut(text: str) -> str:
    return _PAIRING_CODE.sub("<code>", _GROUPED.sub(_shorten, redact(text)))


def _shorten(number: re.Match[str]) -> str:
    if number[0].isdigit():
        return number[0]  # too short for a number in full: a process, a size
    digits = re.sub(r"\D", "", number[0])
    return f"{'+' * number[0].startswith('+')}{digits[:3]}***{digits[-2:]}"


def log_line(line: str) -> str | None:
    """What may be told of a line of a tenant's log; None for one that may hold anything, as a plugin's prints do."""
    line = _as_text(line)
    if frame := _FRAME.match(line):
        return f"    {frame['file']}:{frame['line']} in {frame['function']}"
    if ours := _LOG_LINE.match(line):
        if ours["logger"] == _PRINTED:
            return log_line(f"{ours['time']} {ours['text']}")
        if ours["logger"] in _LOGGERS or ours["logger"].startswith("comptoir."):
            return cut(f"{ours['time']} {ours['level']} {ours['logger']}: {unquoted(ours['text'])}")
        return None
    if ending := _ENDING.match(line):
        return f"{ending['time']} {ending['kind']}"
    return None


def _as_text(line: str) -> str:
    """A line of a log in JSON, as it would be in a log of text."""
    if not line.startswith("{"):
        return line
    try:
        said = json.loads(line)
    except ValueError:
        return ""
    facts = "".join(f" {name}={fact}" for name, fact in said.items() if name not in _HEAD)
    time, level, logger, text = (str(said.get(name, "")) for name in ("time", "level", "logger", "text"))
    return f"{time} {level} {logger}: {text}{facts}"
