"""What a scripted model may do when it is asked."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """A well-formed answer, whatever stands in it. Arguments that are a text go out as they are."""

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    """Name and arguments of each tool that it calls for."""
    tokens_in: int = 100
    tokens_out: int = 20


@dataclass(frozen=True, slots=True)
class Status:
    """Refused, with a body that quotes what was asked."""

    code: int


@dataclass(frozen=True, slots=True)
class Raw:
    """This body, with status 200."""

    body: bytes
    mime: str = "application/json"
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Slow:
    """A byte of a well-formed answer every so many seconds."""

    every: float


@dataclass(frozen=True, slots=True)
class Hang:
    """It takes the question and says nothing."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends in the middle of a well-formed answer."""

    text: str = "Bonjour, je suis"


Step = Say | Status | Raw | Slow | Hang | Cut
