"""Building the index of a language from the published articles, when it is out of date.

The database is the truth and the index a cache of it: it can be thrown away and built again at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

from knowledge.articles import ArticleText, change_now, published_articles
from knowledge.calibration import UNCALIBRATED, calibrate
from knowledge.index import Entry, Index
from knowledge.manner import MANNERS
from knowledge.search import Floors, Search
from knowledge.store import FORMAT, IndexFolder
from knowledge.vectors import CUTTING, FreshVectors, KeptVectors, Progress, TextEncoder, encode_entries
from knowledge.weighing import weigh
from language.encoder import Encoder
from shop.settings import Settings
from shop.unit_of_work import Database


def index_folder(settings: Settings, language: str) -> IndexFolder:
    """Where the index of a language lies."""
    return IndexFolder(settings.state_dir / "index" / language)


def load_encoder(settings: Settings, language: str, threads: int = 1) -> Encoder:
    """The encoder of a language's index. Raises NotReady when it was never exported."""
    return Encoder.load(settings.state_dir / "encoders" / language, threads)


def rebuild(settings: Settings, database: Database, language: str, progress: Progress | None = None) -> bool:
    """Bring the index of a language up to date; returns whether anything had to be done. Raises NotReady."""
    encoder = load_encoder(settings, language, threads=2)
    return rebuild_in(index_folder(settings, language), database, encoder, language, progress)


def rebuild_in(
    folder: IndexFolder, database: Database, encoder: TextEncoder, language: str, progress: Progress | None = None
) -> bool:
    """Bring the index in a folder up to date; returns whether anything had to be done."""
    with database.read() as unit:
        change = change_now(unit.session)
        articles = published_articles(unit.session, language)
    return build(folder, articles, KeptVectors(database, encoder), language, progress, change)


def build(
    folder: IndexFolder,
    articles: Sequence[ArticleText],
    vectors: FreshVectors,
    language: str,
    progress: Progress | None = None,
    change: int = 0,
) -> bool:
    """Build the index of some articles unless it is there already; returns whether it was built.

    ``change`` is the number of the last change that is in the articles.
    """
    encoder = vectors.encoder
    inputs = _fingerprint(articles, encoder, language)
    with folder.building():
        current = folder.manifest()
        if current is not None and current.inputs == inputs and folder.is_whole(current):
            if change > current.change:
                folder.put_in_force(replace(current, change=change))
            return False
        entries = [Entry.of(article) for article in articles]
        search = make_search(entries, vectors.of(articles, entries, progress), encoder, language)
        limits = calibrate(search) if search else UNCALIBRATED
        folder.save(inputs, encoder.fingerprint, search, limits, change)
    return True


def build_search(entries: Sequence[Entry], encoder: TextEncoder, language: str) -> Search | None:
    """An index of entries in memory; None if there are none."""
    return make_search(entries, encode_entries(encoder, entries) if entries else [], encoder, language)


def make_search(
    entries: Sequence[Entry], vectors: Sequence[np.ndarray], encoder: TextEncoder, language: str
) -> Search | None:
    """A search over entries whose vectors are known, weighed by their own questions; None if there are no entries."""
    if not entries:
        return None
    index = Index.of(entries, vectors, MANNERS[language])
    floors = Floors.measured(index, encoder.encode(unrelated_questions()[language], "query"))
    return weigh(Search(index, floors))


@lru_cache(maxsize=1)
def unrelated_questions() -> dict[str, list[str]]:
    """By language, questions that are no shop's business."""
    loaded: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("unrelated.yml").read_text(encoding="utf-8"))
    return loaded


def _fingerprint(articles: Sequence[ArticleText], encoder: TextEncoder, language: str) -> str:
    texts = [astuple(article) for article in articles]
    described = [FORMAT, CUTTING, encoder.fingerprint, astuple(MANNERS[language]), texts]
    return hashlib.sha256(json.dumps(described, ensure_ascii=False, default=str).encode()).hexdigest()
