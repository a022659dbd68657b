"""What is sold, at the desk: prices, stock, what is added and taken off. A new price is asked back before it counts."""

from collections.abc import Sequence

from comptoir.plugins.api import Context, ReceivedFile
from comptoir.plugins.builtin.desk.asked import Entry, NewPrice, Question
from comptoir.plugins.builtin.desk.commands import AboutPrice, AboutStock, AddToShop, Hide
from comptoir.plugins.builtin.desk.finding import MOST_ENTRIES, hidden, named, of_product, title
from comptoir.plugins.builtin.desk.sitting import Sitting
from comptoir.plugins.shop.changes import MAX_NAME
from comptoir.plugins.shop.model import AddProduct, Catalogue, ChangeProduct
from comptoir.plugins.shop.money import format_amount
from comptoir.plugins.text import words

MOST_LISTED = 30


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
            await _wanted(sitting, catalogue, name, Question(wanted="hide"))
        case Hide(name):
            await _restore(sitting, catalogue, name)
        case AddToShop():
            _add(sitting, catalogue, command)


async def _restore(sitting: Sitting, catalogue: Catalogue, name: str) -> None:
    among = await hidden(sitting.context, catalogue)
    sold = await named(sitting.context, catalogue, name, whole=True)
    gone = await named(sitting.context, among, name, whole=True)
    if isinstance(gone, str) and not isinstance(sold, str) and len(sold) == 1:
        sitting.say("not_hidden", product=sold[0].title)
    else:
        await _wanted(sitting, among, name, Question(wanted="show"))


def _add(sitting: Sitting, catalogue: Catalogue, command: AddToShop) -> None:
    name = " ".join(command.name.split())
    name = name[:1].upper() + name[1:]
    same = (product for product in catalogue.products if words(product.name) == words(name))
    if len(name) > MAX_NAME or not words(name) or not name.isprintable():
        sitting.say("add_name")
    elif command.price is None:
        sitting.say("add_price", said=name)
    elif known := next(same, None):
        price = format_amount(known.variants[0].price, catalogue.currency)
        sitting.say("add_exists", product=known.name, price=price)
    else:
        sitting.context.do(AddProduct(name, command.price))
        sitting.say("added", product=name, price=format_amount(command.price, catalogue.currency))
        if sitting.message.kind == "image":
            content = sitting.message.content
            kept = isinstance(content, ReceivedFile) and content.kept
            sitting.say("added_picture" if kept else "added_no_picture")


async def chosen(sitting: Sitting, question: Question, entry: Entry) -> None:
    """The one they meant, of those that were shown."""
    catalogue = await sitting.context.catalogue()
    if catalogue is None:
        sitting.say("no_catalogue")
        return
    among = await hidden(sitting.context, catalogue) if question.wanted == "show" else catalogue
    await _settle(sitting, among, question, (entry,))


async def agreed(sitting: Sitting, question: Question) -> None:
    """Yes to these prices, unless one of them is no longer what it was when it was asked."""
    catalogue = await sitting.context.catalogue()
    if catalogue is None:
        sitting.say("no_catalogue")
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
        price = format_amount(new.price, catalogue.currency)
        sitting.say("price_done", product=title(catalogue, sku), price=price)


# --- one thing of the catalogue


async def _wanted(sitting: Sitting, catalogue: Catalogue, said: str, question: Question) -> None:
    found = await named(sitting.context, catalogue, said, whole=question.wanted in ("hide", "show"))
    if isinstance(found, str):
        sitting.say("no_product", said=said)
        if found:
            sitting.say("nearest", products=found)
    else:
        await _settle(sitting, catalogue, question, found)


async def _settle(sitting: Sitting, catalogue: Catalogue, question: Question, entries: Sequence[Entry]) -> None:
    """Do it where one thing is meant; else ask which."""
    if len(entries) == 1 and entries[0].settled:
        await _do(sitting, catalogue, question, entries[0].skus)
        return
    if question.value is None and question.wanted in ("price", "stock"):
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
                shown = format_amount(catalogue.by_sku[sku][1].price, catalogue.currency)
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
            shown = format_amount(price, catalogue.currency)
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
    lines = (
        sitting.context.wording(
            "price_change",
            product=title(catalogue, new.sku),
            was=format_amount(new.was, catalogue.currency),
            price=format_amount(new.price, catalogue.currency),
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
