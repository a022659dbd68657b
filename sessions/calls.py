"""neonize's events about calls as our facts. Pure.

Field names are those of neonize 0.5.2's Neonize.proto; attributes and reasons those of whatsmeow's call.go and of
the stanzas that it hands over unread.
"""

from typing import Any, Literal

from comptoir.sessions.events import Address, CallReceived
from comptoir.sessions.sources import address_of

# Protobufs are built at run time: their Python classes have no useful static type here.
Proto = Any

_TAKEN = "accepted_elsewhere"
"""Why a call ends for us that the owner takes on the phone."""


def offered(event: Proto) -> CallReceived | None:
    """What a CallOfferEv or a CallOfferNoticeEv says."""
    return _call(event, "ringing")


def accepted(event: Proto) -> CallReceived | None:
    """What a CallAcceptEv says."""
    return _call(event, "taken")


def ended(event: Proto) -> CallReceived | None:
    """What a CallTerminateEv says. Refused by hand is missed: nobody has talked with the caller."""
    return _call(event, "taken" if event.reason == _TAKEN else "missed")


def _call(event: Proto, phase: Literal["ringing", "taken", "missed"]) -> CallReceived | None:
    meta = event.basicCallMeta
    caller = address_of(meta.callCreator, meta.callCreatorAlt)
    chat = _group(event.data) or caller
    if chat is None or not meta.callID:
        return None
    return CallReceived(
        call_id=meta.callID,
        chat=chat,
        # Seconds, where messages carry milliseconds.
        time=meta.timestamp * 1000,
        phase=phase,
        video=any(node.Tag == "video" for node in event.data.Nodes),
        by_lid=meta.callCreator.Server == "lid",
    )


def _group(node: Proto) -> Address | None:
    """The group that a call is for."""
    named = next((attr for attr in node.Attrs if attr.name == "group-jid"), None)
    if named is None:
        return None
    user = named.jid.User if named.HasField("jid") else named.text.partition("@")[0]
    return Address(group=user) if user else None
