"""`comptoir link --code` as a person sees it on a terminal, and as a script reads it."""

import signal

import pytest

from comptoir.cli.render.lettering import large

OFFER = {"event": "pairing_code", "code": "AB3D-5S8Z", "expires_in": 160}
LINKED = {"event": "linked", "number": "+221771234567", "name": ""}
NUMBER = "+221771234567"


@pytest.fixture
def told(control):
    """What the daemon tells; then it waits for the client to leave, unless that was the end."""
    events = []

    def link(tenant, code=None):
        yield from events
        match events[-1]["event"]:
            case "failed":
                control.refuse(75, "nobody typed the code into +221771234567 in time")
            case "pairing_code":
                while not control.gone.wait(0.05):
                    yield LINKED | {"event": "nothing"}
        return {}

    control.answers["link"] = link
    control.answers["tenant.show"] = lambda tenant: {"country": "SN"}
    return events


@pytest.fixture
def link(start, window):
    def start_link(*options):
        environment = {"TERM": "xterm-256color", "COLORTERM": "", "NO_COLOR": ""}
        return start("link", "chez-awa", "--code", NUMBER, *options, env=environment, **window.streams)

    return start_link


def test_the_code_is_large_and_says_what_to_press_in_both_languages(link, told, window, control):
    told.append(OFFER)
    process = link()
    window.wait(lambda: "AB3D-5S8Z" in window.text)
    shown = window.text.split("\n")
    top = next(index for index, row in enumerate(shown) if row.startswith("▄▀▀▀▄ █"))
    assert shown[top : top + 4] == [row.rstrip() for row in large("AB3D-5S8Z")]
    words = " ".join(window.text.split())
    assert "within 160 s" in words or "within 159 s" in words
    assert "Sur le téléphone +221 77 123 45 67" in words
    assert "Connecter avec un numéro de téléphone" in words
    assert "On the phone +221 77 123 45 67" in words
    assert "Link with phone number instead; then type this code." in words
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert control.gone.wait(10)


def test_the_seconds_run_down(link, told, window):
    told.append(OFFER | {"expires_in": 2})
    link()
    window.wait(lambda: "within 1 s" in window.text)
    window.wait(lambda: "within 0 s" in window.text)


def test_nothing_of_it_stays_once_linked(link, told, window):
    told += [OFFER, LINKED]
    process = link()
    window.wait(lambda: "is linked" in window.text)
    assert window.text.rstrip() == "chez-awa is linked to +221 77 123 45 67"
    assert process.wait(10) == 0


@pytest.mark.parametrize("size", [(52, 24), (80, 14)])
def test_in_a_small_window_the_code_is_there_in_plain_letters(link, told, window, size):
    told.append(OFFER)
    window.resize(*size)
    link()
    window.wait(lambda: "AB3D-5S8Z" in window.text and "then type this code." in " ".join(window.text.split()))
    assert "█" not in window.text


def test_a_pipe_gets_plain_lines_and_a_script_json(comptoir, told):
    told += [OFFER, {"event": "failed", "reason": "expired"}]
    ended = comptoir("link", "chez-awa", "--code", NUMBER)
    assert ended.out.splitlines() == ["pairing code AB3D-5S8Z (160 s)", "failed expired"]
    assert (ended.code, ended.err) == (75, "comptoir: nobody typed the code into +221771234567 in time\n")
    told[1:] = [LINKED]
    ended = comptoir("link", "chez-awa", "--code", NUMBER, "--json")
    assert (ended.code, ended.lines) == (0, [OFFER, LINKED])


@pytest.mark.parametrize("form", [NUMBER, "77 123 45 67", "00221 77 123 45 67", "+221-77-123-45-67"])
def test_the_number_in_any_common_form(comptoir, told, control, form):
    told.append(LINKED)
    assert comptoir("link", "chez-awa", "--code", form).code == 0
    assert control.asked("link") == {"tenant": "chez-awa", "code": NUMBER}


@pytest.mark.parametrize("form", ["+22177", "0770000001", "+0771234567", "lid:12345", "bonjour", ""])
def test_what_is_no_number_is_refused_before_anything_happens(comptoir, told, control, form):
    ended = comptoir("link", "chez-awa", "--code", form)
    assert ended.code == 2
    assert "is not a phone number" in ended.err
    assert "link" not in [method for method, _ in control.calls]


def test_one_way_at_a_time(comptoir, told, control):
    ended = comptoir("link", "chez-awa", "--code", NUMBER, "--png", "code.png")
    assert ended.code == 2
    assert control.calls == []


def test_letters_that_are_in_no_code_are_not_drawn():
    assert large("O") is None
    assert {len(row) for row in large("1Z-")} == {17}
