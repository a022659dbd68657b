"""Between the numbers that people dial and the JIDs that stanzas carry."""

from __future__ import annotations

from comptoir.lab.nodes import JID, LID_SERVER, NUMBER_SERVER
from comptoir.lab.server import Server


class UnknownNumber(LookupError):
    """Nobody in the lab has this number; the text says what to do."""


def digits(number: str) -> str:
    """ "+221 77 000 00 01" → "221770000001"."""
    return "".join(filter(str.isdigit, number))


def dialled(server: Server, number: str, as_lid: bool = False) -> JID:
    """The account that a number reaches, named by its number or its LID. Raises UnknownNumber."""
    account = server.account_of(JID(digits(number), NUMBER_SERVER))
    if account is None:
        raise UnknownNumber(f"nobody in this lab has the number {number}: add a phone or a customer first")
    return account.jid(as_lid=as_lid)


def spoken(server: Server, jid: JID) -> str:
    """The person behind a JID as "+E164", or as "lid:DIGITS" where the number is not known."""
    number = server.number_of(jid)
    return f"+{number.user}" if number is not None else f"lid:{jid.user}"


def is_lid(jid: JID) -> bool:
    return jid.server == LID_SERVER
