import secrets
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.lab import attachments
from comptoir.sessions.media.decrypting import ContentWrong, Decrypter
from comptoir.sessions.media.reference import Reference


def encrypted(plaintext: bytes) -> tuple[bytes, Reference]:
    """As the lab's people encrypt for a media host, with code of its own."""
    sealed = attachments.seal(plaintext, attachments.IMAGE)
    facts = (sealed.media_key, sealed.sha256, sealed.encrypted_sha256, sealed.length)
    return sealed.body, Reference("/v/x?ccb=1", "", *facts, attachments.IMAGE, "image")


def decrypted(body: bytes, reference: Reference, piece: int = 1000) -> bytes:
    out = bytearray()
    decrypter = Decrypter(reference, out.extend)
    for start in range(0, len(body), piece):
        decrypter.write(body[start : start + piece])
    decrypter.finish()
    return bytes(out)


@given(st.binary(max_size=300), st.integers(1, 60))
def test_a_file_in_any_pieces_is_decrypted(plaintext: bytes, piece: int) -> None:
    body, reference = encrypted(plaintext)
    assert decrypted(body, reference, piece) == plaintext


@given(st.binary(max_size=100), st.data())
def test_a_changed_bit_shows(plaintext: bytes, data: st.DataObject) -> None:
    body, reference = encrypted(plaintext)
    changed = bytearray(body)
    changed[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ContentWrong, match="another hash"):
        decrypted(bytes(changed), reference)


@given(st.binary(max_size=100), st.integers(0, 90))
def test_a_file_that_was_cut_is_never_taken(plaintext: bytes, length: int) -> None:
    body, reference = encrypted(plaintext)
    with pytest.raises(ContentWrong):
        decrypted(body[: min(length, len(body) - 1)], reference)


def test_each_of_the_three_checks_counts_alone() -> None:
    plaintext = b"a picture" * 100
    body, reference = encrypted(plaintext)
    with pytest.raises(ContentWrong, match="the host's file has another hash"):
        decrypted(body, replace(reference, encrypted_sha256=secrets.token_bytes(32)))
    with pytest.raises(ContentWrong, match="HMAC"):
        decrypted(body, replace(reference, media_key=secrets.token_bytes(32)))
    with pytest.raises(ContentWrong, match="what the file holds has another hash"):
        decrypted(body, replace(reference, sha256=secrets.token_bytes(32)))


@pytest.mark.parametrize("missing", ["media_key", "sha256", "encrypted_sha256"])
def test_a_message_that_names_no_key_or_hash_is_not_believed(missing: str) -> None:
    _, reference = encrypted(b"x")
    with pytest.raises(ContentWrong, match="no key or no hashes"):
        Decrypter(replace(reference, **{missing: b""}), lambda _: None)
