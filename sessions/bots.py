"""Whether the other side of a chat is a bot, from what was lately said there; decided without I/O.

Two bots that answer each other never end by themselves. A customer who is taken for one gets no answer and buys
elsewhere, so each rule asks for what people do not do: the same long text again and again, each time after our answer
and nothing else in between, or an answer sooner than a person could have read ours.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from comptoir.plugins.text import fold, words

WINDOW = 600_000
"""Milliseconds of a chat that count."""
INSTANT = 2_000
"""Milliseconds from our sending to their answer in which nobody reads, types and sends a sentence."""
UNREAD = 1_000
"""The same for a word: the message takes most of that only to come and go."""
PROMPT = 10_000
"""Milliseconds in which few people read an answer and type a LONG text."""
PACE = 60_000
"""Bots do not take longer. Who comes back later begins anew."""
SENTENCE = 20
"""Characters. People repeat what is shorter: yes, 2, good morning; though not where we always answer the same."""
WORD = 6
"""Characters. What is shorter people repeat in any case."""
LONG = 40
"""Characters. People who change a number in what is shorter ask for another size."""
ALIKE = 0.75
"""The share of words that two texts must have in common to be one text with another number, name or hour."""
FRAME = 5
"""Words, without numbers, that are the same in all of a bot's texts."""
MAX_READ = 1_000
"""Characters of a text that are looked at."""

TWICE = 2
TIMES = 3
"""So often a sentence is answered: a third time it is a bot's, or a person whom our answers do not help."""
TIMES_ALIKE = 4
"""People ask for three sizes in a row; a bot that is PROMPT with its numbers has TIMES."""
TIMES_SHORT = 8
"""The most that any rule asks for."""
TURNS_UNREAD = 5
OUR_LAST = 5
"""Messages of ours that may come back."""
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

    text: str
    after: int | None
    """Milliseconds since we spoke; None where we had not."""
    told: str
    """What we said before it."""
    first: str
    """The first of its messages, which may be the only one."""

    @property
    def alone(self) -> bool:
        return self.first == self.text

    def is_within(self, limit: int) -> bool:
        return self.after is not None and 0 <= self.after <= limit


def why_bot(said: Sequence[Said], *, timed: bool = True) -> Why | None:
    """Why the other side seems a bot; None for a person. `said` is in order and ends with them.

    Not `timed`, as in the lab where everybody is quick, nothing follows from quickness alone.
    """
    turns = _turns(said)
    ours = [_bare(one.text[:MAX_READ]) for one in said if one.ours and len(one.text.strip()) >= SENTENCE][-OUR_LAST:]
    if _repeats_itself(turns, timed=timed):
        return "repeats itself"
    if len(_run(turns, lambda turn: _holds_any(turn.text, ours))) >= TWICE:
        return "repeats us"
    if len(_run(turns, lambda turn: _says_so(turn.text))) >= TWICE:
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


def _repeats_itself(turns: Sequence[_Turn], *, timed: bool) -> bool:
    text = turns[-1].first
    # Several questions in a row look like the next several; and where everybody is quick, nobody waits for answers.
    single = _last_alone(turns)
    same = _run(turns if timed and len(text) >= SENTENCE else single, lambda turn: _bare(text) == _bare(turn.first))
    if len(text) < SENTENCE:
        unread = timed and all(turn.after is None or turn.is_within(UNREAD) for turn in same)
        unmoved = len(text) >= WORD and len({turn.told for turn in same[: TIMES - 1]}) == 1
        return bool(_bare(text)) and len(same) >= (TIMES if unread or unmoved else TIMES_SHORT)
    alike = _run(single, lambda turn: is_same(text, turn.text))
    # Where everybody is quick only a long text tells anything: people who are played by a script repeat a question.
    if (timed or len(text) >= LONG) and len(alike) >= TWICE and all(turn.is_within(INSTANT) for turn in alike[:TWICE]):
        return True
    prompt = all(turn.is_within(PROMPT) for turn in alike[:-1])
    return len(same) >= TIMES or len(alike) >= (TIMES if prompt else TIMES_ALIKE)


def _last_alone(turns: Sequence[_Turn]) -> list[_Turn]:
    """The last turns without a gap that are one message each."""
    return list(takewhile(lambda turn: turn.alone, reversed(turns)))[::-1]


def _run(turns: Sequence[_Turn], holds: Callable[[_Turn], bool]) -> list[_Turn]:
    """The last turns without a gap of which it holds, the newest first; each came at our PACE, but for the oldest."""
    run: list[_Turn] = []
    for turn in reversed(turns):
        if not holds(turn):
            break
        run.append(turn)
        if len(run) == TIMES_SHORT or not turn.is_within(PACE):
            break
    return run


def _turns(said: Sequence[Said]) -> list[_Turn]:
    """Each side's messages in a row are one turn; the last is the one to be answered now."""
    turns: list[_Turn] = []
    texts: list[str] = []
    told: list[str] = []
    spoke: int | None = None
    after: int | None = None
    for one in said:
        if one.ours:
            if texts:
                turns.append(_Turn(_joined(texts), after, _joined(told), texts[0].strip()))
                texts, told = [], []
            spoke = one.at
            told.append(one.text[:MAX_READ])
        else:
            if not texts:
                after = None if spoke is None else one.at - spoke
            texts.append(one.text[:MAX_READ])
    return [*turns, _Turn(_joined(texts), after, _joined(told), texts[0].strip())]


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(texts).strip()[:MAX_READ]


def _is_unread(turn: _Turn) -> bool:
    """Nobody has read our answer before writing this. Signs and stickers are sent without reading."""
    return bool(_bare(turn.text)) and turn.is_within(INSTANT if len(turn.text) >= SENTENCE else UNREAD)


def _holds_any(text: str, ours: Sequence[str]) -> bool:
    """Whether one of our sentences stands in the text, whole."""
    bare = _bare(text)
    return any(our in bare for our in ours if our)


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


# What bots say of themselves. In the folded words of a text.
_SAYS_SO = re.compile(
    r"\b(?:(?:reponse|message|texte) (?:automatique|automatise|genere automatiquement)"
    r"|assistant (?:virtuel|automatique)|ne (?:pas repondre|repondez pas) a ce message"
    r"|(?:automatic|automated|auto) (?:reply|response|message)|autoreply"
    r"|virtual assistant|do not (?:reply|respond) to this)"
)


def _says_so(text: str) -> bool:
    return len(text) >= SENTENCE and _SAYS_SO.search(_bare(fold(text))) is not None
