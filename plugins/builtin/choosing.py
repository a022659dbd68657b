"""Chooses the entries that answer a message, and says how much of the message they explain."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comptoir.plugins.builtin.rarity import rarity
from comptoir.plugins.language import Language, alike, asks, empty_words, root
from comptoir.plugins.phrases import Match, Phrasebook
from comptoir.plugins.reading import Token, read, unknown_weight
from comptoir.plugins.text import words

_OWN = 1.6
"""What a word counts that stands in a phrase of the entry."""
_BY_MEANING = 1.3
"""In another way of saying such a phrase."""
_IN_PHRASE = 1.0
"""In a phrase of which the others are missing."""
_IN_TEXT = 1.0
"""In the entry's answer."""
_ALIKE_IN_TEXT = 0.8
"""Where only one that means the same stands there, or the entry takes orders of what others list."""
_PART_OF_PHRASE = 0.5
"""What a word tells at least where it is part of a phrase: `où` and `êtes` tell nothing, `où êtes-vous` does."""
_FOCUS = 0.7
_OFFERED = 0.15
"""What is added to an entry that lists what there is, where somebody asks whether there is some."""
# Tuned: a wrong answer costs more than none.
_SURE_SCORE, _LITTLE, _ONE_WORD = 0.6, 0.5, 1.0
_SCORE = 0.5
_SCORE_BY_TEXT, _EVIDENCE_BY_TEXT = 0.6, 0.8
_AMOUNT = re.compile(r"\d\s?(f|fcfa|xof|xaf|cfa|francs?|€|euros?|\$)(?!\w)|gratuit", re.IGNORECASE)
_HAVE = frozenset(
    ["avez", "vendez", "faites", "proposez", "servez", "y", "as", "vends", "fais", "reste", "disponible", "disponibles"]
)
_OUR = frozenset({"ma", "notre", "nos", "mes", "mon"})


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry that may answer."""

    entry: int
    score: float
    """The share of the message that the entry explains, 0 to 1.6, where words count by how much they tell."""
    evidence: float
    matches: tuple[Match, ...]
    """Its phrases that stand in the message, the best first; empty where only its answer has words of it."""
    unexplained: tuple[str, ...]
    left: float
    """How much the words tell that it does not explain; a word that tells something counts 1."""
    words: int
    """How many words that tell something its longest own phrase has in the message."""
    offered: bool = False
    """Somebody asks whether there is something, and the entry lists what there is."""

    @property
    def start(self) -> int:
        return min((match.start for match in self.matches), default=0)

    @property
    def sure(self) -> bool:
        """Whether it answers whatever else may be found: it explains nearly all that the message tells."""
        if self.score < _SURE_SCORE:
            return False
        if self.matches:
            return self.left <= _LITTLE or (self.words > 1 and self.left <= _ONE_WORD)
        return self.offered and self.left <= _LITTLE

    @property
    def fits(self) -> bool:
        """Whether it answers where nothing else does, as the labelled messages of `tests/corpus` tell."""
        if self.matches:
            return self.score >= _SCORE
        return self.score >= _SCORE_BY_TEXT and self.evidence >= _EVIDENCE_BY_TEXT


class Chooser:
    """Entries, by their phrases and by the words of their answers."""

    def __init__(self, entries: Sequence[tuple[Sequence[str], str]], language: Language = "fr") -> None:
        self._book = Phrasebook([phrases for phrases, _ in entries], language)
        self._language: Language = language
        self._count = len(entries)
        self._in_phrases: dict[str, set[int]] = defaultdict(set)
        self._in_text: dict[str, set[int]] = defaultdict(set)
        self._with_amount = {index for index, (_, text) in enumerate(entries) if _AMOUNT.search(text)}
        self._orders = {index for index, (phrases, _) in enumerate(entries) if asks("order", phrases)}
        self._of_orders = self._orders | {
            index for index, (phrases, _) in enumerate(entries) if asks("delivery", phrases)
        }
        self._offers = {index for index, (phrases, _) in enumerate(entries) if asks("offer", phrases)}
        for index, (phrases, text) in enumerate(entries):
            for word in self._told(" ".join(phrases)):
                self._in_phrases[word].add(index)
                self._in_text[word].add(index)
            for word in self._told(text):
                self._in_text[word].add(index)

    def _told(self, text: str) -> set[str]:
        return {root(word, self._language) for word in words(text) if word not in empty_words(self._language)}

    def choose(self, text: str) -> list[Choice]:
        """The entries that have something of the message, the best first."""
        tokens = read(text, self._language)
        meant = self._book.meant(tokens)
        matches = _by_entry([match for match in self._book.find_in(tokens) if not self._is_theirs(match, tokens)])
        matched = {place for found in matches.values() for match in found for place in match.places}
        counts = self._counts(tokens, meant, matched)
        entries = set(matches) | {entry for place in counts for entry in self._in_text.get(meant[place], ())}
        choices = [self._choice(entry, tokens, meant, counts, matches.get(entry, [])) for entry in entries]
        return sorted(choices, key=lambda choice: (-round(choice.score, 2), -len(choice.matches), choice.entry))

    def _is_theirs(self, match: Match, tokens: Sequence[Token]) -> bool:
        """Whether an order is one that they made already: "ma commande" orders nothing."""
        before = tokens[match.start - 1].word if match.start else ""
        return match.entry in self._of_orders and len(match.places) == 1 and before in _OUR

    def together(self, text: str, choices: Sequence[Choice]) -> list[Choice]:
        """The best one, and another that is asked for beside it, in the order in which they were asked for."""
        best, *others = choices
        tokens = read(text, self._language)
        taken = {tokens[place].clause for match in best.matches for place in match.places}
        for other in others if best.matches else ():
            apart = [match for match in other.matches if match.own and taken.isdisjoint(_clauses(match, tokens))]
            if best.entry in self._with_amount:
                # "la livraison, c'est combien" is answered by what delivery costs, not by all prices.
                apart = [match for match in apart if not asks("price", [match.phrase])]
            if apart:
                return sorted([best, other], key=lambda choice: choice.start)
        return [best]

    def _counts(self, tokens: Sequence[Token], meant: Sequence[str], matched: set[int]) -> dict[int, float]:
        """How much the words of the message tell, by their places; each word once."""
        counts: dict[int, float] = {}
        seen: set[str] = set()
        for place, token in enumerate(tokens):
            weight = max(token.weight, _PART_OF_PHRASE) if place in matched else self._weight(token, meant[place])
            if weight and meant[place] not in seen:
                seen.add(meant[place])
                counts[place] = weight * self._rarity(meant[place])
        return counts

    def _weight(self, token: Token, stem: str) -> float:
        return token.weight if stem in self._in_text or alike(stem) else unknown_weight(token, self._language)

    def _rarity(self, stem: str) -> float:
        among = len(self._in_phrases.get(stem, ()) or self._in_text.get(stem, ()))
        return rarity(among, self._count)

    def _choice(
        self,
        entry: int,
        tokens: Sequence[Token],
        meant: Sequence[str],
        counts: Mapping[int, float],
        matches: list[Match],
    ) -> Choice:
        worth = {meant[place]: self._worth(entry, meant[place], bool(matches)) for place in counts}
        for match in matches:
            for place in match.places:
                worth[meant[place]] = max(worth.get(meant[place], 0), _OWN if match.own else _BY_MEANING)
        told = sum(counts.values())
        evidence = sum(count * worth[meant[place]] for place, count in counts.items())
        left = [tokens[place] for place in counts if not worth[meant[place]]]
        score = max(evidence / told, _focused(tokens, meant, counts, worth, matches)) if told else 0
        offered = entry in self._offers and evidence > 0 and any(token.word in _HAVE for token in tokens)
        unexplained = tuple(token.said for token in left)
        weight = sum(token.weight for token in left)
        told_by = [sum(tokens[place].weight > 0 for place in match.places) for match in matches if match.own]
        long = max(told_by, default=0)
        return Choice(
            entry,
            score + _OFFERED * offered,
            evidence,
            tuple(matches),
            unexplained,
            left=weight,
            words=long,
            offered=offered,
        )

    def _worth(self, entry: int, stem: str, asked: bool) -> float:
        """What a word counts beside the phrases."""
        if entry in self._in_phrases.get(stem, ()):
            return _IN_PHRASE
        if entry in self._in_text.get(stem, ()):
            return _IN_TEXT
        if entry in self._with_amount and asks("price", [stem]):
            return _IN_TEXT
        if asked and entry in self._orders and stem in self._in_text and stem not in self._in_phrases:
            return _ALIKE_IN_TEXT
        return _ALIKE_IN_TEXT if any(entry in self._in_text.get(other, ()) for other in alike(stem)) else 0


def _focused(
    tokens: Sequence[Token],
    meant: Sequence[str],
    counts: Mapping[int, float],
    worth: Mapping[str, float],
    matches: Sequence[Match],
) -> float:
    """The score of the clauses alone in which the phrases stand: who speaks tells much around a question."""
    clauses = {tokens[place].clause for match in matches if match.own for place in match.places}
    told = {place: count for place, count in counts.items() if tokens[place].clause in clauses}
    if not told:
        return 0
    return _FOCUS * sum(count * worth[meant[place]] for place, count in told.items()) / sum(told.values())


def _by_entry(matches: Sequence[Match]) -> dict[int, list[Match]]:
    """Without those that are part of another entry's own longer phrase: "menu du jour" is not "menu"."""
    found: dict[int, list[Match]] = defaultdict(list)
    own = [match for match in matches if match.own]
    for match in matches:
        if not any(match.places < longer.places and longer.entry != match.entry for longer in own):
            found[match.entry].append(match)
    return found


def _clauses(match: Match, tokens: Sequence[Token]) -> set[int]:
    return {tokens[place].clause for place in match.places}
