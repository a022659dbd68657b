"""`try`: a walk of which nothing is kept."""

from dataclasses import replace

import pytest
from journal_rig import AWA, MOUSSA
from runner_rig import ECHO, TENANT, Shop, echo, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, ReceivedFile, Verdict
from comptoir.plugins.loading import LeftOut
from comptoir.sessions import faulting
from comptoir.sessions.journal import contacts
from comptoir.sessions.parameters import local_ms_of
from comptoir.sessions.protocol import RpcError


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


async def test_the_fallback_and_what_is_suspended_or_left_out_show(shop: Shop, autojump_clock: MockClock) -> None:
    async def broken(context: Context, message: Message) -> None:
        raise ZeroDivisionError

    served = replace(pipeline(plugin("broken", broken)), left_out=(LeftOut("crm", "cannot be imported"),))
    runner = shop.runner(served)
    trace = (await runner.imagine("x", AWA)).as_json()
    assert [(step["plugin"], step["decision"]) for step in trace["steps"]][1:] == [
        ("broken", "raised"),
        ("fallback", "stop"),
    ]
    assert trace["replies"] == ["Merci pour votre message. Une personne de Chez Awa vous répond dès que possible."]
    assert trace["left_out"] == [{"plugin": "crm", "reason": "cannot be imported"}]
    assert (trace["lang"], trace["timezone"]) == ("fr", "Africa/Dakar")
    for _ in range(faulting.RUNNING):
        faulting.count(shop.store.db, "broken", "ZeroDivisionError", 0)
    trace = (await runner.imagine("x", AWA)).as_json()
    assert (trace["steps"][1]["decision"], trace["steps"][1]["fault"]) == ("suspended", "ZeroDivisionError")
    assert len(trace["replies"]) == 1


async def test_what_a_plugin_says_of_itself_at_both_looks(shop: Shop, autojump_clock: MockClock) -> None:
    class Twice(Plugin):
        name = "twice"

        async def message(self, context: Context, message: Message) -> Verdict:
            context.explain("rien trouvé")
            return Verdict.CONTINUE

        async def unanswered(self, context: Context, message: Message) -> None:
            context.explain(f"personne n'a répondu, {len(await context.history())} message")
            context.reply("je demande")

    trace = (await shop.runner(pipeline(Twice(PluginConfig(), TENANT))).imagine("x", AWA)).as_json()
    (_, step) = trace["steps"]
    assert step["explained"] == ["rien trouvé", "personne n'a répondu, 1 message"]
    assert [effect["text"] for effect in step["effects"]] == ["je demande"]


async def test_other_kinds(shop: Shop, autojump_clock: MockClock) -> None:
    async def show(context: Context, message: Message) -> None:
        content = message.content
        context.reply(f"{message.kind} {content.mime if isinstance(content, ReceivedFile) else content}")

    runner = shop.runner(pipeline(plugin("show", show)))
    assert (await runner.imagine("", AWA, "voice")).replies == ["voice audio/ogg; codecs=opus"]
    assert (await runner.imagine("", AWA, "call")).replies == ["call None"]


async def test_another_time_by_the_shops_clock(shop: Shop, autojump_clock: MockClock) -> None:
    async def tell(context: Context, message: Message) -> None:
        context.reply(f"{context.now:%d %H:%M} {message.time == context.now}")

    runner = shop.runner(pipeline(plugin("tell", tell)))
    at = local_ms_of("2026-12-25 10:00", "Africa/Lagos")
    assert (await runner.imagine("x", AWA, now=at)).replies == ["25 09:00 True"]
    assert local_ms_of("2026-12-25T09:00:00Z", "Africa/Lagos") == at
    with pytest.raises(RpcError, match="'Noël' is no time"):
        local_ms_of("Noël", "Africa/Lagos")
