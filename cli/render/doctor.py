"""The doctor's findings, one a line: a mark, what was found, why it matters, how to mend it."""

from rich.text import Text

from comptoir.cli.doctor.finding import Finding, Level
from comptoir.cli.render.text import told

_MARKS = {Level.OK: ("✓", "green"), Level.WARNING: ("!", "bold yellow"), Level.WRONG: ("✗", "bold red")}


def finding_line(finding: Finding) -> Text:
    mark, style = _MARKS[finding.level]
    about, _, rest = told(str(finding)).partition(": ")
    return Text.assemble((mark, style), " ", (about, "bold"), f": {rest}")
