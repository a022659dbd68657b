"""Finds the passage that a question is about, by full-text search over the stems of its words."""

import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from comptoir.plugins.builtin.knowledge.passages import Passage
from comptoir.plugins.language import Language, alike, empty_words, root
from comptoir.plugins.reading import Token, informative
from comptoir.plugins.text import words
from comptoir.plugins.vocabulary import Vocabulary

CANDIDATES = 12
"""Passages that are looked at closely."""
MAX_TERMS = 60
"""Words of a question that are searched for."""
_TITLE_WEIGHT = 4.0
_IN_TITLE = 1.6
"""What a word counts that stands in the title, where one in the text counts 1."""
_BY_MEANING = 0.8
"""What a word counts of which only one that means the same stands there."""
_WHOLE_TITLE = 0.2
"""What is added where the question has every word of the title."""
_UNKNOWN = 0.9
"""What a word counts that stands in no passage, as a share of the rarest that does."""

# Tuned: a wrong passage costs more than none.
_SCORE, _EVIDENCE = 0.45, 2.5
_HIGH_SCORE, _LITTLE_EVIDENCE = 0.85, 1.6
_ONE_WORD, _SCORE_OF_ONE_WORD = 1.3, 1.2

_TABLES = """
CREATE TABLE passages(id INTEGER PRIMARY KEY, file TEXT, title TEXT, text TEXT);
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
    said: tuple[str, ...]
    """The words of the question that stand in it."""

    @property
    def fits(self) -> bool:
        """Whether the passage answers the question, as the labelled messages of `tests/corpus` tell."""
        if self.told < _ONE_WORD:
            return self.score >= _SCORE_OF_ONE_WORD and self.evidence >= _LITTLE_EVIDENCE
        least = _LITTLE_EVIDENCE if self.score >= _HIGH_SCORE else _EVIDENCE
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
        terms = [self._term(token) for token in informative(tokens)[:MAX_TERMS]]
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
        row = (self._count, passage.file, passage.title, passage.text)
        self._db.execute("INSERT INTO passages VALUES(?, ?, ?, ?)", row)
        self._db.execute("INSERT INTO stems(rowid, title, within, body) VALUES(?, ?, ?, ?)", (self._count, *stems))

    def _term(self, token: Token) -> Term:
        stem = self._vocabulary.resolve(token) or token.root
        others = tuple(sorted(other for other in alike(stem) if other in self._vocabulary))
        return Term(token.said, stem, others, token.weight)

    def _found(self, terms: Sequence[Term]) -> list[Found]:
        searched = [stem for term in terms for stem in (term.stem, *term.alike) if stem in self._vocabulary]
        if not searched:
            return []
        query = " OR ".join(f'"{stem}"' for stem in dict.fromkeys(searched))
        ranked = "SELECT rowid FROM stems WHERE stems MATCH ? ORDER BY bm25(stems, ?, 1.0, 1.0) LIMIT ?"
        candidates = [row for (row,) in self._db.execute(ranked, (query, _TITLE_WEIGHT, CANDIDATES))]
        counts = [self._counts(term) for term in terms]
        hits: dict[int, list[tuple[Term, float]]] = {row: [] for row in candidates}
        for term, count in zip(terms, counts, strict=True):
            for row, share in self._hits(term, candidates).items():
                hits[row].append((term, share * count))
        asked = sum(counts)
        found = [self._scored(row, hit, asked) for row, hit in hits.items()]
        return sorted(found, key=lambda one: -one.score)

    def _counts(self, term: Term) -> float:
        """How much a term tells: the rarer among the passages, the more."""
        among = sum(self._documents(stem) for stem in (term.stem, *term.alike))
        rarity = math.log(1 + (self._count - min(among, self._count) + 0.5) / ((among or 1) + 0.5))
        return term.weight * rarity * (1 if among else _UNKNOWN)

    def _documents(self, stem: str) -> int:
        row = self._db.execute("SELECT doc FROM vocabulary WHERE term = ?", (stem,)).fetchone()
        return int(row[0]) if row else 0

    def _hits(self, term: Term, candidates: list[int]) -> dict[int, float]:
        """In which of the candidates the term stands, and what it counts there."""
        hits: dict[int, float] = {}
        for stems, worth in (((term.stem,), 1.0), (term.alike, _BY_MEANING)):
            for stem in stems:
                for column, share in (("title", _IN_TITLE), ("{title within body}", 1.0)):
                    for row in self._standing(f'{column} : "{stem}"', candidates):
                        hits[row] = max(hits.get(row, 0), share * worth)
        return hits

    def _standing(self, query: str, candidates: list[int]) -> Iterator[int]:
        marks = ", ".join("?" * len(candidates))
        found = f"SELECT rowid FROM stems WHERE stems MATCH ? AND rowid IN ({marks})"
        return (row for (row,) in self._db.execute(found, (query, *candidates)))

    def _scored(self, row: int, hits: list[tuple[Term, float]], asked: float) -> Found:
        file, title, text = self._db.execute("SELECT file, title, text FROM passages WHERE id = ?", (row,)).fetchone()
        evidence = sum(count for _, count in hits)
        said = tuple(term.said for term, _ in hits)
        score = evidence / asked + _WHOLE_TITLE * self._title_share(title, hits) if asked else 0
        told = sum(term.weight for term, _ in hits)
        return Found(Passage(file, title, "", text), score, evidence, told, said)

    def _title_share(self, title: str, hits: list[tuple[Term, float]]) -> float:
        """How much of the title the question has."""
        stems = {root(word, self._language) for word in words(title) if word not in empty_words(self._language)}
        asked = {stem for term, _ in hits for stem in (term.stem, *term.alike)}
        return len(stems & asked) / len(stems) if stems else 0
