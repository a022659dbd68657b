"""Opens the votes in a poll, as WhatsApp's apps seal them. Pure.

The scheme is whatsmeow's msgsecret.go: a key from the poll's secret, its id, its writer and the voter; AES-256-GCM.
"""

import hashlib
from collections.abc import Iterable
from itertools import product

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comptoir.sessions.events import SealedVote

SECRET_SIZE = 32
_IV_SIZE = 12
_MAX_PAYLOAD = 65_536
# PollVoteMessage: a list of SHA-256 hashes as field 1, each with its length before it.
_HASH = b"\x0a\x20"


def choices(
    vote: SealedVote, poll_id: str, secret: bytes, options: Iterable[str], also: Iterable[str]
) -> tuple[str, ...] | None:
    """What was chosen among the options, in their order; None where the vote does not open.

    `also`: more forms of the JID that the poll's writer may have.
    """
    opened = _open(vote, poll_id, secret, also)
    if opened is None:
        return None
    chosen = set(_hashes(opened))
    return tuple(option for option in options if hashlib.sha256(option.encode()).digest() in chosen)


def _open(vote: SealedVote, poll_id: str, secret: bytes, also: Iterable[str]) -> bytes | None:
    if len(secret) != SECRET_SIZE or len(vote.iv) != _IV_SIZE or len(vote.payload) > _MAX_PAYLOAD:
        return None
    # Sealed with one form of each JID, number or LID, as the voter's app saw fit.
    for creator, voter in product(dict.fromkeys((*vote.creators, *also)), vote.voters):
        info = f"{poll_id}{creator}{voter}Poll Vote".encode()
        key = HKDF(SHA256(), 32, None, info).derive(secret)
        try:
            return AESGCM(key).decrypt(vote.iv, vote.payload, f"{poll_id}\0{voter}".encode())
        except InvalidTag:
            continue
    return None


def _hashes(opened: bytes) -> list[bytes]:
    size = len(_HASH) + 32
    parts = [opened[at : at + size] for at in range(0, len(opened), size)]
    return [part[len(_HASH) :] for part in parts if part.startswith(_HASH)]
