import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.media.sealing import CHUNK, HEADER, MediaKeys, SealBroken, Sealer, unseal

KEYS = MediaKeys.of(bytes(range(32)))
TAG = 16
# Around the borders of chunks.
SIZES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5]) | st.integers(0, 3 * CHUNK)


def content(size: int, seed: int = 1) -> bytes:
    block = bytes((seed + 7 * i) % 251 for i in range(1009))
    return (block * (size // len(block) + 1))[:size]


def sealed(data: bytes, keys: MediaKeys = KEYS, piece: int = 65_536) -> tuple[str, bytes]:
    file = io.BytesIO()
    sealer = Sealer(file, keys)
    for start in range(0, len(data), piece):
        sealer.write(data[start : start + piece])
    return sealer.finish(), file.getvalue()


def opened(body: bytes, name: str, keys: MediaKeys = KEYS) -> bytes:
    return b"".join(unseal(io.BytesIO(body), keys, name))


def chunks_of(body: bytes) -> list[bytes]:
    rest = body[HEADER:]
    return [rest[start : start + CHUNK + TAG] for start in range(0, len(rest), CHUNK + TAG)]


@given(SIZES, st.integers(1, 3 * CHUNK))
def test_what_was_sealed_in_any_pieces_comes_back(size: int, piece: int) -> None:
    data = content(size)
    name, body = sealed(data, piece=piece)
    assert opened(body, name) == data


@given(SIZES, st.data())
def test_a_file_that_was_cut_anywhere_does_not_open(size: int, data: st.DataObject) -> None:
    name, body = sealed(content(size))
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    with pytest.raises(SealBroken):
        opened(cut, name)


@given(SIZES, st.data())
def test_a_changed_bit_anywhere_shows(size: int, data: st.DataObject) -> None:
    name, body = sealed(content(size))
    changed = bytearray(body)
    changed[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBroken):
        opened(bytes(changed), name)


def test_a_file_cut_between_two_chunks_does_not_pass_for_a_shorter_one() -> None:
    name, body = sealed(content(3 * CHUNK))
    with pytest.raises(SealBroken):
        opened(body[: HEADER + 2 * (CHUNK + TAG)], name)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 1, 2), (0, 2), (0, 1, 2, 2)])
def test_chunks_in_another_order_do_not_open(order: tuple[int, ...]) -> None:
    name, body = sealed(content(3 * CHUNK))
    chunks = chunks_of(body)
    with pytest.raises(SealBroken):
        opened(body[:HEADER] + b"".join(chunks[number] for number in order), name)


def test_a_chunk_of_another_file_does_not_fit() -> None:
    name, body = sealed(content(2 * CHUNK, seed=1))
    _, other = sealed(content(2 * CHUNK, seed=2))
    with pytest.raises(SealBroken):
        opened(body[:HEADER] + chunks_of(other)[0] + chunks_of(body)[1], name)


def test_a_whole_file_in_the_place_of_another_does_not_open() -> None:
    name, _ = sealed(b"one")
    _, other = sealed(b"two")
    with pytest.raises(SealBroken):
        opened(other, name)


def test_another_tenants_key_opens_nothing() -> None:
    name, body = sealed(b"private")
    with pytest.raises(SealBroken):
        opened(body, name, MediaKeys.of(bytes(32)))


def test_the_same_content_has_the_same_name_for_one_tenant_only() -> None:
    first, one = sealed(b"picture")
    second, two = sealed(b"picture", piece=3)
    other, _ = sealed(b"picture", MediaKeys.of(bytes(32)))
    assert first == second
    assert first != other
    assert one != two  # under a key of its own each time


def test_nothing_of_the_content_shows() -> None:
    _, body = sealed(b"SECRET" * 50_000)
    assert b"SECRET" not in body


def test_one_chunk_at_most_is_held() -> None:
    longest = 0

    class Watched(io.BytesIO):
        def write(self, data: object) -> int:
            nonlocal longest
            longest = max(longest, len(data))  # type: ignore[arg-type]  # bytes
            return super().write(data)  # type: ignore[arg-type]  # bytes

    file = Watched()
    sealer = Sealer(file, KEYS)
    for _ in range(40):
        sealer.write(bytes(100_000))
        assert len(sealer._pending) <= CHUNK
    sealer.finish()
    assert longest == CHUNK + TAG
