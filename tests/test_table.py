"""The table of kinds and faults says what the tests show, and nothing else."""

import subprocess
import sys

import pytest
import shown
from shown import Shown

FILE = "tests/test_marked.py"
MARKS = (
    Shown("test_first", FILE, "media", "a host that hangs", happens="is given up"),
    Shown("test_first", FILE, "kinds", "image", received="is kept"),
    Shown("test_second", FILE, "kinds", "image", received="is kept", sent="`send --file`"),
    Shown("test_third", "tests/x/test_other.py", "kinds", "image", received="is shown"),
    Shown("test_third", "tests/x/test_other.py", "kinds", "poll", sent="not at all"),
)
TABLES = """
## Kinds of message

| what | received | sent | shown by |
| --- | --- | --- | --- |
| image | is kept; is shown | `send --file` | [marked](../tests/test_marked.py "test_first, test_second"), \
[other](../tests/x/test_other.py "test_third") |
| poll |  | not at all | [other](../tests/x/test_other.py "test_third") |

## Files, and the hosts that keep them

| what | what happens | shown by |
| --- | --- | --- |
| a host that hangs | is given up | [marked](../tests/test_marked.py "test_first") |
"""


def test_page_and_tests_agree() -> None:
    checked = subprocess.run(
        [sys.executable, shown.__file__, "--check"], capture_output=True, text=True, timeout=120, check=False
    )
    assert checked.stderr + checked.stdout == "", "`./run table` writes the page again"
    assert checked.returncode == 0


def test_tests_that_show_the_same_share_a_row() -> None:
    assert shown.page(MARKS) == shown.HEAD + TABLES


def wrong(**cells: str) -> pytest.Mark:
    return pytest.Mark("shows", (), cells, _ispytest=True)


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        (wrong(under="kind", what="image", sent="so"), "none of kinds, media"),
        (wrong(under="kinds", what="", sent="so"), "`what`"),
        (wrong(under="kinds", what="image", happens="so"), "received= or sent="),
        (wrong(under="kinds", what="image"), "received= or sent="),
        (wrong(under="media", what="a host that hangs"), "happens="),
        (wrong(under="media", what="a host that hangs", sent="so"), "happens="),
        (wrong(under="media", what="a host that hangs", happens="a | b"), "neither |"),
        (wrong(under="media", what="a host that hangs", heppens="so"), "heppens"),
        (pytest.Mark("shows", ("media", "x"), {"happens": "so"}, _ispytest=True), "by its name"),
    ],
)
def test_a_mark_that_makes_no_row_is_refused(mark: pytest.Mark, says: str) -> None:
    with pytest.raises(shown.MarkWrong, match="test_x") as refused:
        shown.shown("test_x", FILE, mark)
    assert says in str(refused.value)
