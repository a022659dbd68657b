"""`comptoir link` as a person sees it on a terminal, and as a script reads it."""

import io
import os
import queue
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

KEYS = ",".join(["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk="] * 3)
CODES = [f"https://wa.me/settings/linked_devices#2@{'Zm9vYmFyYmF6' * 5}Q{n},{KEYS},1" for n in range(2)]
LINKED = {"event": "linked", "number": "+221771234567", "name": "Chez \x1b[2JAwa"}


def offer(n: int, expires_in: int = 60) -> dict[str, Any]:
    return {"event": "qr", "code": CODES[n], "expires_in": expires_in}


class Offers:
    """What the daemon tells while it links, one at a time, when the test says so."""

    def __init__(self, control: Any) -> None:
        self._control = control
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        control.answers["link"] = self._link
        self.tell = self._told.put

    def _link(self, tenant: str, code: str | None = None) -> Iterator[dict[str, Any]]:
        while (event := self._told.get())["event"] != "end":
            if event["event"] == "vanish":
                raise ConnectionResetError
            yield event
            if event["event"] == "linked":
                return {}
            if event["event"] == "failed":
                self._control.refuse(75, "nobody scanned a code in time: `comptoir link chez-awa` offers new ones")
        return {}


@pytest.fixture
def offers(control: Any) -> Iterator[Offers]:
    offers = Offers(control)
    yield offers
    offers.tell({"event": "end"})


@pytest.fixture
def link(start, window):
    """Start `comptoir link` on the window."""

    def start_link(*options: str, term: str = "xterm-256color", no_color: str = ""):
        environment = {"TERM": term, "COLORTERM": "", "NO_COLOR": no_color}
        return start("link", "chez-awa", *options, env=environment, **window.streams)

    return start_link


@pytest.mark.parametrize("term", ["xterm-256color", "xterm-16color"])
def test_a_code_in_the_smallest_window_is_replaced_by_the_next_until_linked(link, offers, window, term):
    process = link(term=term)
    offers.tell(offer(0))
    window.wait(lambda: window.codes() == [CODES[0]])
    assert "chez-awa: scan within" in window.text
    assert "Appareils connectés" in window.text
    assert "Linked devices" in window.text
    offers.tell(offer(1))
    window.wait(lambda: window.codes() == [CODES[1]])
    offers.tell(LINKED)
    window.wait(lambda: "is linked" in window.text)
    assert window.text.rstrip() == r"chez-awa is linked to +221 77 123 45 67 (Chez \x1b[2JAwa)"
    assert process.wait(10) == 0


def test_the_code_is_black_on_white_also_for_those_who_want_no_colours(link, offers, window):
    link(no_color="1")
    offers.tell(offer(0))
    window.wait(lambda: window.codes() == [CODES[0]])


def test_a_terminal_that_cannot_redraw_gets_lines(link, offers, window):
    process = link(term="dumb")
    offers.tell(offer(0))
    offers.tell(LINKED)
    window.wait(lambda: "linked +221771234567" in window.text)
    assert CODES[0] in window.text.replace("\n", "")
    assert process.wait(10) == 0


def test_the_seconds_run_down_in_place(link, offers, window):
    link()
    offers.tell(offer(0, expires_in=2))
    window.wait(lambda: "scan within 2 s" in window.text)
    window.wait(lambda: "scan within 1 s" in window.text)
    window.wait(lambda: "a fresh code is on its way" in window.text)
    assert window.codes() == [CODES[0]]


def test_a_larger_window_gets_half_blocks_at_once(link, offers, window):
    link()
    offers.tell(offer(0))
    window.wait(lambda: window.codes() == [CODES[0]])
    assert "▀" not in window.text
    window.resize(100, 40)
    # What was on its way when it grew still comes as it was drawn for the smaller one.
    window.wait(lambda: "▀" in window.text and window.codes() == [CODES[0]])


def test_a_window_that_is_too_small_says_how_large_it_must_be(link, offers, window):
    window.resize(80, 18)
    link()
    offers.tell(offer(0))
    window.wait(lambda: "enlarge it to 31 × 22" in window.text)
    assert "--png" in window.text


def test_the_end_of_the_window_says_how_to_open_it_again(link, offers, window):
    process = link()
    offers.tell(offer(0))
    window.wait(lambda: window.codes() == [CODES[0]])
    offers.tell({"event": "failed", "reason": "expired"})
    window.wait(lambda: "`comptoir link chez-awa` offers new ones" in window.text.replace("\n", ""))
    assert window.codes() == []
    assert process.wait(10) == 75


def test_ctrl_c_ends_quietly_and_calls_the_link_off(link, offers, window, control):
    process = link()
    offers.tell(offer(0))
    window.wait(lambda: window.codes() == [CODES[0]])
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    os.write(window.slave, b"$ \n")
    window.wait(lambda: "$" in window.text)
    assert window.text.strip() == "$"
    offers.tell(offer(1))
    offers.tell(offer(1))
    assert control.gone.wait(10)


def test_a_png_instead_is_written_afresh_and_goes_when_it_is_of_no_use(link, offers, window, tmp_path: Path):
    file = tmp_path / "code.png"

    def shown() -> list[str]:
        return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(file.read_bytes())))]

    process = link("--png", str(file))
    offers.tell(offer(0))
    window.wait(lambda: "The code is in" in window.text)
    assert shown() == [CODES[0]]
    assert file.stat().st_mode & 0o777 == 0o600
    assert window.codes() == []
    offers.tell(LINKED)
    assert process.wait(10) == 0
    assert not file.exists()


def test_a_png_that_cannot_be_written(comptoir, offers):
    offers.tell(offer(0))
    ended = comptoir("link", "chez-awa", "--png", "/nowhere/code.png")
    assert ended.code == 1
    assert "/nowhere/code.png" in ended.err


def test_json_is_a_line_for_each_event(comptoir, offers):
    for event in (offer(0), offer(1), LINKED):
        offers.tell(event)
    ended = comptoir("link", "chez-awa", "--json")
    assert ended.code == 0
    assert ended.lines == [offer(0), offer(1), LINKED]


def test_json_ends_with_a_failure_where_the_daemon_goes_away(comptoir, offers, control):
    offers.tell(offer(0))
    offers.tell({"event": "vanish"})
    ended = comptoir("link", "chez-awa", "--json")
    assert ended.code == 69
    assert [line["event"] for line in ended.lines] == ["qr", "failed"]
    assert ended.lines[-1]["reason"] in ended.err


def test_json_says_once_that_it_failed(comptoir, offers, control):
    offers.tell({"event": "failed", "reason": "expired"})
    assert comptoir("link", "chez-awa", "--json").lines == [{"event": "failed", "reason": "expired"}]
    control.answers["link"] = lambda tenant: control.refuse(1, "chez-awa is linked already")
    refused = comptoir("link", "chez-awa", "--json")
    assert (refused.code, refused.lines) == (1, [{"event": "failed", "reason": "chez-awa is linked already"}])


def test_a_wrong_file_is_told_with_the_link(comptoir, offers):
    wrong = "/etc/comptoir/tenants/chez-awa/tenant.toml:5: timezone"
    offers.tell(LINKED | {"config_wrong": wrong})
    ended = comptoir("link", "chez-awa")
    assert ended.code == 0
    assert wrong in ended.err
    assert "comptoir reload chez-awa" in ended.err


def test_a_pipe_gets_plain_lines(comptoir, offers):
    offers.tell(offer(0))
    offers.tell({"event": "failed", "reason": "expired"})
    ended = comptoir("link", "chez-awa")
    assert ended.out.splitlines() == [f"code {CODES[0]} (60 s)", "failed expired"]
    assert ended.code == 75
    assert "comptoir link chez-awa" in ended.err


def test_link_refused_at_once(comptoir, control):
    control.answers["link"] = lambda tenant: control.refuse(1, "chez-awa is linked already")
    ended = comptoir("link", "chez-awa")
    assert (ended.code, ended.err) == (1, "comptoir: chez-awa is linked already\n")
