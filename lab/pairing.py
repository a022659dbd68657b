"""Linking by QR code or pairing code: what clients show, and a phone's choice of one (whatsmeow, pair.go)."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import trio

from comptoir.lab import code_stanzas
from comptoir.lab.accounts import Account, Device
from comptoir.lab.code_stanzas import CodeAnswer, CodeRequest
from comptoir.lab.exchange import SERVER, Exchange
from comptoir.lab.nodes import JID, Node
from comptoir.lab.signal.keys import SignedPreKey
from comptoir.lab.wire import Wire, WireClosed

REFERENCES = 6
SIGN_SECONDS = 20.0
# As long as six QR codes, after which clients leave.
CODE_SECONDS = 160.0


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
    """A client that shows QR codes, or a pairing code that it has asked for, and waits for a phone."""

    def __init__(self, exchange: Exchange, pairing: Pairing, wire: Wire, pairing_data: Any) -> None:
        self.references = tuple(secrets.token_urlsafe(24) for _ in range(REFERENCES))
        self._exchange = exchange
        self._pairing = pairing
        self._wire = wire
        self._data = pairing_data
        self._signed: trio.MemorySendChannel[Node] | None = None
        self._answers: trio.MemorySendChannel[tuple[str, CodeAnswer]] | None = None

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
                await self._wire.send(self._answer(node))

    async def link(self, account: Account, identity: bytes) -> Companion:
        """Tell the client that it was scanned, take its signature, register it and send it off to log in."""
        if self._signed is not None:
            raise PairingRefused("this code is being scanned already: wait for that scan to end")
        if self._exchange.faults.standing(account.number).asks_passkey:
            with suppress(WireClosed):
                await self._wire.send(_passkey_request(int(self._exchange.clock.now())))
            raise PairingRefused("the account asks new devices for a passkey: lift the fault to link one")
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

    async def give_code(self, request: CodeRequest, hello: bytes, identity: bytes) -> CodeAnswer:
        """Tell the client what a phone made of the code typed into it; returns what the client answers."""
        if self._answers is not None:
            raise PairingRefused("a code is being given to this client already: wait for that attempt to end")
        self._answers, answers = trio.open_memory_channel[tuple[str, CodeAnswer]](4)
        now = int(self._exchange.clock.now())
        try:
            await self._wire.send(code_stanzas.primary_hello(SERVER, request, hello, identity, now))
            with trio.fail_after(SIGN_SECONDS):
                while True:
                    ref, answer = await answers.receive()
                    if ref == request.ref:
                        return answer
        except (WireClosed, trio.TooSlowError) as error:
            raise PairingRefused("the client left before it was linked: ask for a new code and type that") from error
        finally:
            self._answers = None

    async def drop(self) -> None:
        """End the connection without a word."""
        await self._wire.drop()

    def _answer(self, iq: Node) -> Node:
        """The answer to a query: nothing but pairing codes means anything before a login."""
        content: tuple[Node, ...] = ()
        match code_stanzas.stage(iq):
            case "companion_hello":
                content = (self._ask_for_code(iq),)
            case "companion_finish" if self._answers is not None:
                with suppress(trio.WouldBlock):
                    self._answers.send_nowait(code_stanzas.read_answer(iq))
        kind = "error" if any(child.tag == "error" for child in content) else "result"
        return Node("iq", {"id": iq.attr("id"), "from": SERVER, "type": kind}, content)

    def _ask_for_code(self, iq: Node) -> Node:
        request = code_stanzas.read_request(iq, self._exchange.clock.now() + CODE_SECONDS)
        if request is None:
            return Node("error", {"code": "400", "text": "bad-request"})
        standing = self._exchange.faults.standing(request.number)
        if standing.refused_codes:
            standing.refused_codes -= 1
            return Node("error", {"code": str(standing.code_error), "text": "ordered by a test"})
        self._pairing.ask(request, self)
        return code_stanzas.accepted(request)

    def _iq(self, id: str, child: Node) -> Node:
        return Node("iq", {"from": SERVER, "type": "set", "id": f"{id}-{secrets.token_hex(4)}"}, (child,))


class Pairing:
    """Finds the client behind a code that was scanned, or typed into the phone of a number."""

    def __init__(self) -> None:
        self._candidates: dict[str, Candidate] = {}
        self._requests: dict[str, tuple[CodeRequest, Candidate]] = {}
        """Who waits for a pairing code, by the number's digits."""

    def show(self, candidate: Candidate) -> None:
        self._candidates |= dict.fromkeys(candidate.references, candidate)

    def hide(self, candidate: Candidate) -> None:
        for reference in candidate.references:
            self._candidates.pop(reference, None)
        self._forget_requests(candidate)

    def ask(self, request: CodeRequest, candidate: Candidate) -> None:
        """A pairing code is shown from now on; the client's last one, and any other for the number, is void."""
        self._forget_requests(candidate, request.number)
        self._requests[request.number] = request, candidate
        self._candidates[request.ref] = candidate

    def request(self, number: str, now: float) -> CodeRequest:
        """The pairing code that is shown for a number (digits). Raises PairingRefused where there is none."""
        if number not in self._requests:
            raise PairingRefused(f"no connected client shows a code for +{number}: ask for one for this number")
        request, _ = self._requests[number]
        if request.until < now:
            raise PairingRefused("the code has expired: ask for a new one and type that")
        return request

    def candidates(self) -> set[Candidate]:
        """All clients that wait to be linked."""
        return set(self._candidates.values())

    def candidate(self, reference: str) -> Candidate:
        """Raises PairingRefused when no client shows this code any more."""
        if reference not in self._candidates:
            raise PairingRefused("no connected client shows this code: it has expired, scan the one on the screen now")
        return self._candidates[reference]

    def _forget_requests(self, candidate: Candidate, number: str = "") -> None:
        for request, asker in list(self._requests.values()):
            if asker is candidate or request.number == number:
                del self._requests[request.number], self._candidates[request.ref]


def _passkey_request(now: int) -> Node:
    """What a browser would hand to the machine's authenticator, as JSON (Web Authentication, request options)."""
    options = {
        "challenge": secrets.token_urlsafe(32),
        "timeout": 60_000,
        "rpId": "whatsapp.com",
        "allowCredentials": [],
        "userVerification": "required",
    }
    attributes: dict[str, str | JID] = {
        "from": SERVER,
        "type": "passkey_prologue_request",
        "id": secrets.token_hex(8),
        "t": str(now),
    }
    return Node("notification", attributes, (Node("passkey_request_options", {}, json.dumps(options).encode()),))


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
