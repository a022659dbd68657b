"""What plugins tell outside: once, in the end, whatever the server answers first."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trio
from journal_rig import AWA, open_new
from runner_rig import Shop, WatchedStore

from comptoir.plugins.api import Call, OutsideFailed, Response
from comptoir.sessions.journal import contacts, outside_queue
from comptoir.sessions.outside import caller
from comptoir.sessions.outside.caller import Caller
from comptoir.sessions.outside.exchange import Outside

DAY = 24 * 3600


@dataclass
class Server(Outside):
    """Answers as told, the last answer again and again."""

    answers: list[int | str]
    asked: list[tuple[str, dict[str, str], object]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    seconds: float = 0.0

    async def post(self, url, headers, body):
        self.asked.append((url, dict(headers), json.loads(body)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await trio.sleep(self.seconds)
        self.at_once -= 1
        if isinstance(answer, str):
            raise OutsideFailed(answer)
        return Response(answer, {}, b"")


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Shop:
    monkeypatch.setattr(caller, "now_ms", lambda: round(trio.current_time() * 1000))
    return Shop(WatchedStore(open_new(tmp_path / "tenant.db")))


async def queue(shop: Shop, url: str = "https://shop.example/hook?key=secret", body: object = None) -> None:
    now = round(trio.current_time() * 1000)

    def write(db):
        contact = contacts.contact_for(db, AWA, now)
        call = Call(url, body, {"X-Key": "k", "Idempotency-Key": "mine"})
        return outside_queue.queue(db, "orders", contact, call, "message:1", now)

    await shop.store.write(write)


@asynccontextmanager
async def calling(shop: Shop, server: Server) -> AsyncIterator[Caller]:
    calls = Caller(shop.store, server)
    calls.open()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(calls.run)
        yield calls
        nursery.cancel_scope.cancel()


async def until_ended(shop: Shop, count: int = 1) -> None:
    await shop.store.until(
        lambda db: db.execute("SELECT count(*) FROM outside_calls WHERE state <> 'queued'").fetchone()[0] == count
    )


async def test_a_call_is_made_until_the_server_takes_it_with_one_key(shop, autojump_clock):
    server = Server([503, "shop.example: it does not answer", 404, 204])
    await queue(shop, body={"order": 7})
    async with calling(shop, server):
        await until_ended(shop)
    keys = {headers["Idempotency-Key"] for _, headers, _ in server.asked}
    assert (len(server.asked), len(keys)) == (4, 1)
    assert "mine" not in keys
    _, headers, body = server.asked[-1]
    assert (headers["X-Key"], headers["Content-Type"], body) == ("k", "application/json", {"order": 7})
    (done,) = shop.events("call_done")
    assert done.data == {"plugin": "orders", "host": "shop.example", "attempts": 4}
    assert shop.events("call_failed") == []


async def test_it_is_given_up_after_a_day_and_told(shop, autojump_clock):
    server = Server([500])
    await queue(shop)
    async with calling(shop, server):
        await until_ended(shop)
    assert DAY - 3600 < trio.current_time() < DAY + 60
    (failed,) = shop.events("call_failed")
    assert failed.data["error"] == "it answered with status 500"
    assert "secret" not in json.dumps(failed.data)
    # At most an hour apart, and not in a burst.
    assert 30 < len(server.asked) < 200


async def test_one_server_is_told_one_thing_after_the_other_and_others_do_not_wait_for_it(shop, autojump_clock):
    server = Server([200], seconds=5)
    for host in ("a", "a", "a", "b", "c"):
        await queue(shop, f"https://{host}.example/")
    async with calling(shop, server):
        await until_ended(shop, 3)
        assert trio.current_time() < 6
        await until_ended(shop, 5)
    assert server.most_at_once == 3
    assert 15 <= trio.current_time() < 16


async def test_what_was_on_its_way_is_made_again_with_the_same_key(shop, autojump_clock):
    server = Server([200], seconds=5)
    await queue(shop)
    async with calling(shop, server):
        await trio.sleep(1)
    async with calling(shop, server):
        await until_ended(shop)
    first, second = (headers["Idempotency-Key"] for _, headers, _ in server.asked)
    assert first == second


async def test_a_new_call_waits_for_no_other(shop, autojump_clock):
    server = Server([200])
    async with calling(shop, server) as calls:
        await trio.sleep(100)
        await queue(shop)
        calls.wake()
        await until_ended(shop)
    assert trio.current_time() < 101
