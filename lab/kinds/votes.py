"""Votes: encrypted under the poll's message secret, which whoever saw the poll has (whatsmeow, msgsecret.go)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comptoir.lab import protobufs as pb
from comptoir.lab.crypto import hkdf
from comptoir.lab.nodes import JID

_USE = "Poll Vote"
_IV_BYTES = 12


def sealed(options: Sequence[str], *, poll: str, asker: JID, voter: JID, secret: bytes) -> Any:
    """The PollEncValue of a vote. Both people in the form, number or LID, in which the vote's stanza names them."""
    vote = pb.e2e.PollVoteMessage(selectedOptions=[option_hash(option) for option in options])
    value = pb.e2e.PollEncValue(encIV=secrets.token_bytes(_IV_BYTES))
    key, data = _key(poll, asker, voter, secret), _associated(poll, voter)
    value.encPayload = AESGCM(key).encrypt(value.encIV, vote.SerializeToString(), data)
    return value


def opened(value: Any, *, poll: str, askers: Iterable[JID], voters: Iterable[JID], secret: bytes) -> list[bytes] | None:
    """The hashes of the chosen options; None when the vote opens under none of these names.

    A client may name itself by its number in one place and by its LID in another.
    """
    for asker in askers:
        for voter in voters:
            key, data = _key(poll, asker, voter, secret), _associated(poll, voter)
            try:
                plaintext = AESGCM(key).decrypt(value.encIV, value.encPayload, data)
            except (InvalidTag, ValueError):
                continue
            return list(pb.e2e.PollVoteMessage.FromString(plaintext).selectedOptions)
    return None


def option_hash(option: str) -> bytes:
    """What stands for an option in a vote."""
    return hashlib.sha256(option.encode()).digest()


def _key(poll: str, asker: JID, voter: JID, secret: bytes) -> bytes:
    return hkdf(secret, 32, f"{poll}{asker.bare}{voter.bare}{_USE}".encode())


def _associated(poll: str, voter: JID) -> bytes:
    return f"{poll}\0{voter.bare}".encode()
