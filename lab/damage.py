"""Ciphertexts that arrive damaged: what a receiver cannot read and has to ask for once more."""

from __future__ import annotations

from dataclasses import replace

from comptoir.lab.nodes import Node
from comptoir.lab.signal.session import PKMSG
from comptoir.lab.signal.wire import PreKeyMessage, SignalMessage


def damaged(enc: Node) -> Node:
    """The same ciphertext under a wrong MAC: still a Signal message, and nobody can read it."""
    if enc.get("type") == PKMSG:
        first = PreKeyMessage.parse(enc.data)
        body = bytes(replace(first, message=_wrongly_signed(first.message)))
    else:
        body = bytes(_wrongly_signed(SignalMessage.parse(enc.data)))
    return Node(enc.tag, enc.attrs, body)


def _wrongly_signed(message: SignalMessage) -> SignalMessage:
    return replace(message, mac=bytes(len(message.mac)))
