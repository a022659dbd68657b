"""A product more, at the desk; where the shop has something of that name, it is asked whether it is another."""

from comptoir.plugins.api import ReceivedFile
from comptoir.plugins.builtin.desk.amounts import in_words
from comptoir.plugins.builtin.desk.asked import NewProduct, Question
from comptoir.plugins.builtin.desk.commands import AddToShop
from comptoir.plugins.builtin.desk.finding import called, exactly, hidden
from comptoir.plugins.builtin.desk.sitting import Sitting
from comptoir.plugins.shop.changes import MAX_NAME
from comptoir.plugins.shop.model import AddProduct, Catalogue
from comptoir.plugins.text import words


async def add(sitting: Sitting, catalogue: Catalogue, command: AddToShop) -> None:
    """Sell it, or say why not, or ask."""
    name = " ".join(command.name.split())
    name = name[:1].upper() + name[1:]
    if len(name) > MAX_NAME or not words(name) or not name.isprintable():
        sitting.say("add_name")
    elif command.price is None:
        sitting.say("add_price", said=name)
    elif known := exactly(catalogue, name):
        price = in_words(sitting, catalogue, known.variants[0].price)
        sitting.say("add_exists", product=known.name, price=price)
    elif taken_off := exactly(await hidden(sitting.context, catalogue), name):
        sitting.say("hidden_already", product=taken_off.name)
    elif not called(catalogue, name):
        _do(sitting, catalogue, NewProduct(name, command.price), has_picture=sitting.message.kind == "image")
    elif sitting.question is not None:
        sitting.say("one_question", said=name)
    else:
        sitting.question = Question(product=NewProduct(name, command.price, sitting.message.kind == "image"))


async def agreed(sitting: Sitting, catalogue: Catalogue, product: NewProduct) -> None:
    """Yes: it is another one. A picture that came with the question is not the answer's."""
    if exactly(catalogue, product.name):
        await add(sitting, catalogue, AddToShop(product.name, product.price))
    else:
        _do(sitting, catalogue, product, has_picture=product.pictured)


def question(sitting: Sitting, catalogue: Catalogue, product: NewProduct) -> str:
    """How it is asked: with those that have the name, and what to write where one of them was meant."""
    alike = called(catalogue, product.name)
    sold = "\n".join(
        sitting.context.wording("price_is", product=one.name, price=in_words(sitting, catalogue, one.variants[0].price))
        for one in alike
    )
    price = in_words(sitting, catalogue, product.price)
    return sitting.context.wording("add_ask", name=product.name, price=price, sold=sold, product=alike[0].name)


def _do(sitting: Sitting, catalogue: Catalogue, product: NewProduct, *, has_picture: bool) -> None:
    sitting.context.do(AddProduct(product.name, product.price))
    sitting.say("added", product=product.name, price=in_words(sitting, catalogue, product.price))
    if has_picture:
        content = sitting.message.content
        kept = isinstance(content, ReceivedFile) and content.kept
        sitting.say("added_picture" if kept else "added_no_picture")
