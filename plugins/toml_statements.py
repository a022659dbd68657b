"""Parts a TOML file that tomllib refuses into statements, so that each mistake is found and the rest is read."""

import re

# Strings and comments come first, so that brackets and line ends inside them are never taken for structure.
_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|(?P<open>"""|\'\'\')|"(?:\\.|[^"\\\n])*"|'[^'\n]*\''''
    r"""|\#[^\n]*|(?P<end>\n)|(?P<opens>[\[{])|(?P<closes>[\]}])""",
    re.DOTALL | re.VERBOSE,
)
_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
# With what may be meant as a value: a line of a text that nothing closes may have a sign =, too.
_BEGINS = re.compile(
    rf"(?m)^[ \t]*(?:{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*[ \t]*=[ \t]*(?=[\"'\[{{«“”„+0-9-]|true|false)"
    r"|\[\[?[ \t]*[A-Za-z_][\w.\" '-]*\]\]?[ \t]*(?:\#[^\n]*)?\r?$)"
)

_LONGEST = 100_000
"""Characters. What has not ended by then is taken to have no end."""

_ENDS_IN_OPENING = re.compile(rf"""\n[ \t]*{_KEY}[ \t]*=[ \t]*(?:\"{{3}}|'{{3}})[ \t]*\r?\n?\Z""")


def end_of(text: str, start: int) -> int:
    """Where the statement that begins at `start` ends: behind a line end outside of strings and brackets."""
    depth, last = 0, min(len(text), start + _LONGEST)
    for token in _TOKEN.finditer(text, start, last):
        match token.lastgroup:
            case "end" if depth <= 0:
                return token.end()
            case "opens":
                depth += 1
            case "closes":
                depth -= 1
            case "open":
                # Nothing closes this text: it can only end where something else begins.
                return next_within(text, start, last) or _line_end(text, last)
    return _line_end(text, last)


def closes_by_opening(statement: str) -> bool:
    """Whether its text ends where another text of several lines was meant to begin."""
    return _ENDS_IN_OPENING.search(statement) is not None


def next_within(text: str, start: int, end: int) -> int | None:
    """Where, on a later line of this part, something begins that looks like a statement of its own."""
    line_end = text.find("\n", start, end)
    found = _BEGINS.search(text, line_end + 1, end) if line_end >= 0 else None
    return found.start() if found else None


def _line_end(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)
