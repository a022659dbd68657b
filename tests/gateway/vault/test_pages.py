import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.gateway.vault.pages import MAGIC, NoDatabase, changed, digest, image_of

DIGESTS = st.lists(st.binary(min_size=1, max_size=1).map(digest), max_size=12)


@given(DIGESTS, DIGESTS)
def test_what_has_changed_makes_the_old_state_the_new_one(before, after):
    numbers = changed(before, after)
    made = before[: len(after)] + [b""] * (len(after) - len(before))
    for number in numbers:
        made[number - 1] = after[number - 1]
    assert made == after
    # And nothing else is written.
    assert all(number > len(before) or before[number - 1] != after[number - 1] for number in numbers)


@pytest.mark.parametrize("page_size", [512, 4096, 65_536])
def test_a_database_is_its_pages(tmp_path, page_size):
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA page_size = {page_size}")
        db.execute("CREATE TABLE a (b)")
    db.close()
    content = path.read_bytes()
    image = image_of(content)
    assert image.page_size == page_size
    assert b"".join(image.page(number) for number in range(1, image.count + 1)) == content
    assert len(image.digests()) == image.count


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a database" * 100,
        MAGIC,
        MAGIC + b"\x10\x00" + bytes(4_000),
        MAGIC + b"\x03\xe8" + bytes(982),
        MAGIC + b"\x00\x00" + bytes(1_006),
    ],
)
def test_what_is_no_database(content):
    with pytest.raises(NoDatabase):
        image_of(content)
