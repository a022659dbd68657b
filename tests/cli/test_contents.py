"""What `send` is told to send in place of a text, and the line that shows a message of each kind."""

from typing import Any

import pytest

from comptoir.cli.render.kinds import line_of

SEND = ("send", "chez-awa", "+221771234567")
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN;CHARSET=UTF-8:Moussa Diop\nEND:VCARD"


@pytest.fixture
def sent(comptoir: Any, control: Any) -> Any:
    """Runs `send` with these arguments; the parameters of the call."""
    control.answers["send"] = lambda **_: {"id": 42, "state": "queued"}

    def run(*arguments: str) -> dict[str, Any]:
        ended = comptoir(*SEND, *arguments)
        assert (ended.code, ended.err) == (0, "")
        asked: dict[str, Any] = control.asked("send")
        assert asked.pop("tenant") == "chez-awa"
        assert asked.pop("to") == "+221771234567"
        return asked

    return run


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Oui", "--quote", "17"], {"text": "Oui", "quote": 17}),
        (
            ["--location", "-4.26,15.28, Chez Awa, Brazzaville"],
            {"content": {"place": {"latitude": -4.26, "longitude": 15.28, "name": "Chez Awa, Brazzaville"}}},
        ),
        (["--location", "14,-17"], {"content": {"place": {"latitude": 14, "longitude": -17}}}),
        (
            ["--poll", "Où ?", "--option", "ici", "--option", "là", "--quote", "3"],
            {"content": {"poll": {"question": "Où ?", "options": ["ici", "là"], "choices": 1}}, "quote": 3},
        ),
        (
            ["--poll", "Où ?", "--option", "ici", "--option", "là", "--choices", "0"],
            {"content": {"poll": {"question": "Où ?", "options": ["ici", "là"], "choices": 0}}},
        ),
        (["👍", "--react", "17"], {"content": {"reaction": {"message": 17, "emoji": "👍"}}}),
        (["--react", "17", ""], {"content": {"reaction": {"message": 17, "emoji": ""}}}),
        (["à 10 h", "--edit", "17"], {"text": "à 10 h", "content": {"edit": {"message": 17}}}),
        (["--delete", "17"], {"content": {"deletion": {"message": 17}}}),
    ],
)
def test_what_is_sent(sent: Any, arguments: list[str], expected: dict[str, Any]) -> None:
    assert sent(*arguments) == {"text": "", **expected}


def test_cards_of_several_files(sent: Any, tmp_path: Any) -> None:
    one, two = tmp_path / "un.vcf", tmp_path / "Awa.vcf"
    one.write_bytes(f"\ufeff{CARD}\n{CARD.replace('Moussa', 'Fatou')}\n".replace("\n", "\r\n").encode())
    two.write_text("BEGIN:VCARD\nTEL:77\nEND:VCARD")
    assert sent("--contact", str(one), "--contact", str(two))["content"] == {
        "cards": [
            {"name": "Moussa Diop", "vcard": CARD},
            {"name": "Fatou Diop", "vcard": CARD.replace("Moussa", "Fatou")},
            {"name": "Awa", "vcard": "BEGIN:VCARD\nTEL:77\nEND:VCARD"},
        ]
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--location", "ici"], "LAT,LON"),
        (["--location", "1,2", "--delete", "3"], "--location and --delete"),
        (["Bonjour", "--location", "1,2"], "takes no TEXT"),
        (["Bonjour", "--option", "a"], "--poll"),
        (["--react", "3"], "TEXT is missing"),
        (["--file", "menu.pdf", "--delete", "3"], "--file and --delete"),
    ],
)
def test_what_cannot_go_together(comptoir: Any, control: Any, arguments: list[str], words: str) -> None:
    ended = comptoir(*SEND, *arguments)
    assert ended.code == 2
    assert words in ended.err
    assert control.calls == []


def test_file_without_a_card(comptoir: Any, control: Any, tmp_path: Any) -> None:
    file = tmp_path / "menu.vcf"
    file.write_text("le menu")
    ended = comptoir(*SEND, "--contact", str(file))
    assert (ended.code, control.calls) == (1, [])
    assert "no contact card" in ended.err
    assert comptoir(*SEND, "--contact", str(tmp_path / "none.vcf")).code == 1


def row(kind: str, text: str = "", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "text": text, **more}


MEDIA = {"mime": "application/pdf", "name": "menu.pdf", "size": 70_400, "state": "kept", "error": None}
PLACE = {"latitude": 14.6928, "longitude": -17.4467, "name": "", "address": "", "live": False}


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        (row("text", "Bonjour"), "Bonjour"),
        (row("text", ""), ""),
        (row("document", "le menu", media=MEDIA), "[document] menu.pdf, 70 kB: le menu"),
        (
            row("voice", media=MEDIA | {"name": "", "size": 12, "seconds": 5, "state": "failed"}),
            "[voice] 12 B, 5 s, not fetched",
        ),
        (row("image", "robe"), "[image] robe"),
        (row("location", place=PLACE), "[location] 14.69280, -17.44670"),
        (
            row("location", "ici", place=PLACE | {"name": "Sandaga", "address": "Dakar", "live": True}),
            "[location] Sandaga, Dakar (14.69280, -17.44670), live: ici",
        ),
        (row("contact", cards=[{"name": "A", "vcard": ""}, {"name": "B", "vcard": ""}]), "[contact] A, B"),
        (
            row("poll", "Où ?", poll={"question": "Où ?", "options": ["ici", "là"], "choices": 1}),
            "[poll] Où ? ici / là",
        ),
        (row("vote", "ici", vote={"poll": 7, "options": ["ici"]}), "[vote] ici in #7"),
        (row("vote", vote={"poll": None, "options": []}), "[vote] nothing in a message that is not known"),
        (row("reaction", "👍", target=7), "[reaction] 👍 to #7"),
        (row("edit", "à 10 h", target=7), "[edit] of #7: à 10 h"),
        (row("deletion", target=7), "[deletion] of #7"),
        (row("image", deleted=True), "[image, taken back]"),
        (row("text", "à 10 h", edited=True), "à 10 h (edited)"),
        (row("text", "Bienvenue", automatic=True), "Bienvenue (automatic)"),
        (row("text", "oui", quote={"message": 7, "kind": "text", "text": "x", "ours": True}), "(to #7) oui"),
        (row("text", "oui", quote={"message": None, "kind": "image", "text": "", "ours": False}), "(to image) oui"),
        (
            row("text", "oui", quote={"message": None, "kind": "text", "text": "a\n" + "b" * 50, "ours": False}),
            "(to “a " + "b" * 38 + "…”) oui",
        ),
        (row("view_once", view_once=True), "[view_once]"),
    ],
)
def test_line_of_each_kind(shown: dict[str, Any], line: str) -> None:
    assert line_of(shown) == line
