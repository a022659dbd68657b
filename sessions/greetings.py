"""Tells what the shop's phone wrote by itself from what the owner typed on it; decided without I/O.

WhatsApp Business greets customers and says that nobody is there. To a linked device both look like the owner's hand.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from comptoir.plugins.greetings import GreetingTable
from comptoir.plugins.text import fold

AT_ONCE = 3_000
"""Nobody reads a message and answers it by so long a text within these milliseconds of the server's clock."""
LONG, LONGER = 40, 60
"""Characters; the latter where our own answer was quicker than the phone's text."""
CONVERSATION = 600_000
"""What was written in these milliseconds before may be what the owner is answering, or going on with."""
PROMPT = 10_000
"""So soon an automatic text follows, even where the phone has a slow network."""
TYPED = 10
"""Characters. Shorter texts people type that fast, to one customer after the other: yes, thanks, good morning."""
CHATS = 3
"""The same text at once in so many chats is the phone's."""

Why = Literal["named", "at once", "known", "everywhere"]


@dataclass(frozen=True, slots=True)
class Written:
    """A text that came from the phone. Times are the server's, which counts in whole seconds."""

    text: str
    time: int
    heard: Sequence[int]
    """When the customer wrote in this chat before."""
    live: bool
    """It did not wait at the server while we were away."""
    known: bool = False
    """This text has shown itself as automatic."""
    attended: bool = False
    """A person of ours wrote in the chat within CONVERSATION."""
    answered: bool = False
    """What the customer wrote last was answered already, by a pipeline of ours."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same text, from the phone, in the day before."""

    chat: int
    prompt: bool
    """It came within PROMPT of a message of the customer's."""


def why_automatic(written: Written, chat: int, elsewhere: Sequence[Elsewhere], settings: GreetingTable) -> Why | None:
    """Why the phone wrote this by itself; None for what the owner typed, and wherever that is possible."""
    if same_text(written.text) in map(same_text, settings.texts):
        return "named"
    if not settings.detect:
        return None
    if written.known:
        return "known"
    if _is_at_once(written):
        return "at once"
    if written.live and is_prompt(written.time, written.heard) and _is_everywhere(written, chat, elsewhere):
        return "everywhere"
    return None


def is_prompt(time: int, heard: Collection[int]) -> bool:
    """Whether a text came so soon after the customer's as the phone's own do."""
    return 0 <= _since(time, heard) <= PROMPT


def same_text(text: str) -> str:
    """One form for a text, however its letters and spaces are written."""
    return " ".join(fold(text).split())


def _is_at_once(written: Written) -> bool:
    long = len(written.text.strip()) >= (LONGER if written.answered else LONG)
    if written.attended or not long or not 0 <= _since(written.time, written.heard) <= AT_ONCE:
        return False
    # A customer who adds a word just as the owner sends a long answer must not make a bot of the owner.
    return not any(AT_ONCE < written.time - time <= CONVERSATION for time in written.heard)


def _is_everywhere(written: Written, chat: int, elsewhere: Sequence[Elsewhere]) -> bool:
    """Always at once, and in several chats. A quick reply chosen by hand is also late at times."""
    chats = {chat, *(other.chat for other in elsewhere)}
    always = all(other.prompt for other in elsewhere)
    return len(written.text.strip()) >= TYPED and always and len(chats) >= CHATS


def _since(time: int, heard: Collection[int]) -> int:
    """Milliseconds since the customer last wrote; -1 where they did not write before."""
    return min((time - heard_at for heard_at in heard if heard_at <= time), default=-1)
