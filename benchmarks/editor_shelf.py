"""A knowledge base of any size to measure with: the demo shop's articles copied, with what shoppers asked of it.

A copy keeps its article's text but for the title. Its vectors are the article's, each turned a little by chance: so
nothing need be encoded, and no two copies are alike. Questions are made likewise. What is little for the English
encoder is much for the Chinese one, whose vectors all lie close together: there no two questions are of one meaning,
which is the longest list of gaps there can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.articles import ArticleText, published_articles
from knowledge.building import load_encoder
from knowledge.index import Entry
from knowledge.vectors import CUTTING, TextEncoder, encode_entries
from shop.clock import now
from shop.conversations import LANGUAGES
from shop.settings import Settings
from shop.tables import (
    AnswerVote,
    Article,
    ArticleEdition,
    ArticleRevision,
    Conversation,
    GapDecision,
    Message,
    QuestionLog,
    Reply,
    RevisionVectors,
    Satisfaction,
)
from shop.unit_of_work import Database

_TURN = 0.6  # how long the part of a copy's vector is that is chance
_DAYS = 84
_DISMISSED = 200
_OUTCOMES = ("answered", "asked_back", "unanswered")


def fill(settings: Settings, database: Database, articles: int, questions: int, seed: int) -> None:
    """Copy the articles until there are so many, in each language, and lay so many questions beside them."""
    chance = np.random.default_rng(seed)
    with database.read() as unit:
        shelf = {
            language: [one for one in published_articles(unit.session, language) if one.language == language]
            for language in LANGUAGES
        }
    for language, originals in shelf.items():
        if not originals:
            continue
        encoder = load_encoder(settings, language)
        with database.work() as unit:
            vectors = encode_entries(encoder, [Entry.of(one) for one in originals])
            _copy(unit.session, articles, originals, encoder, vectors, chance)
            asked = np.concatenate(vectors)
            _ask(unit.session, language, questions // len(LANGUAGES), encoder, asked, originals, chance)
            _dismiss(unit.session, language, encoder, asked.shape[1], chance)
            unit.commit()


def _copy(
    session: Session,
    articles: int,
    originals: Sequence[ArticleText],
    encoder: TextEncoder,
    vectors: Sequence[np.ndarray],
    chance: np.random.Generator,
) -> None:
    first = _first(session, ArticleRevision)
    kept: dict[Any, list[dict[str, Any]]] = {Article: [], ArticleEdition: [], ArticleRevision: [], RevisionVectors: []}
    ids = {slug: key for key, slug in session.execute(select(Article.id, Article.slug))}
    free = _first(session, Article)
    for number in range(articles - len(originals)):
        place = number % len(originals)
        for table, row in _rows(originals[place], number // len(originals) + 2, first + number, ids, free + number):
            kept[table].append(row)
        turned = _turned(vectors[place], chance)
        name = f"{encoder.fingerprint}/{CUTTING}"
        row = {"revision_id": first + number, "encoder": name, "rows": len(turned), "vectors": turned.tobytes()}
        kept[RevisionVectors].append(row)
    for table, rows in kept.items():
        session.bulk_insert_mappings(table, rows)


def _rows(
    original: ArticleText, copy: int, revision_id: int, ids: dict[str, int], free: int
) -> Iterator[tuple[Any, dict[str, Any]]]:
    moment = now() - timedelta(days=revision_id % 500)
    slug, title = f"{original.slug[:70]}-{copy}", f"{original.title} ({copy})"
    if slug not in ids:
        ids[slug] = free
        facts = {"slug": slug, "category": original.category, "status": "published", "change": 0}
        yield Article, {"id": free, "created_at": moment, "updated_at": moment, **facts}
    shared = {"article_id": ids[slug], "language": original.language, "title": title}
    yield ArticleEdition, {**shared, "latest_number": 1, "published_number": 1}
    text = {"body": original.body, "questions": list(original.questions), "category": original.category}
    written = {"id": revision_id, "number": 1, "author": "command", "created_at": moment}
    yield ArticleRevision, {**shared, **text, **written}


def _ask(
    session: Session,
    language: str,
    questions: int,
    encoder: TextEncoder,
    vectors: np.ndarray,
    originals: Sequence[ArticleText],
    chance: np.random.Generator,
) -> None:
    """A conversation for each two questions, one in ten rated, one in five with a thumb."""
    texts = [text for one in originals for text in (one.title, *one.questions)]
    article_ids = list(session.scalars(select(Article.id)))
    message_id = _first(session, Message)
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (Conversation, Message, Reply, QuestionLog, AnswerVote, Satisfaction)
    }
    for number in range(questions):
        at = now() - timedelta(days=float(chance.uniform(0, _DAYS)))
        name = f"bench-{language}-{number // 2}"
        if number % 2 == 0:
            rows[Conversation].append({"id": name, "language": language, "created_at": at, "updated_at": at})
            if number % 20 == 0:
                rows[Satisfaction].append(
                    {"conversation_id": name, "score": 1 + number % 5, "comment": "", "updated_at": at}
                )
        for seq, author in enumerate(("shopper", "bot"), 1 + 2 * (number % 2)):
            told = {"seq": seq, "author": author, "kind": "text", "text": "words", "created_at": at}
            rows[Message].append({"id": message_id, "conversation_id": name, **told})
            message_id += 1
        answered = {"outcome": "answered", "duration_milliseconds": 50, "created_at": at}
        rows[Reply].append({"message_id": message_id - 2, **answered})  # else the server would answer it at its start
        if number % 5 == 0:
            rows[AnswerVote].append({"message_id": message_id - 1, "vote": -1 if number % 3 else 1, "updated_at": at})
        outcome = _OUTCOMES[number % 3]
        rows[QuestionLog].append(
            {
                "conversation_id": name,
                "language": language,
                "text": texts[number % len(texts)],
                "outcome": outcome,
                "score": 0.3,
                "article_id": article_ids[number % len(article_ids)] if outcome == "answered" else None,
                "vector": _turned(vectors[[number % len(vectors)]], chance).tobytes(),
                "encoder": encoder.fingerprint,
                "created_at": at,
            }
        )
    for table, made in rows.items():
        session.bulk_insert_mappings(table, made)


def _dismiss(
    session: Session, language: str, encoder: TextEncoder, dimension: int, chance: np.random.Generator
) -> None:
    """Gaps that were left open on purpose, of any direction, so that most of what was asked stays."""
    vectors = _turned(np.zeros((_DISMISSED, dimension)), chance)
    told = {"language": language, "kind": "dismissed", "reason": "not sold", "author": "command"}
    rows = [
        {"example": f"Dismissed {number}", "vector": vector.tobytes(), "encoder": encoder.fingerprint, **told}
        for number, vector in enumerate(vectors)
    ]
    session.bulk_insert_mappings(GapDecision, [{**row, "created_at": now()} for row in rows])


def _turned(vectors: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    noise = chance.normal(size=vectors.shape)
    turned = vectors + _TURN * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return np.asarray(turned / np.linalg.norm(turned, axis=1, keepdims=True), dtype=np.float16)


def _first(session: Session, table: Any) -> int:
    """The first id that is free, with all after it."""
    return int(session.scalar(select(func.max(table.id))) or 0) + 1
