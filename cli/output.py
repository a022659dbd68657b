"""What scripts read: JSON and single lines on stdout, written at once. No rich, so that it starts quickly."""

import json
import os
import re
import sys
from typing import Any

from comptoir.cli.errors import CommandError, ExitCode
from comptoir.cli.render.text import safe_lines, told

# What a JSON encoder leaves as it is, and a terminal might obey.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def print_json(value: Any) -> None:
    """One JSON document, or one object of a stream, on a line of its own."""
    print_line(json_line(value))


def json_line(value: Any) -> str:
    """Readable JSON in which nothing can move a cursor or turn a line round."""
    line = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def print_line(line: str) -> None:
    """A line that others parse. `line` is ours or was made safe."""
    print(line, flush=True)


def print_error(error: CommandError) -> None:
    """What went wrong and what to do next, on stderr. Faults of files begin with the file, for editors."""
    if error.code is ExitCode.CONFIG_WRONG:
        text = "\n".join(safe_lines(error.message))
    else:
        text = f"comptoir: {told(error.message)}"
    print(text, file=sys.stderr, flush=True)


def print_warning(text: str) -> None:
    """What was done all the same, and might not be what was meant: on stderr, a line each."""
    print("\n".join(f"comptoir: {line}" for line in safe_lines(text)), file=sys.stderr, flush=True)


def on_terminal() -> bool:
    """A person looks at stdout, on a terminal that can redraw."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in {"dumb", "unknown"}
