"""Building the index of a language from the published articles, when it is out of date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import astuple
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import yaml

from knowledge.articles import ArticleText, published_articles
from knowledge.calibration import UNCALIBRATED, calibrate
from knowledge.index import Entry, Index
from knowledge.search import Floors, Search, Weights
from knowledge.store import FORMAT, IndexFolder
from language.encoder import Encoder
from shop.settings import Settings
from shop.unit_of_work import Database

Progress = Callable[[int, int], None]
"""Called with how many texts are encoded and how many there are."""

_BATCH = 64


class TextEncoder(Protocol):
    """What an index needs of an encoder; ``language.encoder.Encoder`` is one."""

    fingerprint: str

    def encode(self, texts: list[str], kind: Literal["query", "passage"] = "query") -> np.ndarray:
        """Float32 vectors of length 1, shape (len(texts), dimension)."""


def index_folder(settings: Settings, language: str) -> IndexFolder:
    """Where the index of a language lies."""
    return IndexFolder(settings.state_dir / "index" / language)


def load_encoder(settings: Settings, language: str, threads: int = 1) -> Encoder:
    """The encoder of a language's index. Raises NotReady when it was never exported."""
    return Encoder.load(settings.state_dir / "encoders" / language, threads)


def rebuild(settings: Settings, database: Database, language: str, progress: Progress | None = None) -> bool:
    """Bring the index of a language up to date; returns whether anything had to be done. Raises NotReady."""
    with database.read() as unit:
        articles = published_articles(unit.session, language)
    encoder = load_encoder(settings, language, threads=2)
    return build(index_folder(settings, language), articles, encoder, language, progress)


def build(
    folder: IndexFolder,
    articles: Sequence[ArticleText],
    encoder: TextEncoder,
    language: str,
    progress: Progress | None = None,
) -> bool:
    """Build the index of some articles unless it is there already; returns whether it was built."""
    inputs = _fingerprint(articles, encoder)
    with folder.building():
        current = folder.manifest()
        if current is not None and current.inputs == inputs and folder.is_whole(current):
            return False
        search = build_search([Entry.of(article) for article in articles], encoder, language, progress)
        limits = calibrate(search) if search else UNCALIBRATED
        folder.save(inputs, encoder.fingerprint, search, limits)
    return True


def build_search(
    entries: Sequence[Entry], encoder: TextEncoder, language: str, progress: Progress | None = None
) -> Search | None:
    """An index of entries in memory; None if there are none."""
    if not entries:
        return None
    total = sum(len(entry.phrasings) + len(entry.passages) + 1 for entry in entries)
    index = Index.build(entries, _in_batches(encoder, total, progress))
    return Search(index, Floors.measured(index, encoder.encode(unrelated_questions()[language], "query")))


@lru_cache(maxsize=1)
def unrelated_questions() -> dict[str, list[str]]:
    """By language, questions that are no shop's business."""
    loaded: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("unrelated.yml").read_text(encoding="utf-8"))
    return loaded


def _in_batches(encoder: TextEncoder, total: int, progress: Progress | None) -> Callable[..., np.ndarray]:
    done = 0

    def encode(texts: list[str], kind: Literal["query", "passage"]) -> np.ndarray:
        nonlocal done
        vectors = []
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            vectors.append(encoder.encode(batch, kind))
            done += len(batch)
            if progress:
                progress(done, total)
        return np.concatenate(vectors)

    return encode


def _fingerprint(articles: Sequence[ArticleText], encoder: TextEncoder) -> str:
    described = [FORMAT, encoder.fingerprint, astuple(Weights()), [astuple(article) for article in articles]]
    return hashlib.sha256(json.dumps(described, ensure_ascii=False).encode()).hexdigest()
