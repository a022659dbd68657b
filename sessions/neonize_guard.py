"""Loads neonize in two steps, its Python side before a fork and its Go library after, never from the network.

Left to itself neonize downloads a shared library that it misses or does not recognise. What runs here is
the library of the pinned wheel or nothing.
"""

import base64
import csv
import ctypes
import functools
import hashlib
import importlib
import importlib.metadata
import logging
import os
import platform
import threading
from pathlib import Path
from typing import Any, Never

PINNED = "0.5.2"
"""The only version whose behaviour the link was measured against; pyproject.toml names the same."""

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class LibraryUnfitError(RuntimeError):
    """The installed neonize is not the one that was measured; the text says what to do."""


def check_library() -> None:
    """Raises LibraryUnfitError unless the pinned wheel is installed whole; imports nothing of neonize."""
    try:
        distribution = importlib.metadata.distribution("neonize")
    except importlib.metadata.PackageNotFoundError:
        raise _unfit("neonize is not installed") from None
    check_distribution(distribution, platform.machine())


def check_distribution(distribution: importlib.metadata.Distribution, machine: str) -> None:
    """check_library for a given installation and machine (`x86_64`, `aarch64`)."""
    if distribution.version != PINNED:
        raise _unfit(f"neonize {distribution.version} is installed")
    architecture = ARCHITECTURES.get(machine)
    if architecture is None:
        known = " and ".join(ARCHITECTURES)
        raise LibraryUnfitError(f"neonize has no library for {machine}: Comptoir runs on Linux on {known}")
    name = f"neonize/neonize-linux-{architecture}.so"
    recorded = _recorded_digest(distribution, name)
    if recorded is None:
        raise _unfit(f"the installed neonize does not list {name}: it is a wheel for another machine")
    path = Path(str(distribution.locate_file(name)))
    try:
        with path.open("rb") as library:
            digest = hashlib.file_digest(library, "sha256").digest()
    except OSError as error:
        raise _unfit(f"neonize's library cannot be read ({error})") from None
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != recorded:
        raise _unfit(f"{path} is not the file that its wheel brought")


def _recorded_digest(distribution: importlib.metadata.Distribution, name: str) -> str | None:
    """The SHA-256 that the wheel's RECORD gives for a file: URL-safe base64, unpadded (PEP 427)."""
    # Not by distribution.files, which leaves out what is missing from Python 3.12 on.
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        match row:
            case [path, digest, _] if path == name and digest.startswith("sha256="):
                return digest.removeprefix("sha256=")
    return None


@functools.cache
def import_python_side() -> None:
    """Imports neonize without its Go library, so that the process may still fork; done once.

    Leaves no thread behind and the root logger as it was. Raises LibraryUnfitError as check_library does.
    """
    check_library()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # With SPHINX set (meant for building its documentation) neonize leaves the library out.
    os.environ["SPHINX"] = "1"
    try:
        importlib.import_module("pylibmagic")  # first: python-magic, below neonize, finds libmagic through it
        importlib.import_module("neonize")
    finally:
        del os.environ["SPHINX"]
        # neonize configures the root logger on import; whose log this is is not for a library to say.
        root.handlers[:], root.level = handlers, level
    download: Any = importlib.import_module("neonize.download")
    download.download = _refuse_download
    _stop_log_thread(importlib.import_module("neonize.utils.log"))


@functools.cache
def load() -> None:
    """Starts neonize's Go library in this process, which must not fork afterwards; done once.

    Go reads its environment here, once. Raises LibraryUnfitError where the library cannot be used.
    """
    import_python_side()
    binder = importlib.import_module("neonize._binder")
    if not isinstance(binder.gocode, ctypes.CDLL):
        placeholders = dict(vars(binder))
        try:
            importlib.reload(binder)
        except (OSError, RuntimeError) as error:
            raise _unfit(f"neonize's library does not load ({error})") from error
        _rebind(importlib.import_module("neonize.client"), placeholders, vars(binder))
    _start_log_thread(importlib.import_module("neonize.utils.log"))


def _unfit(fault: str) -> LibraryUnfitError:
    return LibraryUnfitError(f"{fault}; Comptoir needs neonize {PINNED} just as its wheel ships it: install it again")


def _refuse_download() -> Never:
    raise _unfit("neonize wanted to download a library")


def _rebind(client: Any, old: dict[str, object], new: dict[str, object]) -> None:
    """The client took the placeholders by name when it was imported; give it the real things."""
    for name, value in list(vars(client).items()):
        if name in old and value is old[name]:
            setattr(client, name, new[name])


def _stop_log_thread(log: Any) -> None:
    # A thread does not survive a fork, and forking beside one is unsafe.
    if log._thread.is_alive():
        log._log_queue.put(None)
        log._thread.join()


def _start_log_thread(log: Any) -> None:
    # Without it the Go side's log lines would pile up in an unbounded queue.
    log._thread = threading.Thread(target=log._worker, name="neonize-log", daemon=True)
    log._thread.start()
