"""What a tenant decides about its clerk."""

from typing import Annotated

from pydantic import AfterValidator, Field

from comptoir.plugins.api import PluginConfig
from comptoir.plugins.models import ModelLimits
from comptoir.plugins.wording import MAX_TEXT, CustomerText, OneLine, with_fields


class LimitsTable(PluginConfig):
    chat_tokens: Annotated[int, Field(ge=0, le=10**9)] | None = None
    """Of one chat, both ways."""
    tenant_tokens: Annotated[int, Field(ge=0, le=10**9)] | None = None
    """Of all chats together."""
    chat_cost: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """The same in the currency that the operator pays in."""
    tenant_cost: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """The same in the currency that the operator pays in."""

    def limits(self) -> ModelLimits:
        return ModelLimits(**self.model_dump())


class ClerkConfig(PluginConfig):
    greeting: CustomerText | None = None
    """What is said to somebody who only greets, where no plugin before has greeted; else words of ours."""
    pickup: bool = True
    """Customers may come for what they order."""
    ask_address: bool = True
    """Where exactly, besides the zone: words, or a shared location."""
    ask_name: bool = True
    """The name that the order is for, where the customer has not told it."""
    ask_time: bool = False
    """When they want it."""
    payment: Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(with_fields("number", "total"))] | None = None
    """How to pay, below the receipt: `{total}` and `{number}` are filled in."""
    prepaid: bool = False
    """An order stays new until its payment is confirmed."""
    photos: bool = True
    """A product's picture is sent to who asks for it."""
    forget_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 48
    """A cart that nobody touched for so long is asked about before it goes on."""
    to: Annotated[tuple[OneLine, ...], Field(min_length=1, max_length=20)] = ("owner",)
    """Who is told where a person is to go on: `owner`, `team` for all of it, or names in it."""
    model: OneLine | None = None
    """The operator's language model that answers, by its name; none for the offline brain alone."""
    persona: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    """How the model speaks, in a few words: `Tu tutoies les clients.` It gives no prices and no promises."""
    limits: LimitsTable = LimitsTable()
    """What the model may cost in a day, below what the operator allows."""
