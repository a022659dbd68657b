"""Finds the passage that a question is about, by full-text search over the stems of its words."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from comptoir.plugins.builtin.knowledge.passages import Passage
from comptoir.plugins.builtin.rarity import rarity
from comptoir.plugins.language import Language, alike, empty_words, root
from comptoir.plugins.reading import Token, informative, unknown_weight
from comptoir.plugins.text import words
from comptoir.plugins.vocabulary import Vocabulary

CANDIDATES = 12
"""Passages that are looked at closely."""
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
_HIGH_SCORE, _LITTLE_EVIDENCE = 0.9, 0.6
_ONE_WORD, _SCORE_OF_ONE_WORD, _LITTLE, _LITTLE_BESIDE_TITLE = 1.3, 0.9, 0.4, 2.0
_LONG_SCORE, _LONG_EVIDENCE = 0.28, 2.3

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
    left: float
    """How much the words tell that do not stand in it."""
    in_title: bool
    """One of the words found stands in the title, or means the same."""
    titled: bool
    """The question has every word of a title of several words."""
    said: tuple[str, ...]
    """The words of the question that stand in it."""

    @property
    def thin(self) -> bool:
        """Only one word was found, and not in the title: no more than chance where nothing is asked."""
        return self.told < _ONE_WORD and not self.in_title

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
        row = (self._count, passage.file, passage.title, passage.text)
        self._db.execute("INSERT INTO passages VALUES(?, ?, ?, ?)", row)
        self._db.execute("INSERT INTO stems(rowid, title, within, body) VALUES(?, ?, ?, ?)", (self._count, *stems))

    def _term(self, token: Token) -> Term:
        meant = self._vocabulary.resolve(token)
        stem = meant or token.root
        weight = token.weight if meant or alike(stem) else unknown_weight(token, self._language)
        others = tuple(sorted(other for other in alike(stem) if other in self._vocabulary))
        return Term(token.said, stem, others, weight)

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
        found = [self._scored(row, hit, asked, terms) for row, hit in hits.items()]
        return sorted(found, key=lambda one: -one.score)

    def _counts(self, term: Term) -> float:
        """How much a term tells: the rarer among the passages, the more."""
        among = sum(self._documents(stem) for stem in (term.stem, *term.alike))
        return term.weight * rarity(among, self._count)

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

    def _scored(self, row: int, hits: list[tuple[Term, float]], asked: float, terms: Sequence[Term]) -> Found:
        file, title, text = self._db.execute("SELECT file, title, text FROM passages WHERE id = ?", (row,)).fetchone()
        evidence = sum(count for _, count in hits)
        said = tuple(term.said for term, _ in hits)
        share = self._title_share(title, hits)
        score = evidence / asked + _WHOLE_TITLE * share if asked else 0
        told = sum(term.weight for term, _ in hits)
        left = sum(term.weight for term in terms) - told
        in_title = any(term.weight == 1 and self._told(title) & {term.stem, *term.alike} for term, _ in hits)
        titled = share == 1 and len(self._told(title)) > 1
        return Found(Passage(file, title, "", text), score, evidence, told, left, in_title, titled, said)

    def _told(self, title: str) -> set[str]:
        empty = empty_words(self._language)
        return {root(word, self._language) for word in words(title) if word not in empty}

    def _title_share(self, title: str, hits: list[tuple[Term, float]]) -> float:
        """How much of the title the question has."""
        stems = self._told(title)
        asked = {stem for term, _ in hits for stem in (term.stem, *term.alike)}
        return len(stems & asked) / len(stems) if stems else 0
