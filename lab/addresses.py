"""Between what people dial and the JIDs that stanzas carry: numbers, groups, status and channels."""

from __future__ import annotations

from comptoir.lab.channels import CHANNEL_SERVER
from comptoir.lab.groups import BROADCAST_SERVER, GROUP_SERVER, STATUS
from comptoir.lab.nodes import JID, LID_SERVER, NUMBER_SERVER
from comptoir.lab.server import Server

_PREFIXES = {"group:": GROUP_SERVER, "channel:": CHANNEL_SERVER}


class UnknownNumber(LookupError):
    """Nobody in the lab has this number, or there is no such group; the text says what to do."""


def digits(number: str) -> str:
    """ "+221 77 000 00 01" → "221770000001"."""
    return "".join(filter(str.isdigit, number))


def dialled(server: Server, number: str, as_lid: bool = False) -> JID:
    """The account that a number reaches, named by its number or its LID; or the group of "group:DIGITS".

    Raises UnknownNumber.
    """
    if (audience := _audience(number)) is not None:
        if audience.server == GROUP_SERVER and server.groups.find(audience) is None:
            raise UnknownNumber(f"no group in this lab has the address {number}: make one first")
        return audience
    account = server.account_of(JID(digits(number), NUMBER_SERVER))
    if account is None:
        raise UnknownNumber(f"nobody in this lab has the number {number}: add a phone or a customer first")
    return account.jid(as_lid=as_lid)


def spoken(server: Server, jid: JID) -> str:
    """The person behind a JID as "+E164", or as "lid:DIGITS" where the number is not known.

    A group is "group:DIGITS", a channel "channel:DIGITS", and status updates are in the chat "status".
    """
    if jid == STATUS:
        return STATUS.user
    if jid.server in _PREFIXES.values():
        return next(prefix for prefix, each in _PREFIXES.items() if each == jid.server) + jid.user
    number = server.number_of(jid)
    return f"+{number.user}" if number is not None else f"lid:{jid.user}"


def is_lid(jid: JID) -> bool:
    return jid.server == LID_SERVER


def is_audience(jid: JID) -> bool:
    """Whether many read what is sent there."""
    return jid.server in (GROUP_SERVER, BROADCAST_SERVER, CHANNEL_SERVER)


def _audience(text: str) -> JID | None:
    """The JID behind "group:DIGITS", "channel:DIGITS", "status", or any of these as a JID; None for a number."""
    for prefix, server in _PREFIXES.items():
        if text.startswith(prefix) or text.endswith(f"@{server}"):
            return JID(digits(text), server)
    return STATUS if text in (STATUS.user, str(STATUS)) else None
