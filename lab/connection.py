"""One wire client, from the handshake to the goodbye: it pairs, or it logs in and exchanges stanzas."""

from __future__ import annotations

import hmac
import logging
from typing import Any

import trio

from comptoir.lab import iq
from comptoir.lab import protobufs as pb
from comptoir.lab.accounts import Device
from comptoir.lab.crypto import KeyPair
from comptoir.lab.delivery import route
from comptoir.lab.exchange import Exchange
from comptoir.lab.nodes import JID, NUMBER_SERVER, Node
from comptoir.lab.pairing import Candidate, Pairing
from comptoir.lab.routing import in_form_of
from comptoir.lab.websocket import WebSocket
from comptoir.lab.wire import Wire, WireClosed

log = logging.getLogger("comptoir.lab")

UNKNOWN_DEVICE = Node("failure", {"reason": "401", "location": "lab"})
REPLACED = Node("stream:error", {}, (Node("conflict", {"type": "replaced"}),))


class Door:
    """What every new connection needs: the lab's Noise identity and the places it may go to."""

    def __init__(self, exchange: Exchange, pairing: Pairing, static: KeyPair, certificate: bytes) -> None:
        self._exchange = exchange
        self._pairing = pairing
        self._static = static
        self._certificate = certificate

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one client until it leaves or is made to. Nothing it does gets out of here."""
        wire = Wire(websocket, self._exchange.codec)
        try:
            payload = _read_payload(await wire.shake_hands(self._static, self._certificate))
            if payload.HasField("devicePairingData"):
                await self._pair(wire, payload)
            else:
                await self._log_in(wire, payload)
        except (WireClosed, ValueError) as error:
            # NodeError is a ValueError: what a client puts into a stanza ends its own connection only.
            log.info("a connection ended: %s", error)
        finally:
            with trio.CancelScope(shield=True):
                await wire.aclose()

    async def _pair(self, wire: Wire, payload: Any) -> None:
        candidate = Candidate(self._exchange, self._pairing, wire, payload.devicePairingData)
        self._pairing.show(candidate)
        try:
            await candidate.run()
        finally:
            self._pairing.hide(candidate)

    async def _log_in(self, wire: Wire, payload: Any) -> None:
        jid = JID(str(payload.username), NUMBER_SERVER, payload.device)
        device = self._exchange.registry.companion(jid)
        if device is None or not hmac.compare_digest(device.noise_key, wire.client_static):
            await self._turn_away(wire, UNKNOWN_DEVICE)
            return
        standing = self._exchange.faults.standing(jid.user)
        if trio.current_time() < standing.refused_until:
            return
        if standing.failure is not None:
            await self._turn_away(wire, standing.failure)
            return
        await Session(self._exchange, wire, device).run()

    async def _turn_away(self, wire: Wire, failure: Node) -> None:
        await wire.end(failure)
        await wire.receive()


class Session:
    """A logged-in client."""

    def __init__(self, exchange: Exchange, wire: Wire, device: Device) -> None:
        self._exchange = exchange
        self._wire = wire
        self._device = device
        self._handing_out = False

    async def run(self) -> None:
        """Serve until the client is gone or breaks the rules."""
        exchange, jid = self._exchange, self._device.jid
        older = exchange.lines.get(jid)
        exchange.lines[jid] = self._wire
        exchange.leave(jid)
        if older is not None:
            await older.end(REPLACED)
        try:
            await self._wire.send(self._success())
            async with trio.open_nursery() as tasks:
                while True:
                    await self._take(await self._wire.receive(), tasks)
        except* (WireClosed, ValueError) as errors:
            log.info("%s is gone: %s", jid, "; ".join(map(str, errors.exceptions)))
        finally:
            if exchange.lines.get(jid) is self._wire:
                del exchange.lines[jid]
                exchange.leave(jid)

    async def _take(self, node: Node, tasks: trio.Nursery) -> None:
        if node.tag == "iq" and node.get("type") in ("get", "set"):
            if await self._cut_off(node):
                return
            await self._wire.send(iq.answer(self._exchange, self._device, node))
            if node.get("xmlns") == "passive" and node.child("active") is not None and not self._handing_out:
                self._handing_out = True
                tasks.start_soon(self._hand_out)
            return
        to = node.jid("to")
        sender = in_form_of(self._exchange, self._device.jid, to) if to is not None else self._device.jid
        answer = route(self._exchange, sender, node)
        if answer is not None:
            await self._acknowledge(node, answer, tasks)

    async def _cut_off(self, node: Node) -> bool:
        """Whether a fault cut the connection at this query, with the prekeys in it stored or not."""
        standing = self._exchange.faults.standing(self._device.jid.user)
        if not (standing.cut_uploads and iq.is_upload(node)):
            return False
        standing.cut_uploads -= 1
        if standing.cut_after_storing:
            iq.answer(self._exchange, self._device, node)
        await self._wire.drop()
        return True

    async def _acknowledge(self, node: Node, answer: Node, tasks: trio.Nursery) -> None:
        """Send the ack, late or not at all where a fault says so."""
        if node.tag == "message":
            standing = self._exchange.faults.standing(self._device.jid.user)
            if standing.lost_acks:
                standing.lost_acks -= 1
                return
            if standing.late_acks:
                standing.late_acks -= 1
                tasks.start_soon(self._acknowledge_late, node, answer, standing.late_seconds)
                return
            self._note_ack(node, answer)
        await self._wire.send(answer)

    async def _acknowledge_late(self, node: Node, answer: Node, seconds: float) -> None:
        await trio.sleep(seconds)
        self._note_ack(node, answer)
        await self._wire.send(answer)

    def _note_ack(self, node: Node, answer: Node) -> None:
        error = int(answer.get("error", "0")) or None
        self._exchange.ledger.acked(node.attr("id"), self._device.jid, error)

    async def _hand_out(self) -> None:
        taker = self._exchange.arrive(self._device.jid)
        await self._exchange.hand_out(taker, self._wire.send, announce=True)

    def _success(self) -> Node:
        lid = self._exchange.registry.lid_of(self._device.jid)
        assert lid is not None, "every account has one"
        attrs = {"t": str(int(self._exchange.clock.now())), "location": "lab"}
        return Node("success", {"lid": lid, **attrs})


def _read_payload(data: bytes) -> Any:
    """The ClientPayload that came with the handshake. Raises WireClosed."""
    try:
        return pb.wa6.ClientPayload.FromString(data)
    except Exception as error:  # protobuf's DecodeError is not part of its typed surface
        raise WireClosed(f"no ClientPayload: {error}") from error
