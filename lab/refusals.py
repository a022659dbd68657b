"""Which messages the server refuses, and which it takes and delivers to nobody."""

from __future__ import annotations

from comptoir.lab.accounts import Account
from comptoir.lab.exchange import Exchange

NOT_FOUND = 404
# What a client was told on writing to somebody whom its own account had blocked (whatsmeow, issue 379).
BLOCKED_BY_SENDER = 403
# Assumed: nobody has published what the server says to a stanza that is too large.
TOO_LARGE = 413


def refusal(exchange: Exchange, own: Account, receiver: Account | None, *, companion: bool, size: int) -> int:
    """The error that answers a message, 0 for none; `size` is in bytes, of its largest ciphertext."""
    standing = exchange.faults.standing(own.number)
    meant = not standing.refused_to or (receiver is not None and receiver.number == standing.refused_to)
    if companion and standing.refused_sends and meant:
        standing.refused_sends -= 1
        return standing.send_error
    if companion and standing.size_limit and size > standing.size_limit:
        return TOO_LARGE
    if receiver is None:
        return NOT_FOUND
    return BLOCKED_BY_SENDER if exchange.blocks.has_blocked(own, receiver) else 0


def is_unwanted(exchange: Exchange, own: Account, receiver: Account | None) -> bool:
    """Whether the receiver has blocked the sender, who is not told: its message is taken and goes nowhere.

    Apps show one tick for ever; that the server's ack looks as always is assumed.
    """
    return receiver is not None and receiver is not own and exchange.blocks.has_blocked(receiver, own)
