"""The vectors of revisions: computed once by each encoder, kept in the database beside the revision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.articles import ArticleText
from knowledge.index import Entry
from shop.tables import RevisionVectors
from shop.unit_of_work import Database

Progress = Callable[[int, int], None]
"""Called with how many texts are done and how many there are."""

CUTTING = 2
"""The version of which texts of an article become which vectors; raise it whenever that changes."""

_BATCH_TEXTS = 64
_BATCH_ARTICLES = 16  # encoded, then kept: an interrupted rebuild goes on where it was
_QUERIED = 500  # SQLite takes 999 values in a statement


class TextEncoder(Protocol):
    """What an index needs of an encoder; ``language.encoder.Encoder`` is one."""

    fingerprint: str

    def encode(self, texts: list[str], kind: Literal["query", "passage"] = "query") -> np.ndarray:
        """Float32 vectors of length 1, shape (len(texts), dimension)."""


def encode_entries(encoder: TextEncoder, entries: Sequence[Entry]) -> list[np.ndarray]:
    """The vectors of each entry, float16 of shape (entry.rows, dimension): phrasings, passages, the whole.

    The whole is the direction of the mean of its passages, each encoded under the title: no part of a long article
    is cut off, and none counts more for being longer.
    """
    asked = _encode(encoder, [text for entry in entries for text in entry.phrasings], "query")
    told = _encode(encoder, [text for entry in entries for text in entry.passage_texts], "passage")
    titled = _encode(encoder, [text for entry in entries for text in entry.titled_texts], "passage")
    vectors, ask, tell = [], 0, 0
    for entry in entries:
        next_ask, next_tell = ask + len(entry.phrasings), tell + len(entry.passages)
        mean = titled[tell:next_tell].mean(axis=0, dtype=np.float32, keepdims=True)
        whole = (mean / np.linalg.norm(mean)).astype(np.float16)
        vectors.append(np.concatenate((asked[ask:next_ask], told[tell:next_tell], whole)))
        ask, tell = next_ask, next_tell
    return vectors


class FreshVectors:
    """Computes the vectors of articles anew each time; for articles that are in no database."""

    def __init__(self, encoder: TextEncoder) -> None:
        self.encoder = encoder

    def of(
        self, articles: Sequence[ArticleText], entries: Sequence[Entry], progress: Progress | None = None
    ) -> list[np.ndarray]:
        """The vectors of each article, float16 of shape (entry.rows, dimension)."""
        total, done = sum(entry.rows for entry in entries), 0
        vectors: list[np.ndarray] = []
        for start in range(0, len(entries), _BATCH_ARTICLES):
            batch = entries[start : start + _BATCH_ARTICLES]
            made = encode_entries(self.encoder, batch)
            self._keep(articles[start : start + _BATCH_ARTICLES], made)
            vectors += made
            done += sum(entry.rows for entry in batch)
            if progress:
                progress(done, total)
        return vectors

    def _keep(self, articles: Sequence[ArticleText], vectors: Sequence[np.ndarray]) -> None:
        """Nothing is kept."""


class KeptVectors(FreshVectors):
    """Looks the vectors up in the database, and keeps there what it had to compute."""

    def __init__(self, database: Database, encoder: TextEncoder) -> None:
        super().__init__(encoder)
        self._database = database
        self._name = f"{encoder.fingerprint}/{CUTTING}"

    def of(
        self, articles: Sequence[ArticleText], entries: Sequence[Entry], progress: Progress | None = None
    ) -> list[np.ndarray]:
        """The vectors of each article, float16 of shape (entry.rows, dimension)."""
        kept = self._kept([article.revision_id for article in articles])
        missing = [
            place
            for place, (article, entry) in enumerate(zip(articles, entries, strict=True))
            if len(kept.get(article.revision_id, ())) != entry.rows
        ]
        total = sum(entry.rows for entry in entries)
        before = total - sum(entries[place].rows for place in missing)
        if progress:
            progress(before, total)
        made = super().of(
            [articles[place] for place in missing],
            [entries[place] for place in missing],
            (lambda done, _: progress(before + done, total)) if progress else None,
        )
        new = dict(zip(missing, made, strict=True))
        return [new[place] if place in new else kept[article.revision_id] for place, article in enumerate(articles)]

    def _kept(self, revision_ids: list[int]) -> dict[int, np.ndarray]:
        found: dict[int, np.ndarray] = {}
        with self._database.read() as unit:
            for ids in _parts(revision_ids):
                query = select(RevisionVectors.revision_id, RevisionVectors.rows, RevisionVectors.vectors)
                query = query.where(RevisionVectors.encoder == self._name, RevisionVectors.revision_id.in_(ids))
                for revision_id, rows, raw in unit.session.execute(query):
                    found[revision_id] = np.frombuffer(raw, dtype=np.float16).reshape(rows, -1)
        return found

    def _keep(self, articles: Sequence[ArticleText], vectors: Sequence[np.ndarray]) -> None:
        values = [
            {"revision_id": article.revision_id, "encoder": self._name, "rows": len(made), "vectors": made.tobytes()}
            for article, made in zip(articles, vectors, strict=True)
        ]
        dialect: Any = sqlite if self._database.engine.dialect.name == "sqlite" else postgresql
        insert = dialect.insert(RevisionVectors)
        update = {"rows": insert.excluded.rows, "vectors": insert.excluded.vectors}
        insert = insert.on_conflict_do_update(index_elements=["revision_id", "encoder"], set_=update)
        with self._database.work() as unit:  # another process may keep the same at this moment: both are right
            unit.session.execute(insert, values)
            unit.commit()


def _encode(encoder: TextEncoder, texts: list[str], kind: Literal["query", "passage"]) -> np.ndarray:
    parts = [encoder.encode(texts[at : at + _BATCH_TEXTS], kind) for at in range(0, len(texts), _BATCH_TEXTS)]
    return np.concatenate(parts).astype(np.float16)


def _parts(values: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(values), _QUERIED):
        yield values[start : start + _QUERIED]
