"""What the daemon gives a rekeyer when it forks it."""

from dataclasses import dataclass, field
from pathlib import Path


class RekeyingFailed(Exception):
    """A step could not be done; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class RekeySpec:
    """Whose data is to be encrypted anew, from one key to the next."""

    tenant: str
    state_dir: Path
    lock_path: Path
    """The session's: no worker runs while a rekeyer does."""
    version: int
    """Of the new key."""
    old_key: bytes = field(repr=False)
    new_key: bytes = field(repr=False)
