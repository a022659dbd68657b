"""What our pipelines write can be told from everything else, and its secret stays one."""

from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.marks import SECRET_SIZE, is_marked, new_secret


def test_only_what_a_pipeline_wrote_is_marked() -> None:
    automatic, by_hand = new_secret(automatic=True), new_secret(automatic=False)
    assert (len(automatic), len(by_hand)) == (SECRET_SIZE, SECRET_SIZE)
    assert is_marked(automatic)
    assert not is_marked(by_hand)
    assert new_secret(automatic=True)[:24] != automatic[:24]


@given(st.binary(max_size=64))
def test_what_others_send_is_not(secret: bytes) -> None:
    assert not is_marked(secret)


@given(st.integers(0, SECRET_SIZE * 8 - 1))
def test_a_mark_holds_for_its_secret_alone(bit: int) -> None:
    secret = bytearray(new_secret(automatic=True))
    secret[bit // 8] ^= 1 << bit % 8
    assert not is_marked(bytes(secret))
