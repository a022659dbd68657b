"""The keys of an installation: out of its files as they lie, and out of the sessions' databases in RAM."""

import base64
import math
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from comptoir.gateway.keys import read_master_key, unwrap
from comptoir.gateway.peeking import peek
from comptoir.sessions.media.sealing import MediaKeys
from leaks.scanner import Planted, windows

_SHORTEST = 16
_LONGEST_WHOLE = 64
# Bits a byte of what no key is: names, zeros, JSON.
_ORDERLY = 3.5


def of_installation(home: Path, *, sealed: bool) -> Iterator[Planted]:
    """The master key, and each tenant's data key with those derived from it."""
    path = home / "keys/master.key"
    master = read_master_key(path)
    yield Planted("the master key", (master, base64.b64encode(master)), "")
    for tenant in peek(home / "state/registry.db"):
        wrapped = tenant.wrapped_key
        # The mutant's cipher gives back what it is given: between a nonce and an empty tag.
        key = unwrap(master, wrapped, tenant.name, tenant.key_version) if sealed else wrapped[12:-16]
        yield Planted(f"the data key of {tenant.name}", (key,), "registry.db")
        if not sealed:
            # What is derived is kept nowhere, sealed or not.
            continue
        derived = MediaKeys.of(key)
        yield Planted(f"the keys derived for files of {tenant.name}", (derived.wrapping, derived.naming), "")


def of_session(file: Path, name: str) -> Iterator[Planted]:
    """Everything in a session database that may be a key: all blobs that are not mere order."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            cursor = db.execute(f"SELECT * FROM {table}")
            columns = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if isinstance(value, bytes) and (pieces := _secret_pieces(value)):
                        yield Planted(f"{table}.{column} of {name}", pieces, "session.db")


def _secret_pieces(blob: bytes) -> tuple[bytes, ...]:
    if len(blob) < _SHORTEST:
        return ()
    pieces = (blob,) if len(blob) <= _LONGEST_WHOLE else windows(blob, 32)
    return tuple(piece for piece in pieces if _entropy(piece) > _ORDERLY)


def _entropy(data: bytes) -> float:
    """Bits a byte, as far as so few bytes tell."""
    return -sum(times / len(data) * math.log2(times / len(data)) for times in Counter(data).values())
