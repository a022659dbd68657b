"""Whether the other side of a chat is a machine, from what was lately said there; decided without I/O.

Two machines that answer each other never end by themselves. A customer who is taken for one gets no answer and buys
elsewhere, so each rule asks for what people do not do: the same long text again after it was answered, or an answer
sooner than a person could have read ours.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from comptoir.plugins.text import fold, words

WINDOW = 600_000
"""Milliseconds of a chat that count."""
INSTANT = 2_000
"""Milliseconds from our sending to their answer in which nobody reads, types and sends a sentence."""
UNREAD = 1_000
"""The same for a word: the message takes most of that only to come and go."""
SENTENCE = 20
"""Characters. People repeat what is shorter: yes, 2, good morning."""
LONG = 40
"""Characters. People who change a number in what is shorter ask for another size."""
ALIKE = 0.75
"""The share of words that two texts must have in common to be one text with another number, name or hour."""
FRAME = 5
"""Words, without numbers, that are the same in all of a machine's texts."""
MAX_READ = 1_000
"""Characters of a text that are looked at."""

TIMES = 3
"""So often a sentence is answered: a third time it is a machine's, or a person whom our answers do not help."""
TIMES_ALIKE = 4
TIMES_SHORT = 8
TURNS_UNREAD = 5
MOST_TURNS = 40

Why = Literal["repeats itself", "repeats us", "says so", "answers at once", "never ends"]


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said in the chat. Of a file without words, `text` tells which file it is."""

    ours: bool
    """We said it, and no person of ours did."""
    text: str
    at: int
    """When it came, or when its sending began; by one clock, in milliseconds."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the other side said until we answered it."""

    texts: tuple[str, ...]
    after: int | None
    """Milliseconds since we spoke; None where we had not."""

    def is_within(self, limit: int) -> bool:
        return self.after is not None and 0 <= self.after <= limit


def why_bot(said: Sequence[Said], *, timed: bool = True) -> Why | None:
    """Why the other side seems a machine; None for a person. `said` is in order and ends with them.

    Not `timed`, as in the lab where everybody is quick, nothing follows from quickness alone.
    """
    *before, now = _turns(said)
    turns = [*before, now]
    ours = [one.text for one in said if one.ours]
    if _repeats_itself(before, now, timed=timed):
        return "repeats itself"
    if _count(turns, lambda text: len(text) >= SENTENCE and any(_holds(text, our) for our in ours)) >= 2:
        return "repeats us"
    if _count(turns, _says_so) >= 2:
        return "says so"
    unread = turns[-TURNS_UNREAD:]
    if timed and len(unread) == TURNS_UNREAD and all(_is_unread(turn) for turn in unread):
        return "answers at once"
    return "never ends" if timed and len(turns) > MOST_TURNS else None


def is_same(text: str, other: str) -> bool:
    """Whether a sentence is the other one, or the other with another number, name or hour."""
    if min(len(text), len(other)) < SENTENCE:
        return False
    return _bare(text) == _bare(other) or _are_alike(text, other)


def _repeats_itself(before: Sequence[_Turn], now: _Turn, *, timed: bool) -> bool:
    return any(_is_repeated(text, before, now, timed=timed) for text in now.texts)


def _is_repeated(text: str, before: Sequence[_Turn], now: _Turn, *, timed: bool) -> bool:
    same = [turn for turn in before if any(_bare(text) == _bare(other) for other in turn.texts)]
    alike = [turn for turn in before if any(_are_alike(text, other) for other in turn.texts)]
    if len(text) >= SENTENCE:
        at_once = now.is_within(INSTANT) and any(turn.is_within(INSTANT) for turn in (*same, *alike))
        return at_once or len(same) + 1 >= TIMES or len(alike) + 1 >= TIMES_ALIKE
    unread = timed and all(turn.after is None or turn.is_within(UNREAD) for turn in (*same, now))
    return bool(_bare(text)) and len(same) + 1 >= (TIMES if unread else TIMES_SHORT)


def _turns(said: Sequence[Said]) -> list[_Turn]:
    """Each side's messages in a row are one turn; the last is the one to be answered now."""
    turns: list[_Turn] = []
    texts: list[str] = []
    spoke: int | None = None
    after: int | None = None
    for one in said:
        if one.ours:
            if texts:
                turns.append(_Turn(tuple(texts), after))
                texts = []
            spoke = one.at
        else:
            if not texts:
                after = None if spoke is None else one.at - spoke
            texts.append(one.text.strip()[:MAX_READ])
    return [*turns, _Turn(tuple(texts), after)]


def _count(turns: Sequence[_Turn], matches: Callable[[str], bool]) -> int:
    """In how many turns, the last one included, something matches; 0 where it does not in the last."""
    if not any(map(matches, turns[-1].texts)):
        return 0
    return sum(any(map(matches, turn.texts)) for turn in turns)


def _is_unread(turn: _Turn) -> bool:
    return turn.is_within(UNREAD) and bool(turn.texts) and len(turn.texts[0]) >= SENTENCE


def _holds(text: str, our: str) -> bool:
    """Whether our whole sentence stands in the text."""
    return len(our.strip()) >= SENTENCE and _bare(our.strip()[:MAX_READ]) in _bare(text)


def _bare(text: str) -> str:
    """The words alone: signs, case and accents make no other text."""
    return " ".join(words(text))


def _are_alike(text: str, other: str) -> bool:
    if min(len(text), len(other)) < LONG:
        return False
    one, two = _counted(text), _counted(other)
    common = (one & two).total()
    return common >= FRAME and 2 * common >= ALIKE * (one.total() + two.total())


def _counted(text: str) -> Counter[str]:
    return Counter(word for word in words(text) if word.isalpha())


# What machines say of themselves. In the folded words of a text.
_SAYS_SO = re.compile(
    r"\b(?:(?:reponse|message|texte) (?:automatique|automatise|genere automatiquement)"
    r"|assistant (?:virtuel|automatique)|ne (?:pas repondre|repondez pas) a ce message"
    r"|(?:automatic|automated|auto) (?:reply|response|message)|autoreply"
    r"|virtual assistant|do not (?:reply|respond) to this)"
)


def _says_so(text: str) -> bool:
    return len(text) >= SENTENCE and _SAYS_SO.search(_bare(fold(text))) is not None
