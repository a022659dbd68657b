"""A call that nobody took is answered by a text, once an hour."""

from comptoir.plugins.builtin.calls import Calls
from comptoir.plugins.testing import Person, Player


def caller(play: Player) -> Person:
    return play(Calls, config={"calls": {"answer": "Bonjour {name}, écrivez à {shop}."}}).customer()


def test_who_calls_is_told_once_an_hour(play: Player) -> None:
    awa = caller(play)
    told = []
    for minutes in (0, 59, 1, 30, -90):
        awa.play.passes(minutes=minutes)
        heard = awa.says("", "call")
        assert heard.stopped_by == "calls"
        told.append(heard.texts)
    words = ["Bonjour Awa, écrivez à Chez Awa."]
    # A clock that was set back must not make the shop rude for longer than an hour.
    assert told == [words, [], words, [], words]


def test_what_is_no_call_is_left_to_others(play: Player) -> None:
    heard = caller(play).says("bonjour")
    assert (heard.texts, heard.stopped_by) == ([], None)


def test_without_a_text_a_call_is_left_to_others(play: Player) -> None:
    heard = play(Calls).customer().says("", "call")
    assert (heard.texts, heard.stopped_by) == ([], None)
