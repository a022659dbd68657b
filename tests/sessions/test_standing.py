"""How a session stands after what the link reports, in any order it may report it."""

import pytest

from comptoir.sessions.events import (
    BacklogBegun,
    BacklogRead,
    Changed,
    Connected,
    Disconnected,
    Ended,
    Paired,
    PairingCodeOffered,
    PairingFailed,
    QrOffered,
)
from comptoir.sessions.standing import Standing, after

UP = Connected("+221770000001", "1002003", "Chez Awa")


def walk(*changes: Changed, start: Standing | None = None) -> Standing:
    standing = start or Standing("connecting")
    for change in changes:
        standing = after(standing, change)
    return standing


@pytest.mark.parametrize(
    ("changes", "state", "may_answer"),
    [
        ([UP], "online", False),
        ([UP, BacklogBegun(3), BacklogRead(3)], "online", True),
        # `Connected` comes from a thread of its own and may be late.
        ([BacklogBegun(0), BacklogRead(0), UP], "online", True),
        ([UP, BacklogRead(0), Disconnected("lost")], "offline", False),
        ([UP, BacklogRead(0), Disconnected("lost"), UP], "online", False),
        # A 515 in mid-session reconnects without a Disconnected.
        ([UP, BacklogRead(0), BacklogBegun(2), UP], "online", False),
        ([UP, BacklogRead(0), Ended("replaced", "")], "parked", False),
        ([UP, Ended("logged_out", "401"), Disconnected("lost"), UP, BacklogRead(0)], "parked", False),
        ([QrOffered("2@x", 60), Paired("+221770000001"), Disconnected("515")], "linking", False),
        ([QrOffered("2@x", 60), PairingFailed("nobody scanned")], "new", False),
        ([PairingCodeOffered("ABCD-1234", 160)], "linking", False),
    ],
)
def test_state_and_gate(changes: list[Changed], state: str, may_answer: bool) -> None:
    standing = walk(*changes)
    assert (standing.state, standing.may_answer) == (state, may_answer)


def test_a_paused_session_sends_but_does_not_answer() -> None:
    standing = walk(UP, BacklogRead(0), start=Standing("connecting", paused=True))
    assert (standing.shown, standing.may_send, standing.may_answer) == ("paused", True, False)


def test_a_parked_session_says_why() -> None:
    standing = walk(UP, Ended("banned", "code 3"))
    assert (standing.reason, standing.detail) == ("banned", "code 3")
