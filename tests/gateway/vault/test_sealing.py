import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.gateway.vault.sealing import DoesNotOpen, Manifest, Seal, fingerprint

KEY = bytes(range(32))
SEAL = Seal(KEY, "awa")
PAGE = os.urandom(512) + bytes(3_584)
MANIFEST = Manifest(7, 4_096, 3, 1, 1_700_000_000_000, fingerprint([1, 7, 3]))


@given(st.binary(min_size=512, max_size=512), st.integers(1, 2**31), st.integers(1, 2**40))
def test_what_was_sealed_opens(page, number, generation):
    assert SEAL.open_page(SEAL.seal_page(page, number, generation), number, generation, 512) == page


def test_a_manifest_opens():
    assert SEAL.open_manifest(SEAL.seal_manifest(MANIFEST)) == MANIFEST


@pytest.mark.parametrize(
    ("seal", "number", "generation"),
    [
        (SEAL, 4, 7),
        (SEAL, 3, 8),
        (Seal(KEY, "bintou"), 3, 7),
        (Seal(bytes(32), "awa"), 3, 7),
    ],
    ids=["another page", "another generation", "another tenant", "another key"],
)
def test_a_page_opens_in_its_own_place_only(seal, number, generation):
    sealed = SEAL.seal_page(PAGE, 3, 7)
    assert SEAL.open_page(sealed, 3, 7, 4_096) == PAGE
    with pytest.raises(DoesNotOpen):
        seal.open_page(sealed, number, generation, 4_096)


def test_every_bit_counts():
    sealed = SEAL.seal_page(bytes(512), 1, 1)
    for at in range(len(sealed)):
        with pytest.raises(DoesNotOpen):
            SEAL.open_page(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], 1, 1, 512)
    for length in range(len(sealed)):
        with pytest.raises(DoesNotOpen):
            SEAL.open_page(sealed[:length], 1, 1, 512)


def test_a_page_is_no_manifest():
    with pytest.raises(DoesNotOpen):
        SEAL.open_manifest(SEAL.seal_page(PAGE, 1, 1))


def test_a_page_of_another_size():
    with pytest.raises(DoesNotOpen, match="not 1024"):
        SEAL.open_page(SEAL.seal_page(bytes(512), 1, 1), 1, 1, 1_024)


def test_nothing_of_a_page_can_be_seen():
    """The same page twice looks different each time: a nonce used twice would give the key stream away."""
    sealed = {SEAL.seal_page(PAGE, 1, 1) for _ in range(100)}
    assert len({one[:12] for one in sealed}) == 100
    assert not any(PAGE[:16] in one for one in sealed)


def test_a_fingerprint_names_one_combination():
    assert len({fingerprint(given) for given in ([], [0], [1], [1, 2], [2, 1], [1, 2, 0])}) == 6
