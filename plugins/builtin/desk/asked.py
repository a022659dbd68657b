"""The desk's open question to somebody: a yes or a number counts only for what was asked last, and for ten minutes."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from comptoir.plugins.api import Context, Message

KEY = "asked"
COUNTS = timedelta(minutes=10)
Wanted = Literal["price", "stock", "hide", "show"]


@dataclass(frozen=True, slots=True)
class NewPrice:
    sku: str
    price: int
    was: int


@dataclass(frozen=True, slots=True)
class NewProduct:
    name: str
    price: int
    pictured: bool = False
    """Whether it was said below a picture."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What may be chosen: one or several of what is sold."""

    title: str
    skus: tuple[str, ...]
    settled: bool = True
    """All of these are meant; else it is asked which of them."""


@dataclass(frozen=True, slots=True)
class Question:
    """New prices or a product that want a yes, or entries to choose from for what is `wanted`."""

    prices: tuple[NewPrice, ...] = ()
    product: NewProduct | None = None
    wanted: Wanted = "price"
    value: int | str | None = None
    entries: tuple[Entry, ...] = ()
    at: str = ""
    text: str = ""
    """In which words it was asked."""

    @property
    def wants_yes(self) -> bool:
        return bool(self.prices) or self.product is not None


_ADAPTER: TypeAdapter[Question] = TypeAdapter(Question)


async def open_question(context: Context, message: Message) -> Question | None:
    """What this person was asked last, unless it is too long ago or they quote something else."""
    kept = await context.get(KEY)
    if kept is None:
        return None
    try:
        question = _ADAPTER.validate_python(kept)
    except ValidationError:
        return None
    since = max(message.time, context.now) - datetime.fromisoformat(question.at)
    quote = message.quote
    other = quote is not None and not (quote.ours and quote.text and quote.text.strip() in question.text)
    return None if since > COUNTS or other else question


def ask(context: Context, question: Question, text: str) -> None:
    data: dict[str, Any] = asdict(replace(question, at=context.now.isoformat(), text=text))
    data["prices"] = [asdict(price) for price in question.prices]
    data["entries"] = [asdict(entry) | {"skus": list(entry.skus)} for entry in question.entries]
    context.put(KEY, data)


def forget(context: Context) -> None:
    context.put(KEY, None)
