"""What is sold, at the desk: prices, stock, what is added and taken off. A new price is asked back before it counts."""

from collections.abc import Sequence

from comptoir.plugins.api import Context
from comptoir.plugins.builtin.desk import adding, amounts
from comptoir.plugins.builtin.desk.asked import Entry, NewPrice, Question
from comptoir.plugins.builtin.desk.commands import AboutPrice, AboutStock, AddToShop, Hide
from comptoir.plugins.builtin.desk.finding import (
    MOST_ENTRIES,
    called,
    exactly,
    hidden,
    named,
    of_product,
    title,
    unread,
)
from comptoir.plugins.builtin.desk.sitting import Sitting
from comptoir.plugins.shop.model import Catalogue, ChangeProduct

MOST_LISTED = 30
_VALUED = ("price", "stock")


async def do(sitting: Sitting, command: AboutStock | AboutPrice | AddToShop | Hide) -> None:
    """What is asked for, or the question which one is meant."""
    catalogue = await sitting.context.catalogue()
    if catalogue is None:
        sitting.say("no_catalogue")
        return
    match command:
        case AboutStock(""):
            await _list_stock(sitting, catalogue)
        case AboutStock(name, value):
            await _wanted(sitting, catalogue, name, Question(wanted="stock", value=value))
        case AboutPrice(name, price):
            await _wanted(sitting, catalogue, name, Question(wanted="price", value=price))
        case Hide(name, True):
            await _take_off(sitting, catalogue, name)
        case Hide(name):
            await _restore(sitting, catalogue, name)
        case AddToShop():
            await adding.add(sitting, catalogue, command)


async def _restore(sitting: Sitting, catalogue: Catalogue, name: str) -> None:
    among = await hidden(sitting.context, catalogue)
    sold = await named(sitting.context, catalogue, name, whole=True)
    gone = await named(sitting.context, among, name, whole=True)
    if isinstance(gone, str) and not isinstance(sold, str) and len(sold) == 1:
        sitting.say("not_hidden", product=sold[0].title)
    else:
        await _wanted(sitting, among, name, Question(wanted="show"))


async def _take_off(sitting: Sitting, catalogue: Catalogue, name: str) -> None:
    among = await hidden(sitting.context, catalogue)
    gone = None if exactly(catalogue, name) else exactly(among, name)
    if gone is None and isinstance(await named(sitting.context, catalogue, name, whole=True), str):
        alike = called(among, name)
        gone = alike[0] if len(alike) == 1 else None
    if gone is not None:
        sitting.say("hidden_already", product=gone.name)
    else:
        await _wanted(sitting, catalogue, name, Question(wanted="hide"))


async def chosen(sitting: Sitting, question: Question, entry: Entry) -> None:
    """The one they meant, of those that were shown."""
    catalogue = await sitting.context.catalogue()
    if catalogue is None:
        sitting.say("no_catalogue")
        return
    among = await hidden(sitting.context, catalogue) if question.wanted == "show" else catalogue
    await _settle(sitting, among, question, (entry,))


async def agreed(sitting: Sitting, question: Question) -> None:
    """Yes to a product more, or to these prices, unless one of them is no longer what it was when it was asked."""
    catalogue = await sitting.context.catalogue()
    if catalogue is None:
        sitting.say("no_catalogue")
        return
    if question.product is not None:
        await adding.agreed(sitting, catalogue, question.product)
        return
    asked = {new.sku: new for new in question.prices}
    if any(sku not in catalogue.by_sku or catalogue.by_sku[sku][1].price != new.was for sku, new in asked.items()):
        sitting.say("price_moved")
        for sku, new in asked.items():
            if sku in catalogue.by_sku:
                _ask_price(sitting, catalogue, [sku], new.price)
        return
    for sku, new in asked.items():
        sitting.context.do(ChangeProduct(sku, "price", new.price))
        price = amounts.in_words(sitting, catalogue, new.price)
        sitting.say("price_done", product=title(catalogue, sku), price=price)


# --- one thing of the catalogue


async def _wanted(sitting: Sitting, catalogue: Catalogue, said: str, question: Question) -> None:
    found = await named(sitting.context, catalogue, said, whole=question.wanted in ("hide", "show"))
    if question.wanted in _VALUED and await _has_a_value(sitting, catalogue, said, found):
        sitting.say(f"{question.wanted}_wrong")
    elif isinstance(found, str):
        sitting.say("no_product", said=said)
        if found:
            sitting.say("nearest", products=found)
    else:
        await _settle(sitting, catalogue, question, found)


async def _has_a_value(sitting: Sitting, catalogue: Catalogue, said: str, found: Sequence[Entry] | str) -> bool:
    """Whether it has a number that is no part of what is sold, and so a value that was not read: nobody must take it
    for done.
    """
    if not isinstance(found, str):
        return unread(catalogue, found, said)
    name, _, last = said.rpartition(" ")
    is_value = bool(name) and any(map(str.isdigit, last))
    return is_value and not isinstance(await named(sitting.context, catalogue, name), str)


async def _settle(sitting: Sitting, catalogue: Catalogue, question: Question, entries: Sequence[Entry]) -> None:
    """Do it where one thing is meant; else ask which."""
    if len(entries) == 1 and entries[0].settled:
        await _do(sitting, catalogue, question, entries[0].skus)
        return
    if question.value is None and question.wanted in _VALUED:
        skus = [sku for entry in entries for sku in entry.skus]
        await _do(sitting, catalogue, question, skus[:MOST_LISTED])  # only shown
        return
    if len(entries) == 1:
        entries = of_product(catalogue, entries[0].skus, sitting.context.wording("all_of_them"))
    if len(entries) > MOST_ENTRIES:
        sitting.say("too_many")
    elif sitting.question is not None:
        sitting.say("one_question", said=entries[0].title)
    else:
        sitting.question = Question(wanted=question.wanted, value=question.value, entries=tuple(entries))


async def _do(sitting: Sitting, catalogue: Catalogue, question: Question, skus: Sequence[str]) -> None:
    match question.wanted, question.value:
        case "price", int(price):
            _ask_price(sitting, catalogue, skus, price)
        case "price", _:
            for sku in skus:
                shown = amounts.in_words(sitting, catalogue, catalogue.by_sku[sku][1].price)
                sitting.say("price_is", product=title(catalogue, sku), price=shown)
        case "stock", None:
            left = (await sitting.context.stock(skus)).left
            for sku in skus:
                sitting.say("stock_is", product=title(catalogue, sku), left=_left(sitting, left.get(sku)))
        case "stock", value:
            await _set_stock(sitting, catalogue, skus, value if isinstance(value, int) else None)
        case _:
            takes_off = question.wanted == "hide"
            for sku in skus:
                sitting.context.do(ChangeProduct(sku, "hidden", takes_off))
                sitting.say("hidden" if takes_off else "restored", product=title(catalogue, sku))


async def _set_stock(sitting: Sitting, catalogue: Catalogue, skus: Sequence[str], value: int | None) -> None:
    left = (await sitting.context.stock(skus)).left
    for sku in skus:
        sitting.context.do(ChangeProduct(sku, "stock", value))
        was, now = _left(sitting, left.get(sku)), _left(sitting, value)
        sitting.say("stock_done", product=title(catalogue, sku), left=now, was=was)


def _ask_price(sitting: Sitting, catalogue: Catalogue, skus: Sequence[str], price: int) -> None:
    """Every new price of a message in one question; it comes last in the answer."""
    open_question = sitting.question
    if open_question is not None and not open_question.prices:
        sitting.say("one_question", said=title(catalogue, skus[0]))
        return
    wanted = list(open_question.prices) if open_question else []
    for sku in skus:
        was = catalogue.by_sku[sku][1].price
        if was == price:
            shown = amounts.in_words(sitting, catalogue, price)
            sitting.say("price_same", product=title(catalogue, sku), price=shown)
        else:
            wanted = [new for new in wanted if new.sku != sku] + [NewPrice(sku, price, was)]
    if wanted:
        sitting.question = Question(prices=tuple(wanted))


async def example(context: Context) -> tuple[str, str]:
    """A short name of the shop's own, and a price, to show how commands are written."""
    catalogue = await context.catalogue()
    products = catalogue.products[:MOST_LISTED] if catalogue else ()
    shortest = min(products, key=lambda product: len(product.name), default=None)
    return (shortest.name, str(shortest.variants[0].price)) if shortest else ("poulet", "3500")


async def in_words(sitting: Sitting, question: Question) -> str:
    """How it is asked."""
    if question.entries:
        choices = "\n".join(f"{number}. {entry.title}" for number, entry in enumerate(question.entries, 1))
        return sitting.context.wording("which", choices=choices)
    catalogue = await sitting.context.catalogue()
    assert catalogue is not None
    if question.product is not None:
        return adding.question(sitting, catalogue, question.product)
    lines = (
        sitting.context.wording(
            "price_change",
            product=title(catalogue, new.sku),
            was=amounts.in_words(sitting, catalogue, new.was),
            price=amounts.in_words(sitting, catalogue, new.price),
        )
        for new in question.prices
    )
    return sitting.context.wording("price_ask", changes="\n".join(lines))


async def _list_stock(sitting: Sitting, catalogue: Catalogue) -> None:
    """All that is counted, what is short first."""
    left = (await sitting.context.stock(list(catalogue.by_sku))).left
    if not left:
        sitting.say("stock_none")
        return
    shown = sorted(left.items(), key=lambda item: (item[1], title(catalogue, item[0])))
    for sku, pieces in shown[:MOST_LISTED]:
        sitting.say("stock_is", product=title(catalogue, sku), left=_left(sitting, pieces))
    if len(shown) > MOST_LISTED:
        sitting.said.append(f"… + {len(shown) - MOST_LISTED}")


def _left(sitting: Sitting, pieces: int | None) -> str:
    if pieces is None:
        return sitting.context.wording("uncounted")
    return str(pieces) if pieces else sitting.context.wording("sold_out")
