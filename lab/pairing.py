"""Linking by QR code: references that clients show, a phone's scan that picks one (whatsmeow, pair.go)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import trio

from comptoir.lab.accounts import Account, Device
from comptoir.lab.exchange import SERVER, Exchange
from comptoir.lab.nodes import JID, Node
from comptoir.lab.signal.keys import SignedPreKey
from comptoir.lab.wire import Wire, WireClosed

REFERENCES = 6
SIGN_SECONDS = 20.0


class PairingRefused(Exception):
    """A scan that cannot work; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A wire device that a phone has just linked."""

    jid: JID
    lid: JID
    identity_key: bytes
    device_identity: bytes
    """ADVSignedDeviceIdentity as the companion signed it, without the account's key."""


class Candidate:
    """A client that shows QR codes and waits to be scanned."""

    def __init__(self, exchange: Exchange, wire: Wire, pairing_data: Any) -> None:
        self.references = tuple(secrets.token_urlsafe(24) for _ in range(REFERENCES))
        self._exchange = exchange
        self._wire = wire
        self._data = pairing_data
        self._signed: trio.MemorySendChannel[Node] | None = None

    async def run(self) -> None:
        """Show the codes and read answers until the client leaves. Raises WireClosed."""
        references = tuple(Node("ref", {}, each.encode()) for each in self.references)
        await self._wire.send(self._iq("pair-device", Node("pair-device", {}, references)))
        while True:
            node = await self._wire.receive()
            if node.tag == "iq" and node.get("type") in ("result", "error") and self._signed is not None:
                if node.get("type") == "error" or node.child("pair-device-sign") is not None:
                    self._signed.send_nowait(node)
            elif node.tag == "iq" and node.get("type") in ("get", "set"):
                await self._wire.send(Node("iq", {"id": node.attr("id"), "from": SERVER, "type": "result"}))

    async def link(self, account: Account, identity: bytes) -> Companion:
        """Tell the client that it was scanned, take its signature, register it and send it off to log in."""
        if self._signed is not None:
            raise PairingRefused("this code is being scanned already: wait for that scan to end")
        self._signed, answers = trio.open_memory_channel[Node](4)
        jid = self._exchange.registry.next_device(account)
        try:
            await self._wire.send(self._iq("pair-success", _pair_success(self._exchange, account, jid, identity)))
            with trio.fail_after(SIGN_SECONDS):
                answer = await answers.receive()
            companion = _read_answer(answer, account, jid, bytes(self._data.eIdent))
        except (WireClosed, trio.TooSlowError) as error:
            raise PairingRefused("the client left before it was linked: show a new code and scan that") from error
        finally:
            self._signed = None
        self._exchange.registry.link(_device(self._data, jid, self._wire.client_static))
        await self._wire.end(Node("stream:error", {"code": "515"}))
        return companion

    def _iq(self, id: str, child: Node) -> Node:
        return Node("iq", {"from": SERVER, "type": "set", "id": f"{id}-{secrets.token_hex(4)}"}, (child,))


class Pairing:
    """Finds the client behind a scanned code."""

    def __init__(self) -> None:
        self._candidates: dict[str, Candidate] = {}

    def show(self, candidate: Candidate) -> None:
        self._candidates |= dict.fromkeys(candidate.references, candidate)

    def hide(self, candidate: Candidate) -> None:
        for reference in candidate.references:
            self._candidates.pop(reference, None)

    def candidate(self, reference: str) -> Candidate:
        """Raises PairingRefused when no client shows this code any more."""
        if reference not in self._candidates:
            raise PairingRefused("no connected client shows this code: it has expired, scan the one on the screen now")
        return self._candidates[reference]


def _pair_success(exchange: Exchange, account: Account, jid: JID, identity: bytes) -> Node:
    lid = exchange.registry.lid_of(jid)
    assert lid is not None, "every account has one"
    return Node(
        "pair-success",
        {},
        (
            Node("device-identity", {}, identity),
            Node("device", {"jid": jid, "lid": lid}),
            Node("platform", {"name": "android"}),
            Node("biz", {"name": account.name}),
        ),
    )


def _read_answer(answer: Node, account: Account, jid: JID, identity_key: bytes) -> Companion:
    error = answer.child("error")
    signed = answer.child("pair-device-sign", "device-identity")
    if error is not None or signed is None:
        why = error.get("text") if error is not None else "no signature"
        raise PairingRefused(f"the client refused the scan ({why}): the code was another client's or is too old")
    return Companion(jid, account.jid(jid.device, as_lid=True), identity_key, signed.data)


def _device(data: Any, jid: JID, noise_key: bytes) -> Device:
    """What a client said of itself in its DevicePairingRegistrationData."""
    signed = SignedPreKey(int.from_bytes(data.eSkeyID, "big"), bytes(data.eSkeyVal), bytes(data.eSkeySig))
    return Device(jid, noise_key, bytes(data.eIdent), int.from_bytes(data.eRegid, "big"), signed)
