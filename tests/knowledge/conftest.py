"""What the tests of the knowledge room share: a database, a shelf of small articles, an encoder without a model."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from knowledge.answering import Answerer, LiveIndex
from knowledge.articles import ArticleDraft, ArticleText
from knowledge.editing import write_article
from knowledge.editor import Editor
from knowledge.lexical import tokens
from knowledge.store import IndexFolder
from shop.database import open_engine
from shop.tables import Base
from shop.unit_of_work import Database


class WordEncoder:
    """Texts that share words are near: the sum of one fixed random vector a word, of length 1."""

    def __init__(self, fingerprint: str = "words-1", dimension: int = 64) -> None:
        self.fingerprint = fingerprint
        self.encoded_texts = 0
        self._dimension = dimension

    def encode(self, texts: list[str], kind: Literal["query", "passage"] = "query") -> np.ndarray:
        self.encoded_texts += len(texts)
        vectors = np.stack([self._vector(text) for text in texts])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def _vector(self, text: str) -> np.ndarray:
        words = tokens(text) or ["?"]
        return np.sum([self._word(word) for word in words], axis=0)

    def _word(self, word: str) -> np.ndarray:
        return np.random.default_rng(zlib.crc32(word.encode())).normal(size=self._dimension)


SHELF = (
    ArticleDraft(
        "shipping-cost",
        "shipping",
        "en",
        "Shipping cost",
        "Standard shipping costs $4.99.\n\nOrders above $50 ship free.",
        ("how much is shipping", "is shipping free", "shipping price"),
    ),
    ArticleDraft(
        "opening-hours",
        "store",
        "en",
        "Opening hours",
        "Our stores open at nine and close at eight.\n\nOn Sunday every store stays closed.",
        ("when do you open", "is every store closed on Sunday", "what time do stores close"),
    ),
    ArticleDraft(
        "reset-password",
        "account",
        "en",
        "Reset your password",
        "Choose Forgot password and follow the link in the mail.",
        ("forgot my password", "cannot log in with my password", "new password"),
    ),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(open_engine(f"sqlite:///{tmp_path / 'aisle.db'}"))
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def stocked(database: Database) -> Database:
    """The database with the shelf in it."""
    with database.work() as unit:
        for draft in SHELF:
            write_article(unit.session, draft, "test")
        unit.commit()
    return database


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def shelf() -> list[ArticleText]:
    """The articles of the shelf as they are read."""
    return [
        ArticleText(n, d.slug, d.category, "published", d.language, 1, d.title, d.body, d.questions)
        for n, d in enumerate(SHELF)
    ]


def open_answerer(database: Database, root: Path, encoder: WordEncoder | None = None) -> Answerer:
    """The answerer of one process: call it twice for two processes' worth of indexes."""
    used = encoder or WordEncoder()
    return Answerer(
        {lang: LiveIndex(lang, IndexFolder(root / "index" / lang), database, lambda: used) for lang in ("en", "zh")},
        database,
    )


@pytest.fixture
def answerer(stocked: Database, tmp_path: Path) -> Answerer:
    return open_answerer(stocked, tmp_path)


@pytest.fixture
def editor(stocked: Database, answerer: Answerer) -> Editor:
    return Editor(stocked, answerer)
