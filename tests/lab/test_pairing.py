"""The unmodified client library links with the lab, and only with a lab that it has reason to trust."""

from pathlib import Path

import pytest
import trio
from neonize_client import link, neonize, until

from comptoir.lab import Lab, open_lab
from comptoir.lab.server import PairingRefused

SHOP = "+221 77 000 00 01"
CUSTOMER = "+221 77 000 01 01"


async def test_a_client_pairs_by_qr_and_resumes_without_one(lab: Lab, tmp_path: Path) -> None:
    customer = lab.customer(CUSTOMER)
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        assert (await client.wait("paired"))["jid"] == "221770000001:1@s.whatsapp.net"
        assert (await client.wait("history"))["conversations"]
        await client.kill()
    async with neonize(lab, tmp_path / "session.db") as client:
        await client.wait("connected")
        assert not client.seen("qr")
        await customer.say(SHOP, "toujours là ?")
        await client.wait("message", text="toujours là ?")


async def test_everybody_survives_a_restart_of_the_lab(tmp_path: Path) -> None:
    async with open_lab(tmp_path / "lab") as lab, neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await lab.customer(CUSTOMER).say(SHOP, "un")
        await client.wait("message", text="un")
        await client.do("send", to="221770000101", text="deux")
        await lab.customer(CUSTOMER).wait_heard(1)
        await client.kill()
        await lab.customer(CUSTOMER).say(SHOP, "trois")
        port = lab.address.port
    async with open_lab(tmp_path / "lab") as lab, neonize(lab, tmp_path / "session.db") as client:
        assert lab.address.port == port
        assert (await client.wait("message"))["text"] == "trois"
        await client.wait("connected")
        await client.do("send", to="221770000101", text="quatre")
        heard = await lab.customer(CUSTOMER).wait_heard(2)
        assert [message.text for message in heard] == ["deux", "quatre"]
        texts = [entry.text for entry in lab.ledger.entries(sender=CUSTOMER)]
        assert texts == ["un", "trois"]
        assert not lab.ledger.reused_counters()


async def run_lab(folder: Path, *, task_status: trio.TaskStatus[tuple[Lab, trio.CancelScope]]) -> None:
    with trio.CancelScope() as scope:
        async with open_lab(folder) as lab:
            task_status.started((lab, scope))
            await trio.sleep_forever()


async def test_a_client_finds_a_restarted_lab_by_itself(tmp_path: Path) -> None:
    async with trio.open_nursery() as nursery:
        first, scope = await nursery.start(run_lab, tmp_path / "lab")
        async with neonize(first, tmp_path / "session.db") as client:
            await link(first, client, SHOP)
            scope.cancel()
            await client.wait("disconnected")
            # The folder is free once the first lab has written all it knows.
            await until(lambda: len(nursery.child_tasks) == 0)
            async with open_lab(tmp_path / "lab") as lab:
                await client.wait("connected")
                await lab.customer(CUSTOMER).say(SHOP, "de retour")
                await client.wait("message", text="de retour")


async def test_a_client_with_another_root_key_refuses_the_lab(lab: Lab, tmp_path: Path) -> None:
    async with neonize(lab, tmp_path / "session.db", own_root_key=True) as client:
        assert "verify" in (await client.wait("refused"))["why"]
        assert not client.seen("qr")


async def test_a_code_that_nobody_shows_any_more_is_refused(lab: Lab, tmp_path: Path) -> None:
    async with neonize(lab, tmp_path / "session.db") as client:
        code = (await client.wait("qr"))["code"]
    with pytest.raises(PairingRefused, match="expired"):
        await lab.phone(SHOP).scan(code)


async def test_a_code_whose_secret_is_not_the_clients_is_refused(lab: Lab, tmp_path: Path) -> None:
    async with neonize(lab, tmp_path / "session.db") as client:
        head, noise, identity, secret, kind = (await client.wait("qr"))["code"].split(",")
        other = "A" * 43 + "="
        assert other != secret
        with pytest.raises(PairingRefused, match="hmac-mismatch"):
            await lab.phone(SHOP).scan(",".join((head, noise, identity, other, kind)))
        assert lab.phone(SHOP).companions == []


async def test_a_phone_links_several_companions_and_numbers_are_not_given_twice(lab: Lab, tmp_path: Path) -> None:
    phone = lab.phone(SHOP)
    async with neonize(lab, tmp_path / "one.db") as one, neonize(lab, tmp_path / "two.db") as two:
        await link(lab, one, SHOP)
        await link(lab, two, SHOP)
        assert [jid.device for jid in phone.companions] == [1, 2]
        await phone.unlink(phone.companions[1])
        await two.wait("logged_out")
        await lab.customer(CUSTOMER).say(SHOP, "bonjour")
        await one.wait("message", text="bonjour")
    async with neonize(lab, tmp_path / "three.db") as three:
        await link(lab, three, SHOP)
        assert [jid.device for jid in phone.companions] == [1, 3]


async def test_a_client_that_logs_itself_out_is_no_companion_any_more(lab: Lab, tmp_path: Path) -> None:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.do("logout")
        assert lab.phone(SHOP).companions == []
    async with neonize(lab, tmp_path / "session.db") as client:
        await client.wait("qr")
