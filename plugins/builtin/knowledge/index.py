"""Finds the passage that a question is about, by full-text search over the stems of its words."""

import threading
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from comptoir.plugins.builtin.knowledge.passages import Passage
from comptoir.plugins.builtin.rarity import rarity
from comptoir.plugins.language import Language, alike, empty_words, root
from comptoir.plugins.reading import Token, informative, unknown_weight
from comptoir.plugins.text import words
from comptoir.plugins.vocabulary import Vocabulary

CANDIDATES = 12
"""Passages that are looked at closely."""
MAX_SEARCHED = 16
"""Of them, the rarest, by which passages are found."""
MAX_TERMS = 60
"""Words of a question that are searched for."""
_TITLE_WEIGHT = 4.0
_IN_TITLE = 1.4
"""What a word counts that stands in the title, where one in the text counts 1."""
_BY_MEANING = 0.9
"""What a word counts of which only one that means the same stands there."""
_WHOLE_TITLE = 0.3
"""What is added where the question has every word of the title."""

# Tuned: a wrong passage costs more than none.
_SCORE, _EVIDENCE = 0.45, 1.25
_HIGH_SCORE, _LITTLE_EVIDENCE = 0.75, 0.5
_ONE_WORD, _SCORE_OF_ONE_WORD, _LITTLE, _LITTLE_BESIDE_TITLE = 1.3, 1.0, 0.4, 1.0
_LONG_SCORE, _LONG_EVIDENCE = 0.28, 2.3

_TABLES = """
CREATE TABLE passages(
    id INTEGER PRIMARY KEY, file TEXT, title TEXT, text TEXT, in_title TEXT, within TEXT, in_text TEXT
);
CREATE VIRTUAL TABLE stems USING fts5(title, within, body, content='', tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(stems, 'row');
"""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question, the words of the passages that it may mean, and what it counts."""

    said: str
    stem: str
    alike: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Found:
    """A passage, and how well it fits a question."""

    passage: Passage
    score: float
    """The share of the question that the passage covers, 0 to about 1.6, where words count by how much they tell."""
    evidence: float
    """What the words found count together; tells long questions, of which little is covered, from chance."""
    told: float
    """How much the words found tell; a word that tells something counts 1."""
    left: float
    """How much the words tell that do not stand in it."""
    in_title: bool
    """One of the words found stands in the title or one above it, or means the same."""
    titled: bool
    """The question has every word of a title of several words."""
    said: tuple[str, ...]
    """The words of the question that stand in it."""

    @property
    def fits(self) -> bool:
        """Whether the passage answers the question, as the labelled messages of `tests/corpus` tell."""
        if self.told < _ONE_WORD:
            left, score = (_LITTLE_BESIDE_TITLE, _SCORE) if self.in_title else (_LITTLE, _SCORE_OF_ONE_WORD)
            return self.left <= left and self.score >= score and self.evidence >= _LITTLE_EVIDENCE
        least = _LITTLE_EVIDENCE if self.score >= _HIGH_SCORE else _EVIDENCE
        if self.evidence >= _LONG_EVIDENCE and self.score >= _LONG_SCORE:
            return True
        return self.score >= _SCORE and self.evidence >= least


class Index:
    """The passages of a tenant, in memory. Safe to be used from several threads, one at a time."""

    def __init__(self, passages: Iterable[Passage], language: Language = "fr") -> None:
        # The standard library's own may lack FTS5, this one surely has it. Late: whoever only checks files needs none.
        import sqlcipher3

        self._language: Language = language
        self._guard = threading.Lock()
        self._db = sqlcipher3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.executescript(_TABLES)
        self._count = 0
        known: set[str] = set()
        with self._guard:
            self._db.execute("BEGIN")
            for passage in passages:
                self._add(passage, known)
            self._db.execute("COMMIT")
        self._vocabulary = Vocabulary(known, language)

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        with self._guard:
            self._db.close()

    def search(self, tokens: Sequence[Token]) -> list[Found]:
        """The passages that have words of the question, the best first."""
        terms = [term for term in map(self._term, informative(tokens)[:MAX_TERMS]) if term.weight]
        with self._guard:
            return self._found(terms)

    def _add(self, passage: Passage, known: set[str]) -> None:
        self._count += 1
        stems = []
        empty = empty_words(self._language)
        for text in (passage.title, passage.within, passage.text):
            told = [word for word in words(text) if word not in empty]
            known.update(told)
            stems.append(" ".join([root(word, self._language) for word in told]))
        row = (self._count, passage.file, passage.title, passage.text, *stems)
        self._db.execute("INSERT INTO passages VALUES(?, ?, ?, ?, ?, ?, ?)", row)
        self._db.execute("INSERT INTO stems(rowid, title, within, body) VALUES(?, ?, ?, ?)", (self._count, *stems))

    def _term(self, token: Token) -> Term:
        meant = self._vocabulary.resolve(token)
        stem = meant or token.root
        weight = token.weight if meant or alike(stem) else unknown_weight(token, self._language)
        others = tuple(sorted(other for other in alike(stem) if other in self._vocabulary))
        return Term(token.said, stem, others, weight)

    def _found(self, terms: Sequence[Term]) -> list[Found]:
        among = {stem: self._documents(stem) for term in terms for stem in (term.stem, *term.alike)}
        searched = sorted((stem for stem in among if among[stem]), key=lambda stem: among[stem])[:MAX_SEARCHED]
        if not searched:
            return []
        query = " OR ".join(f'"{stem}"' for stem in searched)
        ranked = "SELECT rowid FROM stems WHERE stems MATCH ? ORDER BY bm25(stems, ?, 1.0, 1.0) LIMIT ?"
        candidates = [row for (row,) in self._db.execute(ranked, (query, _TITLE_WEIGHT, CANDIDATES))]
        counts = {
            term.stem: term.weight * rarity(sum(among[stem] for stem in (term.stem, *term.alike)), self._count)
            for term in terms
        }
        # Of two that fit alike the one that stands first in the files.
        found = [self._scored(row, terms, counts) for row in sorted(candidates)]
        return sorted(found, key=lambda one: -one.score)

    def _documents(self, stem: str) -> int:
        row = self._db.execute("SELECT doc FROM vocabulary WHERE term = ?", (stem,)).fetchone()
        return int(row[0]) if row else 0

    def _scored(self, row: int, terms: Sequence[Term], counts: Mapping[str, float]) -> Found:
        asked = "SELECT file, title, text, in_title, within, in_text FROM passages WHERE id = ?"
        file, title, text, *stems = self._db.execute(asked, (row,)).fetchone()
        in_title, within, body = (frozenset(part.split()) for part in stems)
        in_text = within | body
        worth = {term.stem: _worth(term, in_title, in_text) for term in terms}
        hits = [term for term in terms if worth[term.stem]]
        evidence = sum(counts[term.stem] * worth[term.stem] for term in hits)
        share = len(in_title & {stem for term in hits for stem in (term.stem, *term.alike)}) / (len(in_title) or 1)
        told = sum(term.weight for term in hits)
        return Found(
            Passage(file, title, "", text),
            score=evidence / (sum(counts.values()) or 1) + _WHOLE_TITLE * share,
            evidence=evidence,
            told=told,
            left=sum(term.weight for term in terms) - told,
            in_title=any(term.weight == 1 and (in_title | within) & {term.stem, *term.alike} for term in hits),
            titled=share == 1 and len(in_title) > 1,
            said=tuple(term.said for term in hits),
        )


def _worth(term: Term, in_title: Set[str], in_text: Set[str]) -> float:
    """What a term counts in a passage."""
    own = _IN_TITLE if term.stem in in_title else float(term.stem in in_text)
    others = [_BY_MEANING * (_IN_TITLE if stem in in_title else stem in in_text) for stem in term.alike]
    return max([own, *others])
