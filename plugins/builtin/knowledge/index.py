"""The passages of a tenant, found by full-text search over the stems of their words."""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from comptoir.plugins.builtin.evidence import LEAST, Example, Text, example
from comptoir.plugins.builtin.knowledge.passages import Passage
from comptoir.plugins.language import Language, alike, empty_words, root
from comptoir.plugins.reading import told
from comptoir.plugins.text import words
from comptoir.plugins.vocabulary import Vocabulary

CANDIDATES = 12
"""Passages that are looked at closely."""
MAX_SEARCHED = 16
"""Words, the rarest, by which passages are found."""
_CACHED = 4_096
_TITLE_WEIGHT, _ASKED_WEIGHT = 4.0, 3.0
_PARTS = re.compile(r"[?？,;:]")

_TABLES = """
CREATE TABLE passages(
    id INTEGER PRIMARY KEY, file TEXT, title TEXT, text TEXT, within TEXT, body TEXT, examples TEXT
);
CREATE VIRTUAL TABLE stems USING fts5(title, asked, body, content='', tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(stems, 'row');
"""


class Index:
    """In memory. Safe to be used from several threads, one at a time."""

    def __init__(self, passages: Iterable[Passage], language: Language = "fr") -> None:
        # The standard library's own may lack FTS5, this one surely has it. Late: whoever only checks files needs none.
        import sqlcipher3

        self._language: Language = language
        self._guard = threading.Lock()
        self._db = sqlcipher3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.executescript(_TABLES)
        self._count = 0
        self.having = lru_cache(_CACHED)(self._having)
        known: set[str] = set()
        with self._guard:
            self._db.execute("BEGIN")
            for passage in passages:
                self._add(passage, known)
            self._db.execute("COMMIT")
        self.vocabulary = Vocabulary(known, language)

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        with self._guard:
            self._db.close()

    def texts(self, stems: Iterable[str]) -> list[tuple[Passage, Text]]:
        """The passages that have most of the words, or of those that mean the same; as they stand in the files."""
        among = {one: self.having(one) for stem in stems for one in (stem, *alike(stem))}
        # Words that tell nothing stand in questions only, and find nothing by themselves.
        found = [one for one in among if among[one] and told(one, self._language)]
        searched = sorted(found, key=lambda one: among[one])[:MAX_SEARCHED]
        if not searched:
            return []
        query = " OR ".join(f'"{stem}"' for stem in searched)
        ranked = "SELECT rowid FROM stems WHERE stems MATCH ? ORDER BY bm25(stems, ?, ?, 1.0) LIMIT ?"
        asked = "SELECT file, title, text, body, examples FROM passages WHERE id = ?"
        with self._guard:
            rows = self._db.execute(ranked, (query, _TITLE_WEIGHT, _ASKED_WEIGHT, CANDIDATES)).fetchall()
            return [self._read(*self._db.execute(asked, row).fetchone()) for row in sorted(rows)]

    def _having(self, stem: str) -> int:
        """How many passages have a word."""
        with self._guard:
            row = self._db.execute("SELECT doc FROM vocabulary WHERE term = ?", (stem,)).fetchone()
        return int(row[0]) if row else 0

    def _read(self, file: str, title: str, text: str, body: str, examples: str) -> tuple[Passage, Text]:
        found = tuple(self._example(line.split()) for line in examples.splitlines())
        return Passage(file, title, "", text), Text(found, frozenset(body.split()))

    def _example(self, stems: Sequence[str]) -> Example:
        return {stem: max(told(stem, self._language), LEAST) for stem in stems}

    def _add(self, passage: Passage, known: set[str]) -> None:
        self._count += 1
        examples = [list(example(one, self._language)) for one in _ways_of_asking(passage)]
        known.update(words(passage.asked))
        known.difference_update(empty_words(self._language))
        title, body = (self._stems(text, known) for text in (passage.title, f"{passage.within} {passage.text}"))
        lines = [" ".join(one) for one in examples if one]
        asked = " ".join(lines)
        row = (self._count, passage.file, passage.title, passage.text, passage.within, body, "\n".join(lines))
        self._db.execute("INSERT INTO passages VALUES(?, ?, ?, ?, ?, ?, ?)", row)
        self._db.execute(
            "INSERT INTO stems(rowid, title, asked, body) VALUES(?, ?, ?, ?)", (self._count, title, asked, body)
        )

    def _stems(self, text: str, known: set[str]) -> str:
        said = [word for word in words(text) if word not in empty_words(self._language)]
        known.update(said)
        return " ".join([root(word, self._language) for word in said])


def _ways_of_asking(passage: Passage) -> Iterator[str]:
    """The headings, each question, and each part of one: "Combien la livraison, et à Rufisque ?"."""
    yield passage.title
    yield passage.within
    for question in passage.asked.split("?"):
        parts = [part for part in _PARTS.split(question) if part.strip()]
        yield from parts
        if len(parts) > 1:
            yield question
