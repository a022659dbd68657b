"""Keys of outside services: looked up where `comptoir.toml` says, when a worker is made."""

import importlib.util
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from comptoir.gateway.model_settings import ModelSetting
from comptoir.gateway.paths import Paths
from comptoir.sessions.spec import ModelSpec

MAX_KEY = 4_096
"""Bytes."""


class KeyReferenceWrong(Exception):
    """There is no key to be had: the text says why; nothing of the key."""


def with_keys(models: Iterable[ModelSetting], paths: Paths) -> tuple[ModelSpec, ...]:
    """What workers are given. A model whose key cannot be had says why instead: the shop goes on without it."""
    return tuple(_with_key(model, paths) for model in models)


def troubles(models: Iterable[ModelSetting], paths: Paths) -> Iterator[str]:
    """What keeps models from being asked, for whoever starts the daemon."""
    for spec in with_keys(models, paths):
        if spec.wrong:
            yield f"[models.{spec.name}] is not asked: {spec.wrong}"
        if importlib.util.find_spec(spec.kind) is None:
            yield f'[models.{spec.name}] is not asked: expected pip install "comptoir[{spec.kind}]"'


def _with_key(model: ModelSetting, paths: Paths) -> ModelSpec:
    try:
        return replace(model.spec, key=key_of(model.key, paths))
    except KeyReferenceWrong as wrong:
        return replace(model.spec, wrong=str(wrong))


def key_of(reference: str, paths: Paths) -> str:
    """The key that a `KeyReference` leads to; empty for an empty one. Raises KeyReferenceWrong. Blocks."""
    if not reference:
        return ""
    kind, _, name = reference.partition(":")
    return _secret(paths, name) if kind == "file" else _credential(paths, name)


def _secret(paths: Paths, name: str) -> str:
    path = paths.secrets / name
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise KeyReferenceWrong(f"{path} cannot be read: {(error.strerror or '').lower()}") from None
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_mode & 0o077 or about.st_uid not in (0, os.geteuid()):
            raise KeyReferenceWrong(f"{path} is open to others: expected the daemon's own file, chmod 600")
        return _checked(path, file.read(MAX_KEY + 1))


def _credential(paths: Paths, name: str) -> str:
    if paths.credentials is None:
        raise KeyReferenceWrong(f"there is no credential {name}: expected LoadCredential={name}: in the daemon's unit")
    path = paths.credentials / name
    try:
        with path.open("rb") as file:
            return _checked(path, file.read(MAX_KEY + 1))
    except OSError as error:
        raise KeyReferenceWrong(f"{path} cannot be read: {(error.strerror or '').lower()}") from None


def _checked(path: Path, content: bytes) -> str:
    key = content.strip()
    if not key or len(content) > MAX_KEY or not key.isascii() or not key.decode().isprintable() or b" " in key:
        raise KeyReferenceWrong(f"{path} holds no key: expected one line")
    return key.decode()
