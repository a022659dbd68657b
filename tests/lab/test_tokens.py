"""The dictionary of the installed client library."""

from pathlib import Path

import pytest

from comptoir.lab.elf import Image, ImageError
from comptoir.lab.tokens import (
    TokensNotFound,
    read_library,
    read_tokens,
)


def test_the_dictionary_is_whole() -> None:
    tokens = read_tokens()
    assert len(tokens.single) == 236
    assert [len(words) for words in tokens.double] == [256] * 4
    every = [*tokens.single[1:], *(word for words in tokens.double for word in words)]
    assert all(word.isascii() and word.isprintable() for word in every)
    # Hardly a word has two codes: a misread table would repeat itself.
    assert len(set(every)) > 0.99 * len(every)


def test_words_stand_where_the_protocol_has_them() -> None:
    tokens = read_tokens()
    assert tokens.single[:5] == ("", "xmlstreamstart", "xmlstreamend", "s.whatsapp.net", "type")
    assert {"iq", "message", "receipt", "participant", "success", "enc"} <= set(tokens.single)
    assert [words[0] for words in tokens.double] == ["read-self", "reject", "64", "1724"]


def test_a_missing_library_is_named() -> None:
    with pytest.raises(TokensNotFound, match="no-such-library"):
        read_library(Path("no-such-library.so"))


@pytest.mark.parametrize("data", [b"", b"MZ", b"\x7fELF\x02\x01", b"\x7fELF\x02\x01" + bytes(100)])
def test_what_is_no_library_is_refused(data: bytes) -> None:
    with pytest.raises(ImageError):
        Image(data)


def test_a_library_without_a_dictionary_is_refused(tmp_path: Path) -> None:
    here = Path("/proc/self/exe").read_bytes()
    program = tmp_path / "program"
    program.write_bytes(here)
    with pytest.raises(TokensNotFound):
        read_library(program)
