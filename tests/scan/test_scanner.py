"""The scanner of leaks finds what was planted, however it is written, and nothing else."""

import base64
import gzip
import os
import random
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from leaks.scanner import Planted, Scanner, forms, number, windows

TEXT = "Une table à sept heures, s'il vous plaît"
KEY = bytes(range(200, 232))
NUMBER = Planted("number", number("+221771234567", "771234567"))


def found(planted: Planted, data: bytes) -> set[str]:
    return {hit.what for hit in Scanner([planted]).hits(data, "here")}


@pytest.mark.parametrize("value", [TEXT, KEY], ids=["text", "key"])
@pytest.mark.parametrize("before", range(8))
def test_every_form_is_found_wherever_it_lies(value: str | bytes, before: int) -> None:
    planted = Planted("it", (value,))
    for form, raw in forms(value).items():
        data = os.urandom(96 + before) + raw + os.urandom(96)
        assert {hit.form for hit in Scanner([planted]).hits(data, "")} >= {form}, form


@pytest.mark.parametrize(
    "written",
    [
        "+221771234567", "221771234567@s.whatsapp.net", "221771234567:3@s.whatsapp.net", "771234567", "77 123 45 67",
        "77.123.45.67", "77-123-45-67", "tel:+221771234567", "00221771234567", "+221 77 123 45 67",
    ],
)  # fmt: skip
def test_a_number_is_found_in_every_spelling(written: str) -> None:
    assert found(NUMBER, f"x{written}x".encode()) == {"number"}
    assert found(NUMBER, written.encode("utf-16-le")) == {"number"}


def test_what_a_database_holds_or_held_is_found(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("CREATE TABLE t (number INTEGER, text TEXT, key BLOB)")
        db.execute("INSERT INTO t VALUES (221771234567, ?, ?)", (TEXT, KEY))
        db.commit()
        db.execute("DELETE FROM t")
        db.commit()
    data = (tmp_path / "x.db").read_bytes()
    for planted in (NUMBER, Planted("text", (TEXT,)), Planted("key", (KEY,))):
        assert found(planted, data) == {planted.what}


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_is_compressed_is_found(pack: object) -> None:
    packed = pack(b"said: " + TEXT.encode() * 3)  # type: ignore[operator]  # both take bytes
    assert found(Planted("text", (TEXT,)), os.urandom(50) + packed) == {"text"}


@pytest.mark.parametrize("shift", range(3))
def test_base64_of_something_larger_is_found(shift: int) -> None:
    data = base64.b64encode(os.urandom(shift) + KEY + os.urandom(5))
    assert found(Planted("key", (KEY,)), data) == {"key"}


def test_any_part_of_a_file_gives_it_away() -> None:
    content = random.Random(1).randbytes(100_000)
    photo = Planted("photo", windows(content))
    assert (
        found(photo, content[:60]) == found(photo, content[-60:]) == found(photo, content[40_000:60_000]) == {"photo"}
    )


def test_noise_holds_nothing() -> None:
    planted = [
        NUMBER,
        Planted("text", (TEXT,)),
        Planted("key", (KEY,)),
        Planted("photo", windows(bytes(range(256)) * 9)),
    ]
    assert Scanner(planted).hits(random.Random(2).randbytes(4_000_000), "") == set()


def test_what_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        Scanner([Planted("it", ("menu",))])
