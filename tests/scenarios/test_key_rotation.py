"""New keys while customers write: nothing is lost or said twice, no phone scans anything, the old key opens nothing."""

from dataclasses import dataclass, field
from pathlib import Path

import crowd
import judge
import media_rig
import pytest
import rig
import trio
import vaulted
from media_rig import JPEG, content
from tried_key import opened_by

from comptoir.gateway.keys import read_master_key, unwrap
from comptoir.gateway.peeking import peek
from comptoir.lab.kinds import File
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import Channel, ChannelClosed

NAME, NUMBER = "chez-awa", "+221770000001"
PICTURE = content(300_000, 1, JPEG)
PHOTOGRAPHER = "+221771000009"
CUSTOMERS = 12


def data_key(here: rig.Rig) -> bytes:
    master = read_master_key(here.home / "keys/master.key")
    [tenant] = peek(here.home / "state/registry.db")
    return unwrap(master, tenant.wrapped_key, tenant.name, tenant.key_version)


def folder(here: rig.Rig) -> Path:
    return here.home / "state/tenants" / NAME


async def open_shop(here: rig.Rig) -> rig.Shop:
    """One that keeps a picture."""
    shop = await here.add_shop(NAME, NUMBER, crowd.config(NAME))
    await here.lab.customer(PHOTOGRAPHER).post(shop.number, File("image", PICTURE, caption="menu"))
    await here.settle(NAME)
    return shop


@dataclass
class Told:
    """Of a rotation: what it told meanwhile, and how it ended."""

    progress: list[Params] = field(default_factory=list)
    refusal: Exception | None = None
    result: Params = field(default_factory=dict)


async def rotate(here: rig.Rig, name: str = NAME) -> Told:
    """On a connection of its own, as the command does."""
    told = Told()
    channel = Channel(stream := await trio.open_unix_socket(str(here.home / "run/control.sock")))

    async def note(_method: str, params: Params) -> None:
        told.progress.append(params)

    async with stream, trio.open_nursery() as nursery:
        nursery.start_soon(channel.serve, note)
        try:
            await channel.call("hello", {"version": 1})
            told.result = await channel.call("keys.rotate", {"tenant": name}, within=90)
        except (RpcError, ChannelClosed) as error:
            told.refusal = error
        nursery.cancel_scope.cancel()
    return told


async def refused(here: rig.Rig, name: str = NAME) -> int:
    """With what code."""
    refusal = (await rotate(here, name)).refusal
    assert isinstance(refusal, RpcError)
    return refusal.code


async def half_answered(here: rig.Rig, conversations: list[crowd.Conversation]) -> None:
    half = len(conversations) * len(crowd.WORDS) // 2
    await here.lab.ledger.wait(lambda _: crowd.answers(conversations) >= half, 60, what=f"{half} answers")


async def disagreements(here: rig.Rig, shop: rig.Shop) -> list[str]:
    """Without the picture, whose text the lab's ledger does not know."""
    found = await judge.disagreements(here, shop, followed=False)
    return [line for line in found if PHOTOGRAPHER not in line]


async def judged(here: rig.Rig, shop: rig.Shop, conversations: list[crowd.Conversation]) -> None:
    """Each question has its answer, once."""
    await crowd.wait_answers(conversations, 60)
    await judge.settle(here, shop, within=60)
    assert [conversation.heard for conversation in conversations] == [talk.expected for talk in conversations]
    assert await disagreements(here, shop) == []
    assert {row["state"] for row in await here.messages(NAME)} <= {"done", "sent", "delivered", "read"}


async def picture_of(here: rig.Rig) -> bytes:
    row = next(row for row in await here.messages(NAME) if row["kind"] == "image")
    return await media_rig.get_file(here, NAME, row["id"])


@pytest.mark.shows(
    under="absence",
    what="a tenant is given a new key while customers write",
    happens="a pause that `status` shows; nothing is lost or answered twice, no new linking, the old key opens nothing",
)
async def test_a_new_data_key_under_traffic() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        devices, old = list(shop.phone.companions), data_key(here)
        assert {file.name for file in opened_by(old, folder(here))} >= {"tenant.db", "vault.db"}
        conversations = crowd.gather(here, [shop], CUSTOMERS, secret=True)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(crowd.write_all, conversations)
            await half_answered(here, conversations)
            told = await rotate(here)
        assert told.refusal is None
        assert told.result["version"] == 2
        assert {row["what"] for row in told.progress} <= {"journal", "files", "vault"}
        paused = await here.wait_event(lambda event: "encrypted with a new key" in (event.get("reason") or ""))
        assert paused["state"] == "offline"
        await judged(here, shop, conversations)
        assert data_key(here) != old
        assert opened_by(old, folder(here)) == []
        assert {file.name for file in opened_by(data_key(here), folder(here))} >= {"tenant.db", "vault.db"}
        assert await picture_of(here) == PICTURE
        assert shop.phone.companions == devices
        # The vault is of the new key: the session comes back from it.
        await vaulted.cut_power(here)
        await here.start_daemon()
        await here.wait_state(NAME, "online")
        later = crowd.gather(here, [shop], 2, secret=True)
        before = [len(conversation.heard) for conversation in later]
        await crowd.write_all(later)
        await here.lab.ledger.wait(
            lambda _: all(len(talk.heard) == heard + 4 for talk, heard in zip(later, before, strict=True)), 60
        )
        assert here.lab.ledger.reused_counters() == []
        assert shop.phone.companions == devices


@pytest.mark.parametrize("after", ["keys_rotating", "worker_recycled"])
async def test_a_daemon_killed_in_a_rotation_goes_on_with_it(after: str) -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        devices, old = list(shop.phone.companions), data_key(here)
        conversations = crowd.gather(here, [shop], CUSTOMERS, secret=True)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(crowd.write_all, conversations)
            await half_answered(here, conversations)
            nursery.start_soon(rotate, here)
            await here.wait_event(lambda event: event["kind"] == after)
            await vaulted.kill_everything(here)
            seen = len(here.events)
            await here.start_daemon()
            await here.wait_event(lambda event: event["kind"] == "worker_started", after=seen)
        assert opened_by(old, folder(here)) == []
        assert shop.phone.companions == devices
        assert await picture_of(here) == PICTURE
        await judge.settle(here, shop, within=90)
        assert await disagreements(here, shop) == []
        assert crowd.repeated(conversations) == []


async def test_a_new_master_key_under_traffic_and_over_a_restart() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        devices, old = list(shop.phone.companions), (here.home / "keys/master.key").read_bytes()
        conversations = crowd.gather(here, [shop], CUSTOMERS, secret=True)
        pid = (await here.status(NAME))["pid"]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(crowd.write_all, conversations)
            await half_answered(here, conversations)
            rotated = await here.call("keys.rotate_master")
        await judged(here, shop, conversations)
        assert (await here.status(NAME))["pid"] == pid
        assert Path(rotated["old"]).read_bytes() == old
        assert (here.home / "keys/master.key").read_bytes() != old
        assert await here.stop_daemon() == 0
        await here.start_daemon()
        await here.wait_state(NAME, "online")
        assert shop.phone.companions == devices
        assert await picture_of(here) == PICTURE


async def test_who_is_not_there_and_who_is_being_linked() -> None:
    async with rig.open_rig() as here:
        assert await refused(here, "nobody") == ErrorCode.NOT_FOUND
        shop = await open_shop(here)
        await here.call("unlink", tenant=NAME)
        async with here.linking(NAME) as attempt:
            await attempt.next("qr")
            assert await refused(here) == ErrorCode.NOT_NOW
        old = data_key(here)
        # Without a session there is no vault, and the messages are kept all the same.
        with trio.fail_after(30):
            # The attempt that was called off ends after its connection.
            while (told := await rotate(here)).refusal is not None:
                await here.wait_event(lambda _: True, after=len(here.events))
        assert told.result["version"] == 2
        assert opened_by(old, folder(here)) == []
        assert await picture_of(here) == PICTURE
        await here.link(NAME)
        assert shop.phone.companions
