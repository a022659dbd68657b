"""Does what a colleague's message asks for, and answers once."""

import re

from comptoir.plugins.api import Context, Message, Quote
from comptoir.plugins.builtin.desk import asked, figures, goods, orders
from comptoir.plugins.builtin.desk.asked import Entry, Question
from comptoir.plugins.builtin.desk.commands import (
    AboutPrice,
    AboutStock,
    AddToShop,
    Command,
    Figures,
    Hide,
    Pause,
    Pick,
    Plain,
    SetOrder,
    SetQuoted,
    ShowOrder,
    Unknown,
    Wrong,
)
from comptoir.plugins.builtin.desk.pausing import pause
from comptoir.plugins.builtin.desk.reading import read_commands
from comptoir.plugins.builtin.desk.sitting import Sitting
from comptoir.plugins.builtin.handover.asking import is_pleasantry
from comptoir.plugins.builtin.handover.commands import Command as OfConversation
from comptoir.plugins.builtin.handover.desk import help_text
from comptoir.plugins.text import words

_MAX_SAID = 60
# In the first line of our notices. A customer's name or words, which stand in them too, must pass for no number.
_ORDER = re.compile(r"^(?:[🛒✅] )?(?:la )?(?:commande|order)\D{1,6}(\d{1,9})\b", re.IGNORECASE)
_CONVERSATION = re.compile(r"(?:\bconversation |^💬 )(\d{1,9})\b", re.IGNORECASE)
_OF_CONVERSATIONS = re.compile(r"(?:[🙋➡⏰🛑💬]|(?:la )?conversation \d)", re.IGNORECASE)
"""How those of our notices begin that name a conversation: in others its number can only be a customer's word."""


async def answer(context: Context, message: Message) -> None:
    """All that it asks for, in its order; one reply, with the question last."""
    sitting = Sitting(context, message)
    catalogue = await context.catalogue()
    commands = _read(context, message, catalogue.currency if catalogue else "XOF")
    if context.held and all(isinstance(command, Unknown) for command in commands):
        return  # whatever writes there may be a machine: two that answer each other never end
    question = await asked.open_question(context, message)
    for place, command in enumerate(commands):
        # A yes is to what was asked before this message, and to nothing that was said in between.
        await _do(sitting, _as_answer(command, message, question), question if place == 0 else None)
    if not commands and message.kind == "image":
        sitting.say("picture")
    elif not commands and message.kind != "sticker":
        await _say_commands(sitting)
    if sitting.question is not None:
        sitting.said.append(await goods.in_words(sitting, sitting.question))
        asked.ask(context, sitting.question, "\n".join(sitting.said))
    elif question is not None:
        asked.forget(context)
    if sitting.said:
        context.reply("\n".join(sitting.said))


def _read(context: Context, message: Message, currency: str) -> tuple[Command, ...]:
    """What the message asks for. Free words below a notice about a conversation are said there."""
    if not message.text.strip():
        return ()
    people = [member.name for member in context.tenant.team]
    commands = read_commands(message.text, people, currency, joined=len(message.ids) > 1)
    about = message.quote if message.quote is not None and _OF_CONVERSATIONS.match(message.quote.text) else None
    number = _named_in(about, _CONVERSATION)
    if number is not None and isinstance(commands[0], Unknown | Plain | SetQuoted | Pick):
        return (OfConversation(number, "say", message.text.strip()),)
    return commands


async def _do(sitting: Sitting, command: Command, question: Question | None) -> None:
    if not sitting.is_owner and _is_owners(command):
        sitting.say("owner_only")
        return
    match command:
        case Plain() | Pick() | Unknown():
            await _hear(sitting, command, question)
        case AboutStock() | AboutPrice() | AddToShop() | Hide():
            await goods.do(sitting, command)
        case ShowOrder():
            await orders.show_order(sitting, command)
        case SetOrder():
            await orders.set_order(sitting, command)
        case SetQuoted():
            await orders.set_quoted(sitting, command, _named_in(sitting.message.quote, _ORDER))
        case OfConversation():
            await orders.in_conversation(sitting, command)
        case Pause(on):
            await pause(sitting, on=on)
        case Figures(day):
            sitting.said.append(await figures.of_day(sitting.context, day))
        case Wrong(what):
            sitting.say(f"{what}_wrong")


async def _hear(sitting: Sitting, command: Plain | Pick | Unknown, question: Question | None) -> None:
    """What may be an answer to the open question."""
    entry = _entry(command, question)
    match command:
        case _ if question is not None and entry is not None:
            await goods.chosen(sitting, question, entry)
        case Plain("yes" | "agreed") if question is not None and question.wants_yes:
            await goods.agreed(sitting, question)
        case Plain("no") if question is not None:
            sitting.say("nothing_done")
        case Plain("yes" | "agreed") if question is not None:
            sitting.question = question  # which one, they have not said
        case Plain("yes" | "no"):
            sitting.say("no_question")
        case Plain("agreed" | "thanks"):
            pass
        case Unknown(said) if not words(said):
            pass  # an emoji
        case Plain("orders"):
            await orders.list_orders(sitting)
        case Plain("conversations"):
            await orders.list_conversations(sitting)
        case Pick(number):
            await orders.show_order(sitting, ShowOrder(number))
        case _:
            await _say_commands(sitting, command.said if isinstance(command, Unknown) else "")


def _as_answer(command: Command, message: Message, question: Question | None) -> Command:
    """`Confirme` and `annule` are a yes and a no, where something is asked and no order is quoted."""
    match command:
        case SetQuoted("confirmed" | "cancelled" as said) if question is not None and message.quote is None:
            return Plain("yes" if said == "confirmed" else "no")
    return command


def _entry(command: Command, question: Question | None) -> Entry | None:
    """The one of those that were listed, by its number or by words of its own."""
    entries = question.entries if question is not None else ()
    match command:
        case Pick(number):
            return entries[number - 1] if 1 <= number <= len(entries) else None
        case Unknown(said):
            meant = [entry for entry in entries if set(words(said)) <= set(words(entry.title))]
            return meant[0] if len(meant) == 1 else None
    return None


def _is_owners(command: Command) -> bool:
    """Not the team's: what is sold and for how much, whether money came, how much there was, and when to be silent."""
    match command:
        case AboutStock(_, value):
            return value is not None
        case AboutPrice(_, price):
            return price is not None
        case SetOrder(_, to):
            return to in ("paid", "open")
    return isinstance(command, AddToShop | Hide | Pause | Figures)


def _named_in(quote: Quote | None, what: re.Pattern[str]) -> int | None:
    """The number of what a message of ours is about; none where it may be one of two."""
    first = quote.text.partition("\n")[0] if quote is not None and quote.ours else ""
    found = {int(number) for number in what.findall(first)}
    return found.pop() if len(found) == 1 else None


async def _say_commands(sitting: Sitting, said: str = "") -> None:
    """The list, after what was not understood; once in an answer."""
    if said and not is_pleasantry(said):
        sitting.say("not_understood", said=" ".join(said.split())[:_MAX_SAID])
    product, price = await goods.example(sitting.context)
    keys = ("commands_orders", "commands_owner") if sitting.is_owner else ("commands_orders", "commands_stock")
    commands = "\n".join(sitting.context.wording(key, product=product, price=price) for key in keys)
    listed = sitting.context.wording("commands", commands=commands, conversations=help_text(sitting.context))
    if listed not in sitting.said:
        sitting.said.append(listed)
