"""neonize's events about calls, as they come, become the facts the journal keeps."""

from typing import Any

import pytest

from comptoir.sessions import calls, neonize_guard
from comptoir.sessions.events import Address, CallReceived

neonize_guard.import_python_side()

from neonize.proto import Neonize_pb2 as pb  # noqa: E402  (after its guard)

NUMBER, LID = "221770000001@s.whatsapp.net", "100200300@lid"
AWA = Address("+221770000001", "100200300")


def jid(text: str) -> Any:
    user, server = text.split("@")
    return pb.JID(User=user, Server=server)


def meta(creator: str = NUMBER, alt: str = LID, id: str = "C1") -> Any:
    return pb.BasicCallMeta(callCreator=jid(creator), callCreatorAlt=jid(alt), callID=id, timestamp=1_700_000_000)


def offer(*children: str, attrs: Any = (), **creator: str) -> Any:
    nodes = [pb.Node(Tag=child) for child in children]
    return pb.CallOffer(basicCallMeta=meta(**creator), data=pb.Node(Tag="offer", Attrs=attrs, Nodes=nodes))


@pytest.mark.parametrize(("creator", "alt", "by_lid"), [(NUMBER, LID, False), (LID, NUMBER, True)])
def test_who_calls_and_in_which_form(creator: str, alt: str, by_lid: bool) -> None:
    call = CallReceived("C1", AWA, 1_700_000_000_000, "ringing", video=False, by_lid=by_lid)
    assert calls.offered(offer("audio", creator=creator, alt=alt)) == call


def test_a_video_call_is_told_by_its_offer() -> None:
    call = calls.offered(offer("audio", "video"))
    assert call is not None
    assert call.video


@pytest.mark.parametrize(
    ("reason", "phase"),
    [("accepted_elsewhere", "taken"), ("timeout", "missed"), ("", "missed"), ("rejected_elsewhere", "missed")],
)
def test_how_it_ends(reason: str, phase: str) -> None:
    call = calls.ended(pb.CallTerminate(basicCallMeta=meta(), reason=reason, data=pb.Node(Tag="terminate")))
    assert call is not None
    assert (call.call_id, call.phase) == ("C1", phase)


def test_one_that_is_accepted_is_taken() -> None:
    call = calls.accepted(pb.CallAccept(basicCallMeta=meta(), data=pb.Node(Tag="accept")))
    assert call is not None
    assert call.phase == "taken"


@pytest.mark.parametrize(
    "attr",
    [pb.NodeAttrs(name="group-jid", jid=jid("120363001@g.us")), pb.NodeAttrs(name="group-jid", text="120363001@g.us")],
)
def test_a_groups_call_is_with_the_group(attr: Any) -> None:
    call = calls.offered(offer("video", attrs=[pb.NodeAttrs(name="media", text="video"), attr]))
    assert call is not None
    assert call.chat == Address(group="120363001")


def test_one_from_nobody_is_left_out() -> None:
    assert calls.offered(offer(creator="@", alt="@")) is None
    assert calls.offered(offer(id="")) is None
