"""What `chats` shows, and what the operator's orders about a chat do."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from journal_rig import AWA, MOUSSA, heard, record
from runner_rig import CONFIG, WatchedStore, customer

from comptoir.plugins.api import Member
from comptoir.plugins.config import TenantConfig
from comptoir.sessions import chat_methods
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, conversations, event_log, outbox
from comptoir.sessions.journal.conversations import By
from comptoir.sessions.protocol import RpcError
from comptoir.sessions.times import now_ms

SHOP = replace(CONFIG, team=(Member("Fatou", "+221770000009"),))


@dataclass
class Desk:
    """As much of a worker as these methods use."""

    journal: WatchedStore
    config: TenantConfig | None = SHOP
    config_trouble: str = "tenant.toml:1: il n'y a pas de fichier"

    async def ask(self, method: str, **params: Any) -> Any:
        return await getattr(chat_methods, method)(self, params)

    async def order(self, method: str, chat: Address = AWA, **params: Any) -> tuple[Any, ...]:
        row = await self.ask(method, chat=str(chat), **params)
        return row["number"], row["state"], row["agent"], row["held"]


@pytest.fixture
def desk(shop: Any) -> Desk:
    return Desk(shop.store)


def hears(desk: Desk, who: Address, id: str = "A", *, ago: int = 0, **more: Any) -> int:
    """A message; the contact."""
    contact = record(desk.journal.db, heard(f"{id}{who}", who, **more), now_ms() - ago).contact
    assert contact is not None
    return contact


def opened(desk: Desk, who: Address, *, ago: int = 0) -> int:
    """The conversation's number."""
    return conversations.ensure(desk.journal.db, hears(desk, who, ago=ago), By("customer", now_ms() - ago))


def changes(desk: Desk) -> list[tuple[str, str]]:
    events = event_log.page(desk.journal.db, 0, 10_000)
    return [(event.data["change"], event.data["by"]) for event in events if event.kind == "conversation"]


async def test_those_that_wait_come_first_the_longest_before_the_others(desk: Desk) -> None:
    db, now = desk.journal.db, now_ms()
    numbers = [opened(desk, customer(number), ago=600_000 - number * 1000) for number in range(6)]
    conversations.hand_over(db, numbers[3], "prix", By("plugin:x", now - 1_000))
    conversations.hand_over(db, numbers[4], "prix", By("plugin:x", now - 2_000))
    conversations.assign(db, numbers[0], "Fatou", By("operator", now - 3_000))
    conversations.close(db, numbers[2], By("operator", now))
    silent = hears(desk, customer(9))
    contacts.silence(db, silent, now + 60_000)
    found = (await desk.ask("chats"))["chats"]
    assert [row["number"] for row in found] == [numbers[place] for place in (4, 3, 0, 5, 1)] + [None]
    assert [(row["chat"], row["held"]) for row in found][-1] == (str(customer(9)), "silenced")
    assert found[-1]["held_until"] is not None
    for state, places in (("pending", (4, 3)), ("open", (0, 5, 1)), ("closed", (2,))):
        rows = (await desk.ask("chats", state=state))["chats"]
        assert [row["number"] for row in rows] == [numbers[place] for place in places]
    with pytest.raises(RpcError, match="open, pending, closed"):
        await desk.ask("chats", state="waiting")


async def test_one_chat_with_all_there_is(desk: Desk) -> None:
    number = opened(desk, AWA)
    awa = hears(desk, AWA, "B", text="x" * 500)
    outbox.enqueue(desk.journal.db, outbox.Outgoing(awa, "pas encore parti", "operator"), now_ms())
    (row,) = (await desk.ask("chats", chat=str(AWA)))["chats"]
    assert {key: row[key] for key in ("chat", "name", "number", "state", "agent", "held", "held_until")} == {
        "chat": str(AWA), "name": "Awa", "number": number, "state": "open", "agent": None, "held": None,
        "held_until": None,
    }  # fmt: skip
    assert row["last_words"] == "x" * 200
    assert (row["last_in"], row["last_out"]) == ("1970-01-01T00:00:01.000Z", None)
    hears(desk, MOUSSA)
    (row,) = (await desk.ask("chats", chat=str(MOUSSA)))["chats"]
    assert (row["number"], row["state"], row["since"]) == (None, None, None)


async def test_more_than_a_page_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(desk, AWA)
    assert (await desk.ask("chats"))["more"] is False
    monkeypatch.setattr("comptoir.sessions.journal.chats.MOST", 1)
    assert (await desk.ask("chats"))["more"] is True


async def test_given_held_and_ended_by_the_operator(desk: Desk) -> None:
    number, db = opened(desk, AWA), desk.journal.db
    awa = contacts.find_address(db, AWA) or 0
    assert await desk.order("assign", agent="fatou ") == (number, "open", "Fatou", "with Fatou")
    assert await desk.order("resume") == (number, "open", None, None)
    assert await desk.order("pause") == (number, "open", None, "paused")
    assert await desk.order("close") == (number, "closed", None, None)
    # What was paused stays so, for whatever conversation comes next.
    assert conversations.held(db, awa, 2**45) == "paused"
    assert await desk.order("resume") == (number, "closed", None, None)
    assert conversations.held(db, awa, now_ms()) == ""
    assert await desk.order("assign", agent="owner") == (number + 1, "open", "owner", "with owner")
    assert changes(desk) == [
        ("opened", "customer"),
        ("assigned", "operator"),
        ("released", "operator"),
        ("closed", "operator"),
        ("opened", "operator"),
        ("assigned", "operator"),
    ]
    kinds = [event.kind for event in event_log.page(db, 0, 10_000)]
    assert [kind for kind in kinds if kind.startswith("chat_")] == ["chat_paused", "chat_resumed"]


async def test_a_silence_of_the_owners_hand_is_lifted_by_resume(desk: Desk) -> None:
    opened(desk, AWA)
    hears(desk, AWA, "B", by_owner=True)
    (row,) = (await desk.ask("chats"))["chats"]
    assert (row["agent"], row["held"], row["handed_over"]) == ("owner", "silenced", True)
    assert (await desk.order("resume"))[2:] == (None, None)
    assert changes(desk)[-1] == ("released", "operator")


@pytest.mark.parametrize("method", ["assign", "pause", "resume", "close", "chats"])
async def test_a_chat_that_nobody_knows(desk: Desk, method: str) -> None:
    with pytest.raises(RpcError, match="no chat") as refused:
        await desk.ask(method, chat=str(AWA), agent="owner")
    assert refused.value.code == 3


async def test_an_agent_that_nobody_knows(desk: Desk) -> None:
    opened(desk, AWA)
    with pytest.raises(RpcError, match="knows owner, Fatou") as refused:
        await desk.order("assign", agent="Fatu")
    assert refused.value.code == 3
    desk.config = None
    with pytest.raises(RpcError) as wrong:
        await desk.order("assign", agent="owner")
    assert wrong.value.code == 78
