"""`try`: a walk of which nothing is kept."""

from journal_rig import AWA, MOUSSA
from runner_rig import ECHO, Shop, echo, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Context, Message
from comptoir.sessions.journal import contacts


def dump(shop: Shop) -> list[str]:
    db = shop.store.db
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [str(row) for table in tables for row in db.execute(f"SELECT * FROM {table}")]


async def note(context: Context, message: Message) -> None:
    context.put("seen", await context.get("seen") or context.contact.is_new)
    context.notify(f"{context.contact.chat} {context.contact.name}")


async def test_a_trace_of_each_plugin(shop: Shop, autojump_clock: MockClock) -> None:
    never = plugin("never", echo)
    runner = shop.runner(pipeline(plugin("note", note), ECHO, never))
    before = dump(shop)
    trace = (await runner.imagine("bonjour", MOUSSA)).as_json()
    assert dump(shop) == before
    assert trace["replies"] == ["echo bonjour"]
    assert trace["skipped"] is None
    assert [(step["plugin"], step["decision"]) for step in trace["steps"]] == [
        ("optout", "continue"),
        ("note", "continue"),
        ("echo", "stop"),
        ("never", "not reached"),
    ]
    assert trace["steps"][1]["effects"] == [
        {"effect": "put", "key": "seen", "value": True, "shared": False},
        {"effect": "notice", "text": f"{MOUSSA} "},
    ]


async def test_it_knows_the_contact_and_says_what_holds_the_bot_back(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(plugin("note", note), ECHO)) as runner:
        await shop.hears(AWA, "1")
        runner.wake()
        await shop.quiet()
        trace = (await runner.imagine("2", AWA)).as_json()
        assert trace["steps"][1]["effects"][1]["text"] == f"{AWA} Awa"
        await shop.hears(AWA, "j'arrive", by_owner=True)
        trace = (await runner.imagine("3", AWA)).as_json()
        assert (trace["skipped"], trace["replies"]) == ("silenced", [])
        await shop.store.write(lambda db: contacts.silence(db, 1, 0))
        assert (await runner.imagine("4", AWA)).replies == ["echo 4"]


async def test_a_fault_shows_and_is_not_counted(shop: Shop, autojump_clock: MockClock) -> None:
    async def broken(context: Context, message: Message) -> None:
        raise ZeroDivisionError

    runner = shop.runner(pipeline(plugin("broken", broken), ECHO))
    trace = (await runner.imagine("x", AWA)).as_json()
    assert trace["steps"][1]["decision"] == "raised"
    assert trace["steps"][1]["fault"].startswith("ZeroDivisionError")
    assert trace["replies"] == ["echo x"]
    assert [row["faults"] for row in await runner.status()] == [0, 0, 0]
