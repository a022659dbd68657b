"""Documents survive, in the state they had at one moment."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio
import trio.testing

from comptoir.lab.store import FLUSH_SECONDS, Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lab.db"


async def test_documents_come_back(path: Path) -> None:
    store = Store(path)
    store.put("a/1", b"one")
    store.put("a/2", b"two")
    store.put("b/1", b"other")
    store.forget("a/2")
    await store.aclose()
    again = Store(path)
    assert again.documents("a/") == {"a/1": b"one"}
    assert again.document("b/1") == b"other"
    assert again.document("a/2") is None
    await again.aclose()


async def test_reads_see_what_is_not_flushed_yet(path: Path) -> None:
    store = Store(path)
    store.put("a/1", b"old")
    await store.flush()
    store.remember("a/1", lambda: b"new")
    store.put("a/2", b"two")
    assert store.document("a/1") == b"new"
    assert store.documents("a/") == {"a/1": b"new", "a/2": b"two"}
    store.forget("a/1")
    assert store.document("a/1") is None
    assert store.documents("a/") == {"a/2": b"two"}
    await store.aclose()


async def test_reads_see_what_is_just_being_written(path: Path) -> None:
    store = Store(path)
    store.put("a/1", b"one")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(store.flush)
        await trio.testing.wait_all_tasks_blocked(0.001)
        assert store.documents("a/") == {"a/1": b"one"}
    await store.aclose()


async def test_an_export_is_called_once_a_flush(path: Path) -> None:
    store, calls = Store(path), []

    def export() -> bytes:
        calls.append(1)
        return b"state %d" % len(calls)

    for _ in range(100):
        store.remember("people/1", export)
    await store.flush()
    assert len(calls) == 1
    await store.flush()
    assert len(calls) == 1
    assert store.document("people/1") == b"state 1"
    await store.aclose()


async def test_changes_are_written_behind(path: Path) -> None:
    store, reader = Store(path), Store(path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(store.keep)
        store.put("a/1", b"one")
        with trio.fail_after(20 * FLUSH_SECONDS):
            while reader.document("a/1") is None:  # noqa: ASYNC110  (another connection's view)
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    await store.aclose()
    await reader.aclose()


async def test_a_flush_that_is_cancelled_still_ends(path: Path) -> None:
    store = Store(path)
    store.put("a/1", b"one")
    with trio.CancelScope() as scope:
        scope.cancel()
        await store.flush()
    await store.aclose()
    again = Store(path)
    assert again.document("a/1") == b"one"
    await again.aclose()


async def test_a_file_of_another_format_is_refused(path: Path) -> None:
    store = Store(path)
    await store.aclose()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(ValueError, match="format 99"):
        Store(path)
