"""Groups, with the unmodified client library as one of the members."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from neonize_client import ClientError, NeonizeClient, link, neonize, until

from comptoir.lab import Lab, open_lab
from comptoir.lab.groups import Group
from comptoir.lab.kinds import File

SHOP, AWA, MOUSSA = "+221770000001", "+221770000101", "+221770000102"


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    lab.customer(AWA, "Awa")
    lab.customer(MOUSSA, "Moussa")
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        yield client


@pytest.fixture(params=["lid", "pn"])
def group(lab: Lab, client: NeonizeClient, request: pytest.FixtureRequest) -> Group:
    return lab.people.group("Tontine", [SHOP, AWA, MOUSSA], by=AWA, addressing=request.param)


def names(lab: Lab, group: Group, number: str) -> tuple[str, str]:
    """How the group's stanzas name somebody, and the other name."""
    account = lab.customer(number).account
    by_lid, by_number = str(account.jid(as_lid=True)), str(account.jid())
    return (by_lid, by_number) if group.by_lid else (by_number, by_lid)


async def test_a_members_first_message_comes_as_two_events_and_later_ones_as_one(
    lab: Lab, client: NeonizeClient, group: Group
) -> None:
    awa = lab.customer(AWA)
    await awa.say(group.address, "un", secret=True)
    first = await client.wait("message", text="")
    second = await client.wait("message", text="un")
    assert (first["id"], first["key_only"], second["key_only"]) == (second["id"], True, False)
    assert (second["chat"], second["group"], second["secret"]) == (str(group.jid), True, 32)
    assert (second["sender"], second["sender_alt"]) == names(lab, group, AWA)
    assert second["name"] == "Awa"

    await awa.say(group.address, "deux")
    await client.wait("message", text="deux")
    assert not client.seen("message"), "no key comes twice"
    assert [heard.text for heard in await lab.customer(MOUSSA).wait_heard(2, chat=group.address)] == ["un", "deux"]
    assert [heard.sender for heard in await lab.phone(SHOP).wait_heard(2)] == [AWA, AWA]


async def test_what_the_client_writes_reaches_every_member_and_its_phone(
    lab: Lab, client: NeonizeClient, group: Group
) -> None:
    ids = [(await client.do("send", to=str(group.jid), text=text))["id"] for text in ("un", "deux")]
    for person in (lab.customer(AWA), lab.customer(MOUSSA), lab.phone(SHOP)):
        heard = await person.wait_heard(2, chat=group.address)
        assert [(each.id, each.text, each.sender) for each in heard] == [(ids[0], "un", SHOP), (ids[1], "deux", SHOP)]
    sender, _ = names(lab, group, AWA)
    await client.wait("receipt", kind="delivered", ids=[ids[0]], chat=str(group.jid), sender=sender)
    await lab.customer(AWA).read()
    await client.wait("receipt", kind="read", ids=ids, chat=str(group.jid), sender=sender)
    [entry] = lab.ledger.entries(id=ids[1])
    assert (entry.to, entry.text) == (group.id, "deux")
    assert lab.ledger.reused_counters() == []


async def test_a_question_and_an_answer(lab: Lab, client: NeonizeClient, group: Group) -> None:
    awa = lab.customer(AWA)
    asked = await awa.say(group.address, "Vous livrez ?")
    await client.wait("message", text="Vous livrez ?")
    sender, _ = names(lab, group, AWA)
    await client.do("read", to=str(group.jid), ids=[asked], sender=sender)
    await until(lambda: [seen for seen in awa.receipts if seen.kind == "read"])
    [read] = [seen for seen in awa.receipts if seen.kind == "read"]
    assert (read.sender, read.ids) == (SHOP, (asked,))
    await client.do("send", to=str(group.jid), text="Oui")
    assert [heard.text for heard in await awa.wait_heard(1)] == ["Oui"]


async def test_what_the_owner_types_into_a_group_is_from_the_shop_itself(
    lab: Lab, client: NeonizeClient, group: Group
) -> None:
    await lab.phone(SHOP).say(group.address, "c'est moi")
    message = await client.wait("message", text="c'est moi")
    assert (message["from_me"], message["chat"]) == (True, str(group.jid))
    assert [heard.text for heard in await lab.customer(AWA).wait_heard(1)] == ["c'est moi"]


async def test_a_key_that_never_came_is_asked_for(lab: Lab, client: NeonizeClient, group: Group) -> None:
    awa = lab.customer(AWA)
    awa.skip_key(group.address)
    id = await awa.say(group.address, "sans clé")
    await client.wait("undecryptable", id=id)
    message = await client.wait("message", text="sans clé")
    assert (message["id"], message["chat"]) == (id, str(group.jid))
    assert [heard.text for heard in await lab.customer(MOUSSA).wait_heard(1)] == ["sans clé"]
    await awa.say(group.address, "avec")
    await client.wait("message", text="avec")


async def test_a_member_who_lost_the_keys_asks_the_client(lab: Lab, client: NeonizeClient, group: Group) -> None:
    await client.do("send", to=str(group.jid), text="un")
    awa = lab.customer(AWA)
    await awa.wait_heard(1)
    awa.lose_session(SHOP)
    awa.lose_sender_keys(group.address)
    await client.do("send", to=str(group.jid), text="deux")
    assert [heard.text for heard in await awa.wait_heard(2)] == ["un", "deux"]
    await client.wait("receipt", kind="retry")


async def test_members_come_and_go(lab: Lab, client: NeonizeClient, group: Group) -> None:
    await client.wait("joined", group=str(group.jid), name="Tontine")
    [known] = await client.do("groups")
    members = {
        str(account.jid(as_lid=True)): str(account.jid())
        for account in (lab.phone(SHOP).account, lab.customer(AWA).account, lab.customer(MOUSSA).account)
    }
    assert known == {"jid": str(group.jid), "name": "Tontine", "members": members}
    await client.do("send", to=str(group.jid), text="à trois")
    await lab.customer(MOUSSA).wait_heard(1)

    lab.people.remove_member(group.address, MOUSSA)
    gone, _ = names(lab, group, MOUSSA)
    await client.wait("group_change", group=str(group.jid), left=[gone])
    await client.do("send", to=str(group.jid), text="à deux")
    fatou = lab.customer("+221770000103")
    lab.people.add_member(group.address, fatou.number)
    await client.wait("group_change", group=str(group.jid))
    await client.do("send", to=str(group.jid), text="à trois encore")
    assert [heard.text for heard in await fatou.wait_heard(1)] == ["à trois encore"]
    assert len((await client.do("group", jid=str(group.jid)))["members"]) == 3
    assert [heard.text for heard in lab.customer(MOUSSA).heard()] == ["à trois"]


async def test_whoever_left_reads_no_more(lab: Lab, client: NeonizeClient, group: Group) -> None:
    awa = lab.customer(AWA)
    await awa.say(group.address, "un")
    await client.wait("message", text="un")
    lab.people.remove_member(group.address, SHOP)
    await client.wait("group_change", group=str(group.jid))
    await awa.say(group.address, "entre nous")
    before, after = await lab.customer(MOUSSA).wait_heard(2)
    assert before.ratchet_key != after.ratchet_key, "who leaves takes a key along that opens nothing any more"
    assert not client.seen("undecryptable")
    with pytest.raises(ClientError, match="403"):
        await client.do("send", to=str(group.jid), text="et moi ?")


async def test_the_shop_is_mentioned_and_quoted_by_the_name_it_has_in_the_group(
    lab: Lab, client: NeonizeClient, group: Group
) -> None:
    awa = lab.customer(AWA)
    account = lab.phone(SHOP).account
    shop = str(account.jid(as_lid=group.by_lid))
    sent = await client.do("send", to=str(group.jid), text="On ouvre à 8 h")
    await awa.wait_heard(1)
    await awa.say(group.address, "et demain ?", mentions=[SHOP], quote=sent["id"])
    message = await client.wait("message", text="et demain ?")
    assert (message["mentions"], message["quoted_author"]) == ([shop], shop)
    await awa.react(group.address, sent["id"], "👍🏿")
    [_, question, reaction] = await lab.customer(MOUSSA).wait_heard(3)
    assert (question.content.quote.id, question.content.quote.sender) == (sent["id"], SHOP)
    assert (reaction.content.target, reaction.text) == (sent["id"], "👍🏿")


async def test_a_photo_is_shown_to_the_whole_group(lab: Lab, client: NeonizeClient, group: Group) -> None:
    data = bytes(range(256)) * 400
    await lab.customer(AWA).post(group.address, File("image", data, caption="le plat du jour"))
    await client.wait("message", text="")
    for person in (lab.customer(MOUSSA), lab.phone(SHOP)):
        [heard] = await person.wait_heard(1)
        assert (heard.text, await person.fetch(heard)) == ("le plat du jour", data)


async def test_nobody_is_greeted_in_a_group(lab: Lab, client: NeonizeClient, group: Group) -> None:
    phone, awa = lab.phone(SHOP), lab.customer(AWA)
    phone.automatic.greeting, phone.automatic.after = "Bienvenue", 0.0
    await awa.say(group.address, "bonjour à tous")
    await awa.say(SHOP, "bonjour")
    [heard] = await awa.wait_heard(1)
    assert (heard.chat, heard.text) == (SHOP, "Bienvenue")


async def test_a_client_learns_from_the_ack_that_its_members_are_old(
    lab: Lab, client: NeonizeClient, group: Group
) -> None:
    await client.do("send", to=str(group.jid), text="un")
    fatou = lab.customer("+221770000103")
    lab.server.groups.add(group, fatou.account.number)  # and nobody is told
    # One after the other: a client that answers a retry while it sends may use one counter twice.
    for count, text in enumerate(("deux", "trois"), 1):
        await client.do("send", to=str(group.jid), text=text)
        assert (await fatou.wait_heard(count))[-1].text == text
    asked = [mark for entry in lab.ledger.entries(sender=SHOP) for mark in entry.receipts_of("retry")]
    assert len(asked) == 1, "the second one came with the key"


async def test_a_message_that_comes_twice_is_told_once(lab: Lab, client: NeonizeClient, group: Group) -> None:
    lab.faults.duplicate(SHOP)
    await lab.customer(AWA).say(group.address, "une fois")
    await lab.customer(AWA).say(group.address, "et puis")
    await client.wait("message", text="et puis")
    assert len([each for each in client.seen("message") if each["text"] == "une fois"]) == 1


async def test_typing_shows_in_the_group(lab: Lab, client: NeonizeClient, group: Group) -> None:
    await lab.customer(AWA).typing(group.address)
    assert (await client.wait("typing"))["sender"] == names(lab, group, AWA)[0]


async def test_a_restarted_lab_keeps_groups_and_keys(tmp_path: Path) -> None:
    async with open_lab(tmp_path / "lab") as lab, neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        lab.customer(AWA)
        group = lab.people.group("Tontine", [SHOP, AWA])
        await lab.customer(AWA).say(group.address, "un")
        await client.wait("message", text="un")
        await client.kill()

    async with open_lab(tmp_path / "lab") as lab, neonize(lab, tmp_path / "session.db") as client:
        await client.wait("connected")
        assert lab.people.groups() == [group]
        await lab.customer(AWA).say(group.address, "deux")
        await client.wait("message", text="deux")
        assert not client.seen("undecryptable")
        assert not [report for report in client.seen("message") if report["key_only"]]
