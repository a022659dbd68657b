"""What `orders` shows, and what the operator's word about an order does."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from journal_rig import AWA
from runner_rig import CONFIG, OWNER, Shop, WatchedStore
from shop_rig import selling, with_stock
from trio.testing import MockClock

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.shop.model import Draft, Priced
from comptoir.sessions import order_methods, page
from comptoir.sessions.events import Address
from comptoir.sessions.journal import orders, stock
from comptoir.sessions.journal.orders import NewOrder, Step
from comptoir.sessions.protocol import RpcError


@dataclass
class Counter:
    """As much of a worker as these methods use."""

    journal: WatchedStore
    config: TenantConfig | None = CONFIG
    config_trouble: str = "tenant.toml:1: il n'y a pas de fichier"
    woken: list[bool] = field(default_factory=list)

    def wake_sender(self) -> None:
        self.woken.append(True)

    async def ask(self, method: str, **params: Any) -> Any:
        return await getattr(order_methods, method)(self, params)


@pytest.fixture
async def counter(shop: Shop, autojump_clock: MockClock) -> Counter:
    async with shop.serving(selling(with_stock(5))) as runner:
        for text in ("commande poulet bissap", "oui"):
            await shop.hears(AWA, text)
            runner.wake()
            await shop.quiet()
        await shop.hears(Address(OWNER), "prix bissap 600")
        runner.wake()
        await shop.quiet()
    return Counter(shop.store)


async def test_an_order_as_scripts_read_it(counter: Counter) -> None:
    found = await counter.ask("orders")
    assert "next" not in found
    (order,) = found["orders"]
    assert order == await counter.ask("order", number=1)
    contract = {"number", "chat", "customer", "items", "total", "currency", "state", "created", "history"}
    assert contract <= order.keys()
    assert order["items"][0] == {
        "sku": "poulet",
        "name": "Poulet braisé",
        "quantity": 1,
        "unit_price": 3500,
        "amount": 3500,
    }
    assert (order["total"], order["fee"], order["zone"], order["state"]) == (5000, 1000, "Médina", "confirmed")
    assert [(step["state"], step["by"]) for step in order["history"]] == [
        ("new", "customer"),
        ("confirmed", "customer"),
    ]
    assert (await counter.ask("orders", state="ready"))["orders"] == []
    assert (await counter.ask("orders", before=1))["orders"] == []


async def test_orders_come_by_the_page(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    db = counter.journal.db
    for _ in range(3):
        orders.insert(db, NewOrder(1, Priced((), 0, 0, "XOF", 1), Draft(address="é" * 5_000), "Awa", "", "x"), 0)
    monkeypatch.setattr(page, "ROOM", 70_000)
    first = await counter.ask("orders")
    second = await counter.ask("orders", before=first["next"])
    assert [row["number"] for row in first["orders"]] == [4, 3]
    assert [row["number"] for row in second["orders"]] == [2, 1]
    assert "next" not in second


async def test_an_order_that_went_to_and_fro_still_fits_into_a_line(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(300):
        orders.step(counter.journal.db, 1, Step(("ready", "preparing")[at % 2], "owner", None, at))
    monkeypatch.setattr(page, "ROOM", 15_000)
    (order,) = (await counter.ask("orders"))["orders"]
    assert len(order["history"]) == 100
    assert order["history"][-1]["time"] == "1970-01-01T00:00:00.299Z"


async def test_the_operator_moves_an_order_and_both_are_told(counter: Counter, shop: Shop) -> None:
    assert (await counter.ask("move", number=1, state="ready"))["state"] == "ready"
    assert "prête" in shop.answers(AWA)[-1]
    assert "prête" in shop.answers(Address(OWNER))[-1]
    assert counter.woken == [True]
    assert (await counter.ask("move", number=1, state="cancelled"))["history"][-1]["by"] == "operator"
    assert stock.left(shop.store.db, ["poulet"]) == {"poulet": 5}
    with pytest.raises(RpcError, match="order 1 is cancelled: that is its end") as refused:
        await counter.ask("move", number=1, state="ready")
    assert refused.value.code == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"number": 7}, 3),
        ({"number": "x"}, -32602),
        ({"number": 7, "state": "ready"}, 3),
        ({"number": 1, "state": "x"}, -32602),
    ],
)
async def test_what_is_not_there_or_no_state(counter: Counter, params: dict[str, Any], code: int) -> None:
    with pytest.raises(RpcError) as refused:
        await counter.ask("move" if "state" in params else "order", **params)
    assert refused.value.code == code


async def test_an_order_that_cannot_become_that_says_what_it_can(counter: Counter) -> None:
    with pytest.raises(RpcError, match="it can become preparing, ready, delivering, delivered, cancelled"):
        await counter.ask("move", number=1, state="new")


async def test_what_the_owner_changed_by_chat(counter: Counter) -> None:
    (change,) = (await counter.ask("changes"))["changes"]
    assert {key: change[key] for key in ("sku", "field", "value", "was", "by")} == {
        "sku": "bissap",
        "field": "price",
        "value": 600,
        "was": 500,
        "by": "owner",
    }
