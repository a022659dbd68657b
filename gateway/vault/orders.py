"""What the daemon tells the vault process of a tenant: plain values that travel over their channel."""

from dataclasses import dataclass, field
from pathlib import Path

from comptoir.sessions.protocol import Params


@dataclass(frozen=True, slots=True)
class VaultSpec:
    """Everything the vault process needs to know at birth."""

    folder: Path
    """In RAM: its lock, and copies of session databases for a moment."""

    @property
    def lock_path(self) -> Path:
        return self.folder / "lock"


@dataclass(frozen=True, slots=True)
class DataKey:
    """A tenant's data key, and its number among those the tenant has had."""

    version: int
    key: bytes = field(repr=False)

    def as_params(self) -> Params:
        return {"version": self.version, "key": self.key.hex()}


@dataclass(frozen=True, slots=True)
class Kept:
    """A session that the vault is to keep."""

    tenant: str
    session_dir: Path
    """In RAM."""
    vault: Path
    data_key: DataKey
    least: int = 0
    """The newest generation that is known to have been: the next one is above it, also in an older vault."""

    @property
    def session(self) -> Path:
        return self.session_dir / "session.db"

    @property
    def restored_marker(self) -> Path:
        return self.session_dir / "restored"

    def as_params(self) -> Params:
        return {
            "tenant": self.tenant,
            "session_dir": str(self.session_dir),
            "vault": str(self.vault),
            "data_key": self.data_key.as_params(),
            "least": self.least,
        }


def kept_from(params: Params) -> Kept:
    return Kept(
        params["tenant"],
        Path(params["session_dir"]),
        Path(params["vault"]),
        key_from(params["data_key"]),
        params["least"],
    )


def key_from(params: Params) -> DataKey:
    return DataKey(params["version"], bytes.fromhex(params["key"]))
