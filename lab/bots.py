"""A customer that is a program: it answers every text it hears, as the bots of other shops do."""

from __future__ import annotations

from collections.abc import Sequence


class Bot:
    """Answers by these texts in turn, `{n}` in them being the number of the answer, at most `limit` times.

    `after` is how many seconds it takes for an answer.
    """

    def __init__(self, texts: Sequence[str], *, limit: int = 20, after: float = 0.05) -> None:
        if not texts:
            raise ValueError("a bot without a text says nothing: give it one")
        self._texts = tuple(texts)
        self._limit = limit
        self.after = after
        self.said = 0
        """How many times it has answered."""

    def answer(self) -> str | None:
        """The next answer, None once it has said all it may."""
        if self.said >= self._limit:
            return None
        text = self._texts[self.said % len(self._texts)]
        self.said += 1
        return text.replace("{n}", str(self.said))
