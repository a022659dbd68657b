"""A shop's day of everything that may be said, each word of it made up and remembered as planted."""

import secrets
import struct
from pathlib import Path

import judge
import media_rig
import rig
import trio

from comptoir.lab.customer import Customer
from comptoir.lab.kinds import Card, Deletion, Edit, File, Location, Poll, Vote
from comptoir.sessions.protocol import RpcError
from leaks import faulty
from leaks.scanner import Planted, number, windows

JOURNAL, SESSION, MEDIA, REGISTRY, TOLD = "tenant.db", "session.db", "/media/", "registry.db", ""
"""Where a planted thing is kept; what is only TOLD is found wherever somebody writes down what is said."""
OGG = b"OggS\x00\x02"
SHOP, SECOND, OWNER = "77 000 00 01", "77 000 00 02", "77 888 77 66"


def word(kind: str) -> str:
    """Nobody has ever said it, so that where it is found it was said here."""
    return f"{kind} é {secrets.token_hex(8)}"


class Day:
    """What was planted so far, and who is there."""

    def __init__(self, here: rig.Rig, folder: Path) -> None:
        self.here = here
        self.folder = folder
        """A place for files to be sent, which is nobody's but the operator's."""
        self.planted: list[Planted] = []
        self.shop: rig.Shop
        self.aminata: Customer
        self.binta: Customer

    def plant(self, what: str, kept: str, *values: str | bytes, owners: bool = False) -> None:
        self.planted.append(Planted(what, values, kept, owners))

    def text(self, what: str, kept: str = JOURNAL, *, owners: bool = False) -> str:
        """A text, planted."""
        made = word(what)
        self.plant(what, kept, made, owners=owners)
        return made

    def person(self, what: str, name: str, e164: str) -> Customer:
        """A customer whose number, hidden id and name are planted."""
        shown = self.text(f"{what}'s name", SESSION)
        someone = self.here.lab.customer(e164, name=shown)
        self.plant(f"{what}'s number", JOURNAL, *number(e164, e164.removeprefix("+221")))
        lid = str(someone.lid.user)
        self.plant(f"{what}'s hidden id", SESSION, lid, struct.pack("<q", int(lid)))
        return someone

    def file(self, what: str, head: bytes, size: int = 60_000) -> bytes:
        content = head + secrets.token_bytes(size - len(head))
        self.plant(what, MEDIA, *windows(content[len(head) :]))
        return content

    def media_key(self, what: str) -> None:
        """That of the newest file that the shop's phone has seen."""
        shown = next(item.content.file for item in reversed(self.shop.phone.heard()) if item.content.file)
        self.plant(f"{what}'s media key", JOURNAL, bytes.fromhex(shown.media_key))


async def open_shops(day: Day) -> None:
    """One shop linked by a scan and one by a code typed in."""
    here = day.here
    owner = "+221" + OWNER.replace(" ", "")
    day.plant("the owner's number", JOURNAL, *number(owner, owner.removeprefix("+221")), owners=True)
    number_of_shop = "+221" + SHOP.replace(" ", "")
    day.plant("the shop's number", SESSION, *number(number_of_shop, number_of_shop.removeprefix("+221")))
    here.lab.phone(number_of_shop, name=day.text("the shop's name", TOLD))
    answer = day.text("an answer", owners=True)
    config = (
        f'version = 1\nname = "Chez Awa"\nlang = "fr"\ncountry = "SN"\ntimezone = "Africa/Dakar"\nowner = "{owner}"\n'
        'pipeline = ["faulty", "answers"]\n\n[[plugins.answers.entries]]\nwords = ["menu"]\n'
        f'text = "{answer}"\n'
    )
    day.shop = await here.add_shop("chez-awa", number_of_shop, config)
    second = "+221" + SECOND.replace(" ", "")
    day.plant("the second shop's number", SESSION, *number(second, second.removeprefix("+221")))
    here.shops["second"] = rig.Shop("second", second, here.lab.phone(second, name="Second"))
    await here.call("tenant.add", tenant="second")
    async with here.linking("second", code=second) as attempt:
        code = (await attempt.next("pairing_code"))["code"]
        day.plant("a pairing code", TOLD, code, code.replace("-", ""))
        await here.shops["second"].phone.enter_code(code)
        await attempt.next("linked")
    await here.wait_state("second", "online")
    await here.lab.server.wait_ready(here.shops["second"].phone.companions[-1])


async def talk(day: Day) -> None:
    """Two customers, one by a number and one hidden, the owner's hand, an operator, and a plugin that fails."""
    here, shop = day.here, day.shop
    day.aminata = day.person("Aminata", "Aminata", "+221772345098")
    day.binta = day.person("Binta", "Binta", "+221776543210")
    say = day.aminata.say
    await say(shop.number, f"{day.text('a question')} menu svp")
    await day.binta.say(shop.number, f"{day.text('a question from a hidden id')} menu svp", as_lid=True)
    await say(shop.number, f"{day.text('a number in a text')} : 77 234 50 98, ou +221 77 654 32 10")
    failing = f"{faulty.ASKED} {day.text('what a plugin fails on')}"
    day.plant("what a plugin's error says", TOLD, faulty.told(failing))
    await say(shop.number, failing)
    edited = await say(shop.number, day.text("a text that was changed", TOLD))
    taken_back = await say(shop.number, day.text("a text that was taken back", TOLD))
    # What is taken back at once is written nowhere.
    await judge.settle(here, shop)
    await day.aminata.post(shop.number, Edit(edited, day.text("what it was changed into")))
    await day.aminata.post(shop.number, Deletion(taken_back))
    await judge.settle(here, shop)
    await here.call("send", tenant=shop.name, to=day.aminata.number, text=day.text("an operator's text"),
                    client_key=day.text("a client's key"))  # fmt: skip
    await shop.phone.say(day.binta.number, day.text("what the owner wrote by hand"))
    imagined = "+221" + "775554433"
    day.plant("an imagined number", TOLD, *number(imagined, "775554433"))
    await here.call("try", tenant=shop.name, text=day.text("an imagined text", TOLD), **{"from": imagined})
    await judge.settle(here, shop)


async def send_things(day: Day) -> None:
    """Files, places, cards and polls, both ways."""
    here, shop, aminata = day.here, day.shop, day.aminata
    photo = day.file("a photo", media_rig.JPEG)
    await aminata.post(shop.number, File("image", photo, caption=day.text("a caption")))
    await judge.settle(here, shop)
    day.media_key("a photo")
    await aminata.post(shop.number, File("voice", day.file("a voice note", OGG), seconds=7))
    name = day.text("a file's name")
    await aminata.post(shop.number, File("document", day.file("a document", media_rig.PDF), name=f"{name}.pdf"))
    place = Location(14.693712345, -17.447987654, day.text("a place's name"), day.text("a place's address"))
    day.plant("a place", JOURNAL, "14.693712345", struct.pack("<d", 14.693712345), struct.pack(">d", 14.693712345))
    await aminata.post(shop.number, place)
    holder, in_card = day.text("a card's name"), "+221768889900"
    day.plant("a number in a card", JOURNAL, *number(in_card, "768889900"))
    await aminata.post(shop.number, Card(holder, f"BEGIN:VCARD\nFN:{holder}\nTEL:{in_card}\nEND:VCARD"))
    options = (day.text("an option"), day.text("another option"))
    poll = await aminata.post(shop.number, Poll(day.text("a poll's question"), options))
    await aminata.post(shop.number, Vote(poll, options[:1]))
    await judge.settle(here, shop)
    sent = day.text("the name of a file that we send")
    file = day.folder / f"{sent}.pdf"
    file.write_bytes(day.file("a file that we send", media_rig.PDF))
    await media_rig.send_file(here, shop.name, aminata.number, file, text=day.text("what we send with a file"))
    await judge.settle(here, shop, within=60)
    id = next(row["id"] for row in await here.messages(shop.name) if row["kind"] == "image")
    assert await media_rig.get_file(here, shop.name, id) == photo


async def go_wrong(day: Day) -> str:
    """A wrong file and wrong calls, whose words are nobody's to write down either; what the file should say."""
    here, shop = day.here, day.shop
    file = _tenant_file(day)
    right = file.read_text()
    wrong = day.text("what a wrong file says", TOLD, owners=True)
    file.write_text(f'{right}\n[plugins.{secrets.token_hex(4)}]\ntext = "{wrong}"\n')
    for method, params in (
        ("reload", {}),
        ("send", {"to": day.text("a wrong receiver", TOLD), "text": day.text("a text to nobody", TOLD)}),
        ("messages", {"chat": day.text("a wrong chat", TOLD)}),
        ("send", {"to": day.aminata.number, "text": "x", "file": day.text("a wrong file", TOLD)}),
    ):
        try:
            await here.call(method, tenant=shop.name, **params)
        except RpcError:
            continue
        raise AssertionError(f"{method} was taken")
    async with await trio.open_unix_socket(str(here.home / "run/control.sock")) as stream:
        await stream.send_all(f"{day.text('nonsense at the socket', TOLD)}\n".encode())
        await stream.receive_some()
    return right


async def mend(day: Day, right: str) -> None:
    _tenant_file(day).write_text(right)
    await day.here.call("reload", tenant=day.shop.name)


def _tenant_file(day: Day) -> Path:
    return day.here.home / "config/tenants/chez-awa/tenant.toml"
