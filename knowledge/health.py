"""What needs a lead's eye: passages that say the same twice, or say it differently, and articles that went stale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import faiss
import numpy as np
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from knowledge.answering import Answerer, Source
from knowledge.index import Entry
from knowledge.live import Loaded
from shop.clock import now
from shop.tables import Article, ArticleEdition, ArticleRevision, QuestionLog

_NEIGHBOURS = 6
_PART = 1_000  # passages looked up between two reports of progress
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_STALE_AFTER = timedelta(days=365)
_ENDS_SOON = timedelta(days=14)
_MANY_DOWN_VOTES = 3


@dataclass(frozen=True)
class Twins:
    """Two passages of two articles that are near-identical. ``kind`` is contradiction where their numbers differ."""

    kind: Literal["duplicate", "contradiction"]
    similarity: float  # 0 for unrelated passages, 1 for the same
    one: Source
    one_passage: str
    other: Source
    other_passage: str


@dataclass(frozen=True)
class Stale:
    """A published article to look at, and why; ``since`` is when it began to be so."""

    slug: str
    reason: Literal["old", "ends_soon", "ended", "translation_behind", "voted_down"]
    since: datetime
    detail: str = ""


def find_twins(
    answerer: Answerer,
    language: str,
    at_least: float = 0.8,
    limit: int = 200,
    progress: Callable[[int, int], None] | None = None,
) -> list[Twins]:
    """Near-identical passages of different articles, contradictions first, then the most alike."""
    loaded = answerer.indexes[language].current()
    entries, owners, texts, vectors = _passages(loaded)
    if len(entries) < 2:
        return []
    floor = loaded.stored.manifest.floors.passage
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    found: dict[tuple[int, int], float] = {}
    for start in range(0, len(vectors), _PART):
        similarities, rows = index.search(vectors[start : start + _PART], min(_NEIGHBOURS, len(vectors)))
        for (place, column), similarity in np.ndenumerate((similarities - floor) / (1 - floor)):
            one, other = start + place, int(rows[place, column])
            if similarity >= at_least and owners[one] < owners[other]:
                found[one, other] = float(similarity)
        if progress:
            progress(min(start + _PART, len(vectors)), len(vectors))
    twins = [
        Twins(
            "contradiction" if _numbers(texts[one]) != _numbers(texts[other]) else "duplicate",
            similarity,
            _source(entries[owners[one]]),
            texts[one],
            _source(entries[owners[other]]),
            texts[other],
        )
        for (one, other), similarity in found.items()
    ]
    return sorted(twins, key=lambda pair: (pair.kind, -pair.similarity))[:limit]


def find_stale(session: Session, moment: datetime | None = None) -> list[Stale]:
    """Published articles that are old, ended, about to end, translated before they changed, or voted down."""
    moment = moment or now()
    return [*_dated(session, moment), *_behind(session), *_voted_down(session, moment)]


def _passages(loaded: Loaded) -> tuple[list[Entry], list[int], list[str], np.ndarray]:
    """The articles that count now; of each of their passages the article's place, the text and the vector."""
    entries: list[Entry] = []
    parts: list[np.ndarray] = []
    stored = loaded.stored.search
    if stored is not None:
        starts = stored.index.passage.starts
        for number, entry in enumerate(stored.index.entries):
            if entry.article_id not in loaded.updates:
                entries.append(entry)
                parts.append(stored.index.passage.vectors(np.arange(starts[number], starts[number + 1])))
    for update in loaded.updates.values():
        if update is not None:
            entry, rows = update
            entries.append(entry)
            parts.append(rows[len(entry.phrasings) : -1].astype(np.float32))
    owners = [place for place, entry in enumerate(entries) for _ in entry.passages]
    texts = [text for entry in entries for text in entry.passage_texts]
    return entries, owners, texts, np.concatenate(parts) if parts else np.empty((0, 0), dtype=np.float32)


def _dated(session: Session, moment: datetime) -> Iterator[Stale]:
    rows = session.execute(
        select(Article.slug, Article.updated_at, Article.valid_until)
        .where(
            Article.status == "published",
            or_(Article.updated_at < moment - _STALE_AFTER, Article.valid_until < moment + _ENDS_SOON),
        )
        .order_by(Article.updated_at)
    )
    for slug, updated_at, valid_until in rows:
        if valid_until is not None and valid_until <= moment:
            yield Stale(slug, "ended", valid_until)
        elif valid_until is not None and valid_until < moment + _ENDS_SOON:
            yield Stale(slug, "ends_soon", valid_until)
        else:
            yield Stale(slug, "old", updated_at)


def _behind(session: Session) -> Iterator[Stale]:
    """Articles one language of which was published before the newest revision of another that is live."""
    old, new = aliased(ArticleRevision), aliased(ArticleRevision)
    old_edition, new_edition = aliased(ArticleEdition), aliased(ArticleEdition)
    query = (
        select(Article.slug, old.language, new.language, new.created_at)
        .select_from(Article)
        .join(old_edition, old_edition.article_id == Article.id)
        .join(old, _is_live(old, old_edition))
        .join(new_edition, and_(new_edition.article_id == Article.id, new_edition.language != old_edition.language))
        .join(new, _is_live(new, new_edition))
        .where(Article.status == "published", new.number > 1, old.created_at < new.created_at)
        .order_by(new.created_at)
    )
    for slug, language, newer, changed_at in session.execute(query):
        yield Stale(slug, "translation_behind", changed_at, f"{language} is older than {newer}")


def _is_live(revision: type[ArticleRevision], edition: type[ArticleEdition]) -> object:
    return and_(
        revision.article_id == edition.article_id,
        revision.language == edition.language,
        revision.number == edition.published_number,
    )


def _voted_down(session: Session, moment: datetime) -> Iterator[Stale]:
    query = (
        select(Article.slug, func.count(), func.min(QuestionLog.created_at))
        .join(QuestionLog, QuestionLog.article_id == Article.id)
        .where(
            Article.status == "published",
            QuestionLog.vote == -1,
            QuestionLog.created_at >= Article.updated_at,
            QuestionLog.created_at >= moment - _STALE_AFTER,
        )
        .group_by(Article.slug)
        .having(func.count() >= _MANY_DOWN_VOTES)
        .order_by(func.count().desc())
    )
    for slug, count, first in session.execute(query):
        yield Stale(slug, "voted_down", first, f"{count} shoppers said it did not help")


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(sorted(_NUMBER.findall(text)))


def _source(entry: Entry) -> Source:
    return Source(entry.slug, entry.title, entry.language)
