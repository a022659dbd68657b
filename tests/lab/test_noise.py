"""The handshake between a client of ours and the lab, what it proves, and what it refuses."""

import hashlib
import hmac
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from comptoir.lab import protobufs as pb
from comptoir.lab.certificates import CertificateError, noise_chain, verify_noise_chain
from comptoir.lab.crypto import KeyPair, dh, xeddsa_sign, xeddsa_verify
from comptoir.lab.frames import INTRO
from comptoir.lab.noise import Initiator, NoiseError, Responder, Transport

NOW = 1_750_000_000
DAY = 86_400
ROOT, SERVER, CLIENT = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()


def verify(root: bytes = ROOT.public, now: int = NOW) -> Callable[[bytes, bytes], None]:
    return lambda chain, static: verify_noise_chain(chain, static, root, now)


def responder(certified: bytes = SERVER.public) -> Responder:
    return Responder(SERVER, noise_chain(ROOT, certified, NOW))


def connected() -> tuple[Transport, Transport]:
    server, client = responder(), Initiator(CLIENT, verify())
    server.finish(client.finish(server.answer(client.hello()), b""))
    return client.transport, server.transport


def test_both_sides_end_with_the_same_keys() -> None:
    server, client = responder(), Initiator(CLIENT, verify())
    assert server.finish(client.finish(server.answer(client.hello()), b"who I am")) == b"who I am"
    assert server.client_static == CLIENT.public
    assert server.transport.decrypt(client.transport.encrypt(b"up")) == b"up"
    assert client.transport.decrypt(server.transport.encrypt(b"down")) == b"down"


def test_the_server_hello_is_noise_xx_step_by_step() -> None:
    """Opened with the standard's own steps, not with our handshake, so that one slip on both sides shows."""
    hello = pb.wa6.HandshakeMessage()
    ephemeral = KeyPair.generate()
    hello.clientHello.ephemeral = ephemeral.public
    answer = pb.wa6.HandshakeMessage.FromString(responder().answer(hello.SerializeToString())).serverHello

    name = b"Noise_XX_25519_AESGCM_SHA256".ljust(32, b"\0")
    running = name
    for mixed in (INTRO, ephemeral.public, answer.ephemeral):
        running = hashlib.sha256(running + mixed).digest()
    secret = dh(ephemeral.private, answer.ephemeral)
    extracted = hmac.digest(name, secret, "sha256")
    first = hmac.digest(extracted, b"\x01", "sha256")
    key = hmac.digest(extracted, first + b"\x02", "sha256")
    assert AESGCM(key).decrypt(bytes(12), answer.static, running) == SERVER.public


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=50)), max_size=20))
def test_frames_pass_in_order_both_ways(frames: list[tuple[bool, bytes]]) -> None:
    client, server = connected()
    for up, payload in frames:
        sender, receiver = (client, server) if up else (server, client)
        assert receiver.decrypt(sender.encrypt(payload)) == payload


def test_a_frame_out_of_order_or_altered_is_refused() -> None:
    client, server = connected()
    client.encrypt(b"lost")
    with pytest.raises(NoiseError):
        server.decrypt(client.encrypt(b"second"))
    client, server = connected()
    sealed = bytearray(client.encrypt(b"first"))
    sealed[0] ^= 1
    with pytest.raises(NoiseError):
        server.decrypt(bytes(sealed))


def test_a_client_with_another_root_key_refuses_the_lab() -> None:
    client = Initiator(CLIENT, verify(root=KeyPair.generate().public))
    with pytest.raises(CertificateError, match="not signed by the root key"):
        client.finish(responder().answer(client.hello()), b"")


def test_a_certificate_for_another_server_is_refused() -> None:
    client = Initiator(CLIENT, verify())
    with pytest.raises(CertificateError, match="another key than the server's"):
        client.finish(responder(KeyPair.generate().public).answer(client.hello()), b"")


@pytest.mark.parametrize("now", [NOW - 2 * DAY, NOW + 2 * 365 * DAY])
def test_a_certificate_has_its_time(now: int) -> None:
    chain = noise_chain(ROOT, SERVER.public, NOW)
    verify_noise_chain(chain, SERVER.public, ROOT.public, NOW)
    with pytest.raises(CertificateError, match="not valid at this time"):
        verify_noise_chain(chain, SERVER.public, ROOT.public, now)


def test_a_leaf_that_its_intermediate_did_not_sign_is_refused() -> None:
    ours, theirs = (pb.cert.CertChain.FromString(noise_chain(ROOT, SERVER.public, NOW)) for _ in range(2))
    ours.leaf.CopyFrom(theirs.leaf)
    with pytest.raises(CertificateError, match="the leaf is not signed by the intermediate"):
        verify_noise_chain(ours.SerializeToString(), SERVER.public, ROOT.public, NOW)


@pytest.mark.parametrize("chain", [b"", b"\xff"])
def test_what_is_no_chain_is_refused(chain: bytes) -> None:
    with pytest.raises(CertificateError):
        verify_noise_chain(chain, SERVER.public, ROOT.public, NOW)


@pytest.mark.parametrize(("of_intermediate", "of_leaf"), [(5, 1), (0, 5)])
def test_a_certificate_of_another_issuer_is_refused(of_intermediate: int, of_leaf: int) -> None:
    """Both signatures hold here: only the serials say whom the certificates are from."""
    details = pb.cert.CertChain.NoiseCertificate.Details
    intermediate, times = KeyPair.generate(), {"notBefore": NOW, "notAfter": NOW}
    chain = pb.cert.CertChain()
    chain.intermediate.details = details(
        serial=1, issuerSerial=of_intermediate, key=intermediate.public, **times
    ).SerializeToString()
    chain.intermediate.signature = xeddsa_sign(ROOT.private, chain.intermediate.details)
    chain.leaf.details = details(serial=2, issuerSerial=of_leaf, key=SERVER.public, **times).SerializeToString()
    chain.leaf.signature = xeddsa_sign(intermediate.private, chain.leaf.details)
    with pytest.raises(CertificateError, match="issuerSerial"):
        verify_noise_chain(chain.SerializeToString(), SERVER.public, ROOT.public, NOW)


def test_another_intro_means_another_handshake() -> None:
    server, client = responder(), Initiator(CLIENT, verify(), intro=b"WA\x06\x02")
    with pytest.raises(NoiseError):
        client.finish(server.answer(client.hello()), b"")


def test_a_finish_for_another_server_is_refused() -> None:
    one, other, client = responder(), responder(), Initiator(CLIENT, verify())
    hello = client.hello()
    other.answer(hello)
    with pytest.raises(NoiseError):
        other.finish(client.finish(one.answer(hello), b""))


@pytest.mark.parametrize(
    "hello",
    [
        b"",
        b"\xff\xff",
        pb.wa6.HandshakeMessage(clientHello={"ephemeral": b"short"}).SerializeToString(),
        # A point of low order: every secret with it is zero.
        pb.wa6.HandshakeMessage(clientHello={"ephemeral": bytes(32)}).SerializeToString(),
    ],
)
def test_a_hello_without_a_usable_key_is_refused(hello: bytes) -> None:
    with pytest.raises(NoiseError):
        responder().answer(hello)


def test_signatures_hold_only_for_their_message_and_key() -> None:
    signature = xeddsa_sign(CLIENT.private, b"text")
    assert xeddsa_verify(CLIENT.public, b"text", signature)
    assert not signature[-1] & 0x80
    assert not xeddsa_verify(CLIENT.public, b"other text", signature)
    assert not xeddsa_verify(SERVER.public, b"text", signature)
    assert not xeddsa_verify(CLIENT.public, b"text", signature[:-1])
