"""The shop with a real journal: sold once, at the price in force, and everybody told once."""

from datetime import UTC, datetime
from typing import Any

import pytest
import trio
from journal_rig import AWA, AWA_BOTH, AWA_LID, MOUSSA
from runner_rig import CONFIG, OWNER, Shop, clock, customer
from shop_rig import selling, with_stock
from trio.testing import MockClock

from comptoir.plugins.shop.model import AddProduct, ChangeProduct, MarkPayment, Order
from comptoir.sessions.events import Address
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import catalogue_changes, catalogues, contacts, figures, orders, stock
from comptoir.sessions.journal.database import Connection, DatabaseError
from comptoir.sessions.journal.state import StateConflict
from comptoir.sessions.runner import Runner
from comptoir.sessions.shopkeeping.selling import Selling, sell
from comptoir.sessions.shopkeeping.shop import Shop as Shopkeeper

OWNERS = Address(OWNER)


async def says(shop: Shop, runner: Runner, who: Address, *texts: str) -> None:
    for text in texts:
        await shop.hears(who, text)
        runner.wake()
        await shop.quiet()


def left(shop: Shop, sku: str = "poulet") -> int | None:
    return stock.left(shop.store.db, [sku]).get(sku)


def order(shop: Shop, number: int) -> Order:
    kept = orders.kept(shop.store.db, number)
    assert kept is not None
    return kept.order


def version(shop: Shop) -> int:
    newest = catalogues.newest(shop.store.db)
    assert newest is not None
    return newest.version


async def test_ten_chats_order_the_last_one_and_one_gets_it(shop: Shop, autojump_clock: MockClock) -> None:
    chats = [customer(number) for number in range(10)]
    async with shop.serving(selling(with_stock(1))) as runner:
        for chat in chats:
            await shop.hears(chat, "commande poulet")
        runner.wake()
        await shop.quiet()
        for chat in chats:
            await shop.hears(chat, "oui")
        runner.wake()
        await shop.quiet()
    said = [shop.answers(chat)[1] for chat in chats]
    assert sorted(said) == ["Commande n° 1 : 4500 F"] + ["épuisé"] * 9
    assert left(shop) == 0
    assert len(orders.orders(shop.store.db)) == 1
    assert shop.answers(OWNERS) == ["Nouvelle commande n° 1"]
    assert shop.events("message_given_up") == []


async def test_who_reads_while_a_file_comes_into_force_reads_no_old_prices_of_a_new_version(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = (selling(with_stock(5, amount=price)).tenant.catalogue for price in (3500, 4000))
    keeper = Shopkeeper(shop.store, before)
    await keeper.adopt()
    newest = catalogues.newest

    def overtaken(db: Connection) -> catalogues.Numbered | None:
        monkeypatch.setattr(catalogues, "newest", newest)
        trio.from_thread.run(keeper.open_with, after)
        return newest(db)

    monkeypatch.setattr(catalogues, "newest", overtaken)
    await trio.to_thread.run_sync(keeper.in_force, shop.store.db)
    found = keeper.in_force(shop.store.db)
    assert found is not None
    assert (found.version, found.by_sku["poulet"][1].price) == (version(shop), 4000)


async def test_an_order_keeps_what_it_was_priced_from(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, AWA, "commande poulet bissap", "oui")
        await runner.reload(selling(with_stock(5, amount=4000)))
        await says(shop, runner, AWA, "commande poulet", "oui")
    first, second = order(shop, 1), order(shop, 2)
    assert (first.priced.total, second.priced.total) == (5000, 5000)
    assert [line.unit_price for line in first.priced.lines] == [3500, 500]
    assert first.priced.version + 1 == second.priced.version == version(shop)
    assert '"price":3500' in catalogues.content(shop.store.db, first.priced.version)
    assert (first.zone, first.customer, first.chat) == ("Médina", "Awa", str(AWA))
    assert [(step.state, step.by) for step in first.history] == [("new", "customer"), ("confirmed", "customer")]
    assert left(shop) == 3


async def test_the_owner_moves_an_order_and_the_customer_is_told(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(1))) as runner:
        await says(shop, runner, AWA, "commande poulet", "oui")
        await says(shop, runner, OWNERS, "prête 1", "prête 1", "annulée 1")
    assert shop.answers(AWA)[2:] == [
        "Votre commande n° 1 est prête.",
        "Votre commande n° 1 est annulée. Écrivez-nous si ce n'est pas ce que vous vouliez.",
    ]
    assert shop.answers(OWNERS)[1:] == ["fait"] * 3
    assert [(event.data["state"], event.data["by"]) for event in shop.events("order")] == [
        ("new", "customer"),
        ("confirmed", "customer"),
        ("ready", "owner"),
        ("cancelled", "owner"),
    ]
    assert left(shop) == 1


async def test_a_customer_touches_no_order_but_their_own(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(2))) as runner:
        await says(shop, runner, AWA, "commande poulet", "oui")
        await says(shop, runner, MOUSSA, "annulée 1", "payée 1", "prix poulet 1", "référence 1 X")
        await says(shop, runner, AWA, "prête 1")
        assert order(shop, 1).state == "confirmed"
        assert left(shop) == 1
        await says(shop, runner, AWA, "annulée 1")
    assert order(shop, 1).state == "cancelled"
    assert left(shop) == 2
    assert "annulée" in shop.answers(OWNERS)[-1]
    assert shop.answers(AWA)[-1] == "fait"


async def test_a_reference_counts_for_one_order(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(2))) as runner:
        for who in (AWA, MOUSSA):
            await says(shop, runner, who, "commande poulet", "oui")
        await says(shop, runner, AWA, "référence 1 T-12 34")
        await says(shop, runner, MOUSSA, "référence 2 t1234")
        assert [order(shop, number).payment for number in (1, 2)] == ["to_check", "open"]
        await says(shop, runner, OWNERS, "payée 1")
    assert order(shop, 1).payment == "paid"
    assert "déjà" in shop.answers(MOUSSA)[-1] or "déjà" in shop.answers(MOUSSA)[-2]
    assert [event.data["number"] for event in shop.events("payment_reference_reused")] == [2]
    assert "bien reçu" in shop.answers(AWA)[-1]


async def test_the_owners_price_stands_until_the_file_says_another(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(9))) as runner:
        await says(shop, runner, AWA, "commande poulet", "oui")
        before = version(shop)
        await says(shop, runner, OWNERS, "prix poulet 4000", "stock poulet 3")
        assert version(shop) == before + 1
        await says(shop, runner, AWA, "commande poulet", "oui")
        assert (order(shop, 2).priced.total, left(shop)) == (5000, 2)
        # The same file again: a restart changes nothing.
        await runner.reload(selling(with_stock(9)))
        assert (version(shop), left(shop)) == (before + 1, 2)
        await runner.reload(selling(with_stock(7, amount=3600)))
        assert (version(shop), left(shop)) == (before + 2, 7)
    assert catalogue_changes.in_force(shop.store.db) == ()
    assert [event.data["field"] for event in shop.events("catalogue_change_ended")] == ["price", "stock"]


async def test_a_worker_that_starts_again_finds_the_shop_as_it_was(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, AWA, "commande poulet", "oui")
        await says(shop, runner, OWNERS, "prix bissap 600")
        await says(shop, runner, MOUSSA, "commande bissap")
        before = version(shop)
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, MOUSSA, "oui")
    assert (version(shop), left(shop)) == (before, 4)
    assert order(shop, 2).priced.total == 1600


async def test_what_a_customer_did_not_see_is_not_ordered(shop: Shop, autojump_clock: MockClock) -> None:
    """The file changes between a walk and its commit: decided again, at what is then so."""
    catalogue = with_stock(5)
    async with shop.serving(selling(catalogue)) as runner:
        await says(shop, runner, AWA, "commande poulet")
        changed = False
        write = shop.store.write

        async def change_before_commit(job: Any) -> Any:
            nonlocal changed
            if getattr(getattr(job, "func", None), "__name__", "") == "commit" and not changed:
                changed = True
                await runner.reload(selling(with_stock(5, amount=9000)))
            return await write(job)

        shop.store.write = change_before_commit  # type: ignore[method-assign]  # what happens in between
        await says(shop, runner, AWA, "oui")
    assert order(shop, 1).priced.total == 10_000
    assert [row.text for row in shop.rows() if "Commande n°" in row.text] == ["Commande n° 1 : 10000 F"]


@pytest.mark.parametrize(
    "effect", [ChangeProduct("poulet", "price", 1), AddProduct("Thiof", 1), MarkPayment(1, "paid")]
)
async def test_a_customer_changes_no_price_and_no_payment_whatever_the_plugin(
    shop: Shop, autojump_clock: MockClock, effect: Selling
) -> None:
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, AWA, "commande poulet", "oui")
        awa = contacts.find_address(shop.store.db, AWA)
        assert awa is not None
        ground = Ground(awa, CONFIG, "message:1", 1, shop=runner.shop)
        with pytest.raises(StateConflict):
            sell(shop.store.db, ground, "clerk", effect, clock())
    assert catalogue_changes.in_force(shop.store.db) == ()
    assert order(shop, 1).payment == "open"


async def test_a_price_that_was_undone_is_nobodys(shop: Shop, autojump_clock: MockClock) -> None:
    """The next version has the number of the one that never was."""
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, OWNERS, "stock poulet 4")
        now, owner = clock(), contacts.find_address(shop.store.db, OWNERS)
        assert owner is not None
        ground = Ground(owner, CONFIG, "message:1", 1, shop=runner.shop)

        def undone(db: Connection) -> None:
            sell(db, ground, "desk", ChangeProduct("poulet", "price", 1), now)
            seen = runner.shop.in_force(db)
            assert seen is not None
            assert seen.by_sku["poulet"][1].price == 1
            raise DatabaseError("disk full")

        with pytest.raises(DatabaseError):
            await shop.store.write(undone)
        await says(shop, runner, OWNERS, "prix poulet 4000")
        await says(shop, runner, AWA, "commande poulet", "oui")
    assert order(shop, 1).priced.total == 5000


async def test_who_wants_no_messages_gets_none_about_an_order(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, AWA, "commande poulet", "oui", "STOP")
        said = shop.answers(AWA)
        await says(shop, runner, OWNERS, "prête 1")
    assert shop.answers(AWA) == said
    assert shop.events("reply_withheld")[-1].data == {"plugin": "clerk", "reason": "opted out"}


async def test_two_contacts_that_are_one_have_one_list_of_orders(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, AWA, "commande poulet", "oui")
        await says(shop, runner, AWA_LID, "commande poulet", "oui")
        contact = await shop.store.write(lambda db: contacts.contact_for(db, AWA_BOTH, clock()))
        assert len(orders.orders(shop.store.db, contact=contact)) == 2


async def test_an_imagined_yes_shows_the_receipt_and_orders_nothing(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, AWA, "commande poulet")
        made = await runner.imagine("oui", AWA)
    assert made.replies == ["Commande n° … : 4500 F"]
    assert [effect["effect"] for effect in made.as_json()["steps"][1]["effects"]] == ["put", "placeorder"]
    assert orders.orders(shop.store.db) == ()


async def test_a_strangers_words_do_not_pass_for_another_notice(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, AWA, "commande poulet", "oui", "référence 1 T1\nCommande n° 7 : payée." + "x" * 5_000)
    (notice,) = [text for text in shop.answers(OWNERS) if "T1" in text]
    assert "T1 Commande n° 7" in notice
    assert len(notice) < 500


async def test_a_days_figures(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(selling(with_stock(5))) as runner:
        await says(shop, runner, AWA, "commande poulet bissap", "oui")
        await says(shop, runner, MOUSSA, "commande poulet", "oui")
        await says(shop, runner, customer(3), "commande bissap", "oui")
        await says(shop, runner, OWNERS, "payée 2", "annulée 3")
    made = figures.figures(shop.store.db, clock() - 60_000, clock() + 60_000)
    assert (made.orders, made.cancelled, made.revenue, made.paid) == (2, 1, 9500, 4500)
    assert made.products == (("Poulet braisé", 2, 7000), ("Bissap", 1, 500))
    assert made.begins == datetime.fromtimestamp((clock() - 60_000) / 1000, UTC)
    assert figures.figures(shop.store.db, clock() + 60_000, clock() + 120_000).orders == 0
