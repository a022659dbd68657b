"""Nothing leaves a mailbox but by being settled, and order is kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.lab import mailbox as module
from comptoir.lab.codec import Codec
from comptoir.lab.mailbox import Mailbox
from comptoir.lab.nodes import JID, Node
from comptoir.lab.store import Store
from comptoir.lab.tokens import read_tokens

DEVICE = JID("221770000001", "s.whatsapp.net", 1)
SENDER = JID("221770000101", "s.whatsapp.net")
CODEC = Codec(read_tokens())


def message(id: str, sender: JID = SENDER) -> Node:
    return Node("message", {"id": id, "from": sender}, b"text")


def ids(box: Mailbox) -> list[str]:
    """Those that can be had now."""
    taken = []
    while (letter := box.next()) is not None:
        taken.append(letter.node.attr("id"))
    return taken


def open_mailbox(store: Store) -> Mailbox:
    return Mailbox(DEVICE, store, CODEC.encode, CODEC.decode)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "lab.db")
    yield store
    await store.aclose()


async def test_letters_come_in_order_once_for_each_login(store: Store) -> None:
    box = open_mailbox(store)
    for id in "abc":
        box.put(message(id))
    assert ids(box) == ["a", "b", "c"]
    assert ids(box) == []
    assert box.settle("message", "b", SENDER)
    assert [node.attr("id") for node in box.reopen()] == ["a", "c"]
    box.put(message("d"))
    letters = [box.next() for _ in range(3)]
    assert [(letter.node.attr("id"), letter.offline) for letter in letters if letter] == [
        ("a", True),
        ("c", True),
        ("d", False),
    ]


async def test_settling_takes_the_oldest_of_the_same_name(store: Store) -> None:
    box = open_mailbox(store)
    box.put(message("a"))
    box.put(message("a"))
    assert box.settle("message", "a", SENDER)
    assert len(box.letters()) == 1
    assert box.settle("message", "a", SENDER)
    assert not box.settle("message", "a", SENDER)
    assert not box.settle("receipt", "b", SENDER)


async def test_a_mailbox_survives(store: Store) -> None:
    box = open_mailbox(store)
    for id in "abc":
        box.put(message(id))
    box.settle("message", "a", SENDER)
    await store.flush()
    box.settle("message", "b", SENDER)
    again = open_mailbox(store)
    assert again.letters() == [message("c")]
    again.put(message("d"))
    assert ids(again) == ["c", "d"]


async def test_a_full_mailbox_loses_its_oldest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    box = open_mailbox(store)
    for id in "abcde":
        box.put(message(id))
    assert ids(box) == ["c", "d", "e"]


async def test_typing_is_forgotten_by_the_next_login(store: Store) -> None:
    box = open_mailbox(store)
    box.put_fleeting(Node("chatstate", {"from": SENDER}))
    assert box.reopen() == []
    assert box.next() is None


async def test_a_reader_wakes_up_for_news(store: Store) -> None:
    box = open_mailbox(store)
    assert box.next() is None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(box.wait)
        await trio.testing.wait_all_tasks_blocked()
        box.put(message("a"))
        with trio.fail_after(1):
            await box.wait()
    assert ids(box) == ["a"]


steps = st.lists(st.tuples(st.sampled_from(["put", "settle", "next", "reopen"]), st.sampled_from("abcd")), max_size=40)


@settings(max_examples=50, deadline=None)
@given(steps)
def test_whatever_happens_what_is_unsettled_is_kept_in_order(steps: list[tuple[str, str]]) -> None:
    async def play(folder: str) -> None:
        store = Store(Path(folder) / "lab.db")
        box = open_mailbox(store)
        kept: list[str] = []
        for step, id in steps:
            match step:
                case "put":
                    box.put(message(id))
                    kept.append(id)
                case "settle":
                    assert box.settle("message", id, SENDER) == (id in kept)
                    if id in kept:
                        kept.remove(id)
                case "next":
                    letter = box.next()
                    assert letter is None or letter.node.attr("id") in kept
                case "reopen":
                    assert [node.attr("id") for node in box.reopen()] == kept
            assert [node.attr("id") for node in box.letters()] == kept
        box.reopen()
        assert ids(box) == kept
        assert open_mailbox(store).letters() == box.letters()
        await store.aclose()

    with TemporaryDirectory() as folder:
        trio.run(play, folder)
