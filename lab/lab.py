"""The whole lab under one roof: a folder, a port, a server and its people."""

from __future__ import annotations

import fcntl
import ipaddress
import json
import os
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from comptoir.lab.certificates import TlsFiles, noise_chain, write_tls_files
from comptoir.lab.clock import Clock
from comptoir.lab.codec import Codec
from comptoir.lab.connection import Door
from comptoir.lab.crypto import KeyPair
from comptoir.lab.customer import Customer
from comptoir.lab.exchange import Exchange
from comptoir.lab.front import LOOPBACK, Front
from comptoir.lab.media_host import MediaHost
from comptoir.lab.pairing import Pairing
from comptoir.lab.people import People
from comptoir.lab.phone import Phone
from comptoir.lab.server import Server
from comptoir.lab.store import Store
from comptoir.lab.tokens import read_tokens

# The lab's certificates hold for a year: new ones are made in good time.
_RENEW_SECONDS = 300 * 86_400


class LabInUse(Exception):
    """Another lab runs on this folder."""


@dataclass(frozen=True, slots=True)
class Address:
    """How clients reach a lab and why they trust it."""

    port: int
    ca_file: Path
    root_key: bytes


class Lab:
    """A running lab. Made by `open_lab`."""

    def __init__(self, folder: Path, address: Address, server: Server, people: People) -> None:
        self.folder = folder
        self.address = address
        self.server = server
        self.people = people
        self.clock = server.clock
        self.ledger = server.ledger
        self.faults = server.faults

    def phone(self, number: str, name: str = "") -> Phone:
        """The phone of a number; bought and switched on where there is none yet."""
        return self.people.phone(number, name)

    def customer(self, number: str, name: str = "") -> Customer:
        """The customer with a number; born where there is none yet."""
        return self.people.customer(number, name)

    def describe(self) -> dict[str, str]:
        """What a client needs: the proxy to dial, the CA to trust, the Noise root key (hex) to expect."""
        return {
            "proxy": f"http://{LOOPBACK}:{self.address.port}",
            "ca_file": str(self.address.ca_file),
            "root_key": self.address.root_key.hex(),
        }

    def write_description(self, path: Path) -> None:
        """Write `describe()` as JSON, all at once or not at all."""
        draft = path.with_name(path.name + ".new")
        draft.write_text(json.dumps(self.describe(), indent=2) + "\n")
        draft.replace(path)


@asynccontextmanager
async def open_lab(folder: Path | str, port: int = 0, host: str = LOOPBACK) -> AsyncIterator[Lab]:
    """Run a lab in `folder`, which keeps its accounts, keys and mail from one run to the next.

    Port 0 means the port of the last run where that is free, else any. Raises LabInUse when another lab runs
    there, and ValueError for a host that is not this machine.
    """
    if not ipaddress.ip_address(host).is_loopback or host != LOOPBACK:
        raise ValueError(f"the lab plays WhatsApp's servers and listens on {LOOPBACK} only, not on {host}")
    folder = Path(folder)
    await trio.Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    with _sole_user(folder):
        tokens = await trio.to_thread.run_sync(read_tokens)
        store = Store(folder / "lab.db")
        try:
            async with _running(folder, port, store, Codec(tokens)) as lab:
                yield lab
        finally:
            with trio.CancelScope(shield=True):
                await store.aclose()


@asynccontextmanager
async def _running(folder: Path, port: int, store: Store, codec: Codec) -> AsyncIterator[Lab]:
    exchange, pairing = Exchange(store, Clock(), codec), Pairing()
    tls, root, static = _tls_files(folder), _key(store, "root"), _key(store, "static")
    door = Door(exchange, pairing, static, noise_chain(root, static.public, int(time.time())))
    media_host = MediaHost(exchange.media, exchange.faults.media)
    front = Front(_tls_context(tls), door.serve, media_host.serve, lambda: exchange.faults.refusing_all)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(store.keep)
        bound = await _serve(nursery, front, port, store)
        server = Server(exchange, pairing, nursery)
        people = People(server, nursery)
        people.restore()
        yield Lab(folder, Address(bound, tls.ca_file, root.public), server, people)
        nursery.cancel_scope.cancel()


async def _serve(nursery: trio.Nursery, front: Front, port: int, store: Store) -> int:
    """Clients of the last run look for the lab where it was: go there if it is nobody else's by now."""
    last = int(store.document("lab/port") or b"0")
    bound: int
    try:
        bound = await nursery.start(front.serve, port or last)
    except OSError:
        if port:
            raise
        bound = await nursery.start(front.serve, 0)
    store.put("lab/port", str(bound).encode())
    return bound


@contextmanager
def _sole_user(folder: Path) -> Iterator[None]:
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LabInUse(f"another lab runs in {folder}: stop it, or give this one a folder of its own") from None
    else:
        yield
    finally:
        os.close(handle)


def _key(store: Store, name: str) -> KeyPair:
    private = store.document(f"lab/key/{name}")
    pair = KeyPair.generate() if private is None else KeyPair.of(private)
    store.put(f"lab/key/{name}", pair.private)
    return pair


def _tls_files(folder: Path) -> TlsFiles:
    files = TlsFiles(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    if files.key_file.exists() and time.time() - files.key_file.stat().st_mtime < _RENEW_SECONDS:
        return files
    return write_tls_files(folder, int(time.time()))


def _tls_context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate_file, files.key_file)
    return context
