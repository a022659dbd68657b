"""Many customers writing at once, and the judgement afterwards: each answered once, in order, from the right number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import trio
from rig import Rig, Shop

from comptoir.lab.customer import Customer

WORDS = ("menu", "horaire", "adresse", "livraison")


def config(name: str) -> str:
    """A tenant.toml that answers each of WORDS with one text of its own, and nothing else."""
    entries = "".join(
        f'[[plugins.answers.entries]]\nwords = ["{word}"]\ntext = "{name} répond {word}"\n' for word in WORDS
    )
    return (
        f'version = 1\nname = "{name}"\nlang = "fr"\ncountry = "SN"\ntimezone = "Africa/Dakar"\n'
        f'pipeline = ["answers"]\n\n{entries}'
    )


def answer(shop: Shop, word: str) -> str:
    return f"{shop.name} répond {word}"


@dataclass(frozen=True)
class Conversation:
    shop: Shop
    customer: Customer
    as_lid: bool
    secret: bool | None = None
    """Whether messages carry a message secret; None for nine in ten, as in life."""

    async def write(self) -> None:
        for word in WORDS:
            text = f"Bonjour, {word} svp ?"
            await self.customer.say(self.shop.number, text, as_lid=self.as_lid, secret=self.secret)

    async def talk(self, within: float = 60.0) -> None:
        """As people do: each question once the answer to the last one was heard. Fails where one does not come."""
        for count, word in enumerate(WORDS, start=1):
            text = f"Bonjour, {word} svp ?"
            await self.customer.say(self.shop.number, text, as_lid=self.as_lid, secret=self.secret)
            await self.customer.wait_heard(count, seconds=within, sender=self.shop.number)

    @property
    def heard(self) -> list[str]:
        return [item.text for item in self.customer.heard(self.shop.number)]

    @property
    def expected(self) -> list[str]:
        return [answer(self.shop, word) for word in WORDS]


def gather(rig: Rig, shops: Sequence[Shop], customers: int, *, secret: bool | None = None) -> list[Conversation]:
    """`customers` for each shop; every other one writes from a LID."""
    conversations = []
    for index, shop in enumerate(shops):
        for number in range(customers):
            customer = rig.lab.customer(f"+22178{index:03}{number:04}", name=f"Client {index}-{number}")
            conversations.append(Conversation(shop, customer, as_lid=number % 2 == 1, secret=secret))
    return conversations


async def write_all(conversations: Sequence[Conversation]) -> None:
    async with trio.open_nursery() as nursery:
        for conversation in conversations:
            nursery.start_soon(conversation.write)


async def wait_answers(conversations: Sequence[Conversation], within: float) -> None:
    """Until everyone has heard as much as was asked; leaves quietly at the limit, for the judge to say what lacks."""
    with trio.move_on_after(within):
        for conversation in conversations:
            await conversation.customer.wait_heard(len(WORDS), seconds=within, sender=conversation.shop.number)


def answers(conversations: Sequence[Conversation]) -> int:
    """How many answers were heard by now."""
    return sum(len(conversation.heard) for conversation in conversations)


def strangers(conversations: Sequence[Conversation]) -> list[str]:
    """Texts that came from another number than the shop that was written to."""
    return [
        f"{conversation.customer.number} heard {item.text!r} from {item.sender}"
        for conversation in conversations
        for item in conversation.customer.heard()
        if item.sender != conversation.shop.number
    ]


def repeated(conversations: Sequence[Conversation]) -> list[str]:
    """Answers that somebody heard more than once."""
    return [
        f"{conversation.customer.number}: {text!r} × {times}"
        for conversation in conversations
        for text, times in Counter(conversation.heard).items()
        if times > 1
    ]
