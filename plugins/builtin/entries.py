"""The entries of `answers`, by their phrases and by the words of their answers."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from comptoir.plugins.builtin.evidence import Text, example
from comptoir.plugins.language import Language, alike, asks, empty_words, root
from comptoir.plugins.phrases import Match, Phrasebook
from comptoir.plugins.reading import Token, read
from comptoir.plugins.text import words
from comptoir.plugins.vocabulary import Vocabulary

_AMOUNT = re.compile(r"\d\s?(f|fcfa|xof|xaf|cfa|francs?|€|euros?|\$)(?!\w)|gratuit", re.IGNORECASE)
_OUR = frozenset({"ma", "notre", "nos", "mes", "mon"})


class Entries:
    """What customers say for each entry, and what it answers."""

    def __init__(self, entries: Sequence[tuple[Sequence[str], str]], language: Language = "fr") -> None:
        self._language: Language = language
        self.answers = tuple(text for _, text in entries)
        """As they stand in the file, with their fields."""
        self._book = Phrasebook([phrases for phrases, _ in entries], language)
        self._of_orders: set[int] = set()
        self._with_amount: set[int] = set()
        self._having: dict[str, set[int]] = defaultdict(set)
        self._texts: list[Text] = []
        known: set[str] = set()
        for number, (phrases, text) in enumerate(entries):
            if asks("order", phrases) or asks("delivery", phrases):
                self._of_orders.add(number)
            if _AMOUNT.search(text):
                self._with_amount.add(number)
            told = [word for word in words(text) if word not in empty_words(language)]
            known.update(told, (token.word for phrase in phrases for token in read(phrase, language)))
            one = Text(
                tuple(filter(None, (example(phrase, language) for phrase in phrases))),
                frozenset(root(word, language) for word in told),
            )
            self._texts.append(one)
            for stem in one.body.union(*one.examples):
                self._having[stem].add(number)
        self.vocabulary = Vocabulary(known, language)

    def __len__(self) -> int:
        return len(self._texts)

    def having(self, stem: str) -> int:
        """How many entries have a word."""
        return len(self._having.get(stem, ()))

    def texts(self, stems: Iterable[str]) -> Iterator[tuple[int, Text]]:
        """The entries that have one of the words, or one that means the same."""
        found = (self._having.get(one, ()) for stem in stems for one in (stem, *alike(stem)))
        for number in sorted(set().union(*found)):
            yield number, self._texts[number]

    def matches(self, tokens: Sequence[Token]) -> Mapping[int, list[Match]]:
        """The phrases that stand in a message, by their entries, the best first.

        Without those that are part of another entry's own longer phrase: "menu du jour" is not "menu".
        """
        found: dict[int, list[Match]] = defaultdict(list)
        all_of_them = [match for match in self._book.find_in(tokens) if not self._is_theirs(match, tokens)]
        own = [match for match in all_of_them if match.own]
        for match in all_of_them:
            if not any(match.places < longer.places and longer.entry != match.entry for longer in own):
                found[match.entry].append(match)
        return found

    def _is_theirs(self, match: Match, tokens: Sequence[Token]) -> bool:
        """Whether an order is one that they made already: "ma commande" orders nothing."""
        before = tokens[match.start - 1].word if match.start else ""
        return match.entry in self._of_orders and len(match.places) == 1 and before in _OUR

    def together(self, text: str, best: int, matches: Mapping[int, Sequence[Match]]) -> list[int]:
        """The best entry, and another that is asked for beside it, in the order in which they were asked for."""
        tokens = read(text, self._language)
        taken = {tokens[place].clause for match in matches.get(best, ()) for place in match.places}
        others: list[tuple[int, int]] = []
        for other in matches if taken else ():
            apart = [match for match in matches[other] if match.own and taken.isdisjoint(_clauses(match, tokens))]
            if best in self._with_amount:
                # "la livraison, c'est combien" is answered by what delivery costs, not by all prices.
                apart = [match for match in apart if not asks("price", [match.phrase])]
            if apart and other != best:
                others.append((min(match.start for match in apart), other))
        if not others:
            return [best]
        return [entry for _, entry in sorted([(min(match.start for match in matches[best]), best), min(others)])]


def _clauses(match: Match, tokens: Sequence[Token]) -> set[int]:
    return {tokens[place].clause for place in match.places}
