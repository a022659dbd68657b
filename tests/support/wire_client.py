"""A client that a test writes stanza by stanza: it dials as the real one does and does only what it is told."""

import base64
import secrets
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import trio
from trio_websocket import ConnectionClosed, WebSocketConnection, wrap_client_stream

from comptoir.lab import Lab, adv
from comptoir.lab import protobufs as pb
from comptoir.lab.certificates import verify_noise_chain
from comptoir.lab.codec import Codec
from comptoir.lab.crypto import KeyPair
from comptoir.lab.frames import INTRO, FrameBuffer, frame
from comptoir.lab.nodes import JID, Node
from comptoir.lab.noise import Initiator
from comptoir.lab.signal.keys import LocalKeys
from comptoir.lab.tokens import read_tokens

CHAT = "web.whatsapp.com"
STANZA_SECONDS = 5.0


@dataclass
class Credentials:
    """What a device keeps between connections."""

    noise: KeyPair = field(default_factory=KeyPair.generate)
    keys: LocalKeys = field(default_factory=LocalKeys.generate)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    jid: JID | None = None


class WireClient:
    """Nothing is answered and nothing acknowledged unless the test does."""

    def __init__(self, websocket: WebSocketConnection, credentials: Credentials, codec: Codec) -> None:
        self.credentials = credentials
        self._websocket = websocket
        self._codec = codec
        self._frames = FrameBuffer(intro=b"")
        self._payloads: list[bytes] = []
        self._noise: Initiator | None = None

    async def shake_hands(self, root_key: bytes, now: int) -> None:
        def verify(chain: bytes, static: bytes) -> None:
            verify_noise_chain(chain, static, root_key, now)

        noise = Initiator(self.credentials.noise, verify)
        await self._websocket.send_message(INTRO + frame(noise.hello()))
        finish = noise.finish(await self._payload(), self._client_payload().SerializeToString())
        await self._websocket.send_message(frame(finish))
        self._noise = noise

    async def receive(self, tag: str | None = None) -> Node:
        """The next stanza, or the next with this tag. Raises ConnectionClosed."""
        assert self._noise is not None
        with trio.fail_after(STANZA_SECONDS):
            while True:
                node = self._codec.decode(self._noise.transport.decrypt(await self._payload()))
                if tag is None or node.tag == tag:
                    return node

    async def send(self, node: Node) -> None:
        await self.send_raw(self._codec.encode(node))

    async def send_raw(self, payload: bytes) -> None:
        """Anything as the content of one encrypted frame."""
        assert self._noise is not None
        await self._websocket.send_message(frame(self._noise.transport.encrypt(payload)))

    async def ask(self, xmlns: str, kind: str, *children: Node) -> Node:
        """Send an iq and return its answer; stanzas before it are dropped."""
        id = secrets.token_hex(4)
        attrs: dict[str, str | JID] = {"id": id, "xmlns": xmlns, "type": kind, "to": JID("", "s.whatsapp.net")}
        await self.send(Node("iq", attrs, children))
        while True:
            answer = await self.receive("iq")
            if answer.get("id") == id:
                return answer

    async def go_active(self) -> None:
        """Ask for what waits, as clients do once they are set up."""
        await self.ask("passive", "set", Node("active"))

    async def pair(self, lab: Lab, number: str) -> None:
        """Show a code, have it scanned, sign; ends with the connection."""
        shown = await self.receive("iq")
        device = shown.child("pair-device")
        assert device is not None
        own = self.credentials
        keys = (
            base64.b64encode(each).decode() for each in (own.noise.public, own.keys.identity.pair.public, own.secret)
        )
        code = ",".join((device.children("ref")[0].data.decode(), *keys))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lab.phone(number).scan, code)
            success = await self.receive("iq")
            identity, link = success.child("pair-success", "device-identity"), success.child("pair-success", "device")
            assert identity is not None
            assert link is not None
            signed = adv.accept(identity.data, secret=own.secret, identity=own.keys.identity.pair)
            answer = Node("pair-device-sign", {}, (Node("device-identity", {"key-index": "1"}, signed),))
            own.jid = link.jid("jid")
            await self.send(Node("iq", {"id": success.attr("id"), "type": "result"}, (answer,)))
        assert (await self.receive("stream:error")).get("code") == "515"

    async def _payload(self) -> bytes:
        while not self._payloads:
            data = await self._websocket.get_message()
            assert isinstance(data, bytes)
            self._payloads += self._frames.feed(data)
        return self._payloads.pop(0)

    def _client_payload(self) -> Any:
        payload, own = pb.wa6.ClientPayload(), self.credentials
        if own.jid is not None:
            payload.username, payload.device = int(own.jid.user), own.jid.device
            return payload
        bundle = own.keys.bundle()
        data = payload.devicePairingData
        data.eIdent, data.eRegid = bundle.identity, struct.pack(">I", bundle.registration_id)
        signed = bundle.signed_prekey
        data.eSkeyID, data.eSkeyVal, data.eSkeySig = signed.id.to_bytes(3, "big"), signed.public, signed.signature
        return payload


@asynccontextmanager
async def tunnel(lab: Lab, host: str) -> AsyncIterator[trio.SSLStream[trio.SocketStream]]:
    """A TLS connection to one of the hosts that the lab plays."""
    description = lab.describe()
    port = urlsplit(description["proxy"]).port
    assert port is not None
    context = ssl.create_default_context(cafile=description["ca_file"])
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
        answer = await stream.receive_some(4096)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        yield trio.SSLStream(stream, context, server_hostname=host, https_compatible=True)


@asynccontextmanager
async def dial(lab: Lab, credentials: Credentials) -> AsyncIterator[WireClient]:
    """Connect, shake hands, and log in or offer to pair."""
    async with tunnel(lab, CHAT) as stream, trio.open_nursery() as nursery:
        websocket = await wrap_client_stream(nursery, stream, CHAT, "/ws/chat")
        client = WireClient(websocket, credentials, Codec(read_tokens()))
        await client.shake_hands(bytes.fromhex(lab.describe()["root_key"]), int(lab.clock.now()))
        try:
            yield client
        finally:
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def log_in(lab: Lab, credentials: Credentials, number: str) -> AsyncIterator[WireClient]:
    """Like `dial`, paired with the phone of a number first where the credentials are new; then logged in."""
    if credentials.jid is None:
        async with dial(lab, credentials) as client:
            await client.pair(lab, number)
    async with dial(lab, credentials) as client:
        await client.receive("success")
        yield client


__all__ = ["ConnectionClosed", "Credentials", "WireClient", "dial", "log_in", "tunnel"]
