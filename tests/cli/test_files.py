"""What the commands say of files that cannot be sent, and where they write what they get."""

import os
from pathlib import Path

import pytest

from comptoir.cli import files, media
from comptoir.cli.errors import CommandError, ExitCode


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("folder", "empty", "pipe", "closed", "missing")}
    made["folder"].mkdir()
    made["empty"].touch()
    os.mkfifo(made["pipe"])
    return made


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing", "no such file"),
        ("folder", "a folder: name a file in it"),
        ("empty", "the file is empty"),
        ("pipe", "not a regular file"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(paths: dict[str, Path], name: str, words: str) -> None:
    with pytest.raises(CommandError, match=words) as refused, files.opened(paths[name]):
        pass
    assert refused.value.code is ExitCode.USAGE
    assert str(paths[name]) in refused.value.message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("+221780000001", "x", "--caption", "y"), "name the file"),
        (("+221780000001", "x", "--as-document"), "name the file"),
        (("+221780000001", "x", "--caption", "y", "--file", "f"), "give one of them"),
    ],
)
def test_options_that_do_not_go_together(comptoir, arguments: tuple[str, ...], words: str) -> None:
    done = comptoir("send", "chez-awa", *arguments)
    assert (done.code, words in done.err) == (2, True)


class Answering:
    """A daemon's client that writes a file to whoever asks."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def call(self, method: str, **params):
        if method == "message":
            return {"media": {"mime": "image/jpeg", "name": "../../etc/passwd"}}
        os.write(params["out"].number, self.data)
        return {"id": params["id"], "mime": "image/jpeg", "name": "../../etc/passwd", "size": len(self.data)}


def get(target: Path, data: bytes = b"new", *, force: bool = False) -> None:
    media._get_to_file(Answering(data), "chez-awa", 17, target, force=force)


def test_a_file_is_written_whole_and_only_where_nothing_is(tmp_path: Path) -> None:
    target = tmp_path / "photo.jpg"
    get(target)
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"new", 0o600)
    with pytest.raises(CommandError, match="is there already"):
        get(target, b"other")
    assert target.read_bytes() == b"new"
    get(target, b"other", force=True)
    assert target.read_bytes() == b"other"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_that_leads_elsewhere_is_something_that_is_there(tmp_path: Path) -> None:
    target = tmp_path / "photo.jpg"
    target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CommandError, match="is there already"):
        get(target)
    assert not (tmp_path / "elsewhere").exists()


def test_a_name_taken_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "photo.jpg"

    class Slow(Answering):
        def call(self, method: str, **params):
            target.write_bytes(b"somebody else's")
            return super().call(method, **params)

    with pytest.raises(CommandError, match="is there already"):
        media._get_to_file(Slow(b"new"), "chez-awa", 17, target, force=False)
    assert target.read_bytes() == b"somebody else's"
    assert list(tmp_path.iterdir()) == [target]


def test_a_strangers_name_never_becomes_a_path() -> None:
    assert media._own_name(Answering(b""), "chez-awa", 17) == Path("chez-awa-17.jpg")


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="a folder"):
        get(tmp_path)
    with pytest.raises(CommandError, match="cannot be written"):
        get(tmp_path / "missing" / "photo.jpg")
