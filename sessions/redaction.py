"""What no log may hold: whole numbers, keys, pairing codes, what others wrote, and what would forge a line."""

import re

from comptoir.sessions.log_line import Fact, LogLine

_LONG_NUMBER = re.compile(r"\d{8,}")
# As people write a number: with a plus, or in groups of two and three.
_WRITTEN_NUMBER = re.compile(
    r"\+\(?\d(?:[ \u00a0\u202f.()/-]{0,2}\d){6,}|(?<![\w.:-])\d{2,3}(?:[ \u00a0\u202f-]\d{2,3}){3,}(?!\w)"
)
# Keys: long runs of hex or base64 are never worth having in a log.
_KEY_MATERIAL = re.compile(r"(?<![\w+/-])(?:[0-9a-fA-F]{32,}|[A-Za-z0-9+/_-]{40,}={0,2})(?![\w+/=-])")
# A slash belongs to base64, too: a path is known by its beginning.
_PATH = re.compile(r"(?<![\w+/-])/(?:dev|etc|home|mnt|opt|root|run|srv|tmp|usr|var)/[\w./-]*")
# Lets a device in for some minutes.
_PAIRING_CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|(?i:(?<=pair code: )|(?<=pair code:  ))\S+")
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"(?:[^\"\\]|\\.)*\"|(?<!\w)'(?:[^'\\]|\\.)*'(?!\w)")
# whatsmeow shows a stanza as XML: its attributes hold names, its content may be somebody's text.
_STANZA = re.compile(r"<(?!nil>)([A-Za-z][\w:-]*)[\s/>].*", re.DOTALL)
# Strangers choose the ids of their messages, and Go logs them: whoever reads the log must not obey them. Tabs and line
# ends are those of tracebacks.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

FOREIGN = frozenset({"whatsmeow", "printed"})
"""Loggers whose words are not ours: the library's, and what was printed."""


def redact(text: str, *, whole: bool = False) -> str:
    """The text without whole phone numbers (unless `whole`), LIDs, key material or control characters:
    `221770000001` becomes `22177***01`, an escape `\\x1b`.
    """
    text = _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
    text = _without_keys(text)
    if whole:
        return text
    return _LONG_NUMBER.sub(_cut_number, _WRITTEN_NUMBER.sub(_cut_number, text))


def _without_keys(text: str) -> str:
    parts, end = [], 0
    for path in _PATH.finditer(text):
        # A part of a path may be one all the same.
        segments = (_KEY_MATERIAL.sub("<key>", segment) for segment in path[0].split("/"))
        parts += [_KEY_MATERIAL.sub("<key>", text[end : path.start()]), "/".join(segments)]
        end = path.end()
    return "".join([*parts, _KEY_MATERIAL.sub("<key>", text[end:])])


def unquoted(text: str) -> str:
    """Without what stands in quotes: it may be somebody's text."""
    return _QUOTED.sub("“…”", text)


def clean(line: LogLine, *, whole: bool = False) -> LogLine:
    """The line as a log may keep it: in one line, nothing quoted, numbers cut unless `whole`."""
    text = line.text
    if line.logger in FOREIGN:
        text = _PAIRING_CODE.sub("<code>", _STANZA.sub(r"<\1 …>", text))
    facts = {name: _clean_fact(fact, whole=whole) for name, fact in line.facts.items()}
    return LogLine(line.level, line.logger, _one_line(unquoted(text), whole=whole), facts)


def _clean_fact(fact: Fact, *, whole: bool) -> Fact:
    return _one_line(unquoted(fact), whole=whole) if isinstance(fact, str) else fact


def _one_line(text: str, *, whole: bool) -> str:
    return redact(text, whole=whole).replace("\n", "\\n").replace("\t", " ")


def _cut_number(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    # Of one without its country less is shown: five and two of nine would leave little to guess.
    shown = digits[: 5 if len(digits) > 10 else 2]
    return f"{'+' * match[0].startswith('+')}{shown}***{digits[-2:]}"
