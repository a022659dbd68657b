"""Marks what a pipeline of ours wrote, so that no other pipeline of ours answers it.

The mark lies in the message secret, which a sender chooses and only the receiver's devices can read. A person who
forwards the message sends it with another secret.
"""

import os
from hashlib import sha256

SECRET_SIZE = 32
_RANDOM = 24
_LABEL = b"comptoir: a machine wrote this"


def new_secret(*, automatic: bool) -> bytes:
    """A message secret that cannot be guessed. An automatic message's can be told from all others."""
    random = os.urandom(_RANDOM)
    return random + (_mark(random) if automatic else os.urandom(SECRET_SIZE - _RANDOM))


def is_marked(secret: bytes) -> bool:
    """Whether a pipeline of ours wrote the message with this secret."""
    return len(secret) == SECRET_SIZE and secret[_RANDOM:] == _mark(secret[:_RANDOM])


def _mark(random: bytes) -> bytes:
    return sha256(_LABEL + random).digest()[: SECRET_SIZE - _RANDOM]
