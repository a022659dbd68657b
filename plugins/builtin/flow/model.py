"""What a file in `flows/` may say."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from comptoir.plugins.faults import wrong_value
from comptoir.plugins.patterns import TenantPattern
from comptoir.plugins.phrases import Phrase
from comptoir.plugins.wording import MAX_TEXT, OneLine

KNOWN_FIELDS = ("name", "shop", "chat", "answers")
"""What every text of a flow may use beside the answers; `answers` is all of them, a line each."""

Path = tuple[str | int, ...]


def _check_text(text: str) -> str:
    if not text.strip():
        raise wrong_value(("texte vide", "ce que le client doit lire"), ("empty text", "what the customer is to read"))
    return text.strip()


def _check_store(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or name in KNOWN_FIELDS:
        reserved = ", ".join(KNOWN_FIELDS)
        raise wrong_value(
            (f"« {name} »", f"un nom en petites lettres sans accent, comme « adresse », autre que {reserved}"),
            (f'"{name}"', f"a name in small letters, as `address`, other than {reserved}"),
        )
    return name


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_check_text)]
Store = Annotated[str, AfterValidator(_check_store)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Table):
    """A numbered line of a menu."""

    text: OneLine
    words: Annotated[tuple[Phrase, ...], Field(max_length=20)] = ()
    """Other words for it, besides its number and its text."""
    goto: str | None = None
    """Else the step's own."""


class Branch(_Table):
    """A way on that depends on an answer."""

    field: str | None = None
    """Whose answer; else this step's."""
    equals: Annotated[tuple[OneLine, ...], Field(min_length=1, max_length=50)] | None = None
    min: float | None = None
    max: float | None = None
    goto: str

    @model_validator(mode="after")
    def _says_when(self) -> "Branch":
        if self.equals is None and self.min is None and self.max is None:
            raise wrong_value(
                ("une condition qui ne dit pas quand", "equals, min ou max"),
                ("a condition that does not say when", "equals, min or max"),
            )
        return self


class Step(_Table):
    """It says something, asks where it has a question, and then does the rest and goes on."""

    say: Text | None = None
    menu: Annotated[tuple[Option, ...], Field(min_length=1, max_length=20)] | None = None
    ask: Literal["text", "number", "date", "phone", "choice", "file"] | None = None
    choices: Annotated[tuple[OneLine, ...], Field(min_length=1, max_length=100)] = ()
    min: float | None = None
    max: float | None = None
    """Of a number; of a text, its length."""
    past: bool = False
    """A date may lie in the past."""
    pattern: TenantPattern | None = None
    wrong: Text | None = None
    """Said to an answer that will not do."""
    store: Store | None = None
    tag: OneLine | None = None
    notify: Text | None = None
    to: Annotated[tuple[OneLine, ...], Field(min_length=1, max_length=20)] = ("owner",)
    """Who is notified, or asked to go on."""
    when: Annotated[tuple[Branch, ...], Field(max_length=50)] = ()
    """The first that is so decides where it goes on."""
    goto: str | None = None
    hand_over: OneLine | None = None
    """Why a person is to go on."""
    end: bool = False

    @property
    def asks(self) -> bool:
        return self.menu is not None or self.ask is not None

    def ways(self) -> Iterator[tuple[Path, str]]:
        """Where it may go on, and where that stands in its table."""
        for index, option in enumerate(self.menu or ()):
            if option.goto is not None:
                yield ("menu", index, "goto"), option.goto
        for index, branch in enumerate(self.when):
            yield ("when", index, "goto"), branch.goto
        if self.goto is not None:
            yield ("goto",), self.goto


class FlowFile(_Table):
    """A course of steps, and what begins it."""

    start: Annotated[tuple[Phrase, ...], Field(max_length=50)] = ()
    """Messages that begin it."""
    first_message: bool = False
    """It begins with the first message of a customer."""
    unanswered: bool = False
    """It begins with a message that no plugin answered."""
    timeout_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 60
    """It ends when the customer has not answered for so long."""
    remind_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 0
    """The question is asked once more after so long; 0 for never."""
    wrong_answers: Annotated[int, Field(ge=1, le=10)] = 3
    """So many wrong answers to one question running are for a person."""
    back: Annotated[tuple[Phrase, ...], Field(max_length=10)] = ("retour", "back")
    menu: Annotated[tuple[Phrase, ...], Field(max_length=10)] = ("menu", "accueil")
    leave: Annotated[tuple[Phrase, ...], Field(max_length=10)] = ("quitter", "annuler", "exit", "cancel")
    steps: Annotated[dict[str, Step], Field(min_length=1, max_length=200)]

    @property
    def first(self) -> str:
        """The step that stands first in the file."""
        return next(iter(self.steps))

    @property
    def stored(self) -> frozenset[str]:
        """The names under which answers are kept."""
        return frozenset(step.store for step in self.steps.values() if step.store is not None)
