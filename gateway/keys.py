"""Envelope encryption: a master key wraps each tenant's data key, so that it can change alone.

A wrapped key is bound to its tenant and version: moved to another row it does not open.
"""

import base64
import binascii
import hashlib
import hmac
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comptoir.gateway.new_file import create_file
from comptoir.gateway.paths import Paths

KEY_BYTES = 32
NONCE_BYTES = 12
ID_BYTES = 8


class KeysWrong(Exception):
    """A key is missing, open to others or does not fit; the text says what to do."""


def new_key() -> bytes:
    """A master key, or a tenant's data key."""
    return os.urandom(KEY_BYTES)


def wrap(master: bytes, data_key: bytes, tenant: str, version: int) -> bytes:
    """AES-256-GCM under a fresh nonce, which comes first in the result."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(master).encrypt(nonce, data_key, _binding(tenant, version))


def unwrap(master: bytes, wrapped: bytes, tenant: str, version: int) -> bytes:
    """Raises KeysWrong where the master key, tenant or version is not the one it was wrapped for."""
    nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    try:
        return AESGCM(master).decrypt(nonce, sealed, _binding(tenant, version))
    except (InvalidTag, ValueError):
        raise KeysWrong(
            f"{tenant}: the master key does not open this tenant's data key: expected the master key that "
            "the registry was made with; restore it from the backup of keys/"
        ) from None


def master_key_id(master: bytes) -> bytes:
    """What tells one master key from another and says nothing of either."""
    return hmac.digest(master, b"comptoir master key id", hashlib.sha256)[:ID_BYTES]


def seal_number(master: bytes, number: str, tenant: str) -> bytes:
    """A tenant's own number, as the registry keeps it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _number_cipher(master).encrypt(nonce, number.encode(), tenant.encode())


def open_number(master: bytes, sealed: bytes, tenant: str) -> str:
    """Raises KeysWrong where it was sealed under another master key, or for another tenant."""
    try:
        return _number_cipher(master).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], tenant.encode()).decode()
    except (InvalidTag, ValueError):
        raise KeysWrong(
            f"{tenant}: the master key does not open this tenant's number: the registry was damaged; restore it "
            "from a backup"
        ) from None


def _number_cipher(master: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"comptoir registry numbers").derive(master))


def _binding(tenant: str, version: int) -> bytes:
    return f"comptoir data key {version} of {tenant}".encode()


def create_master_key(path: Path) -> None:
    """Write a new master key, never over an old one; it is there as a whole or not at all. Raises FileExistsError."""
    create_file(path, base64.b64encode(new_key()) + b"\n")


def master_key_path(paths: Paths) -> Path:
    """systemd's credential where there is one, else the file in keys/."""
    if paths.credentials is not None and _is_there(credential := paths.credentials / "master.key"):
        return credential
    return paths.master_key_file


def _is_there(credential: Path) -> bool:
    try:
        return credential.exists()
    except PermissionError:
        # So closed is systemd's folder while there is nothing in it for us.
        return False


def next_master_key_path(paths: Paths) -> Path:
    """Where the one lies that is to follow, while the master key is being rotated."""
    return master_key_path(paths).with_name("master.key.next")


def load_master_key(paths: Paths) -> bytes:
    """The installation's. Raises KeysWrong."""
    return read_key_at(paths, master_key_path(paths))


def read_key_at(paths: Paths, path: Path) -> bytes:
    """One of the installation's master keys. Raises KeysWrong."""
    # systemd lets the service's user in by an ACL, and the group's bits then show the ACL's mask.
    return read_master_key(path, forbidden=0o007 if path.parent == paths.credentials else 0o077)


def read_master_key(path: Path, forbidden: int = 0o077) -> bytes:
    """Raises KeysWrong where the file is missing, not a key, or has one of the `forbidden` bits."""
    try:
        # What is no file, such as a pipe, must not hold us up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise KeysWrong(f"{path}: no master key: `comptoir init` makes one") from None
    except OSError as error:
        raise KeysWrong(f"{path}: cannot be read: {error.strerror}") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise KeysWrong(f"{path}: not a file: expected the master key there: restore it from the backup of keys/")
    with os.fdopen(descriptor, "rb") as file:
        if found.st_mode & forbidden:
            raise KeysWrong(f"{path}: others may read the master key: expected 0600, run `chmod 600` on it")
        text = file.read(1024)
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeysWrong(
            f"{path}: not a master key: expected {KEY_BYTES} bytes in base64: restore it from the backup of keys/; "
            "where there are no tenants yet, delete the file and run `comptoir init`"
        )
    return key
