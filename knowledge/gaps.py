"""What shoppers asked and did not get: unanswered and down-voted questions, grouped by meaning.

Questions of one meaning are found by average-linkage clustering (UPGMA, Sokal and Michener 1958; ``scipy``) of their
vectors, which are kept with the questions. How near is near differs between encoders, so similarities are measured
from the one that questions about unrelated things have on average.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session

from knowledge.answering import Answerer
from knowledge.articles import ArticleDraft, find_article
from knowledge.building import unrelated_questions
from knowledge.search import Question
from knowledge.vectors import TextEncoder
from shop.clock import now
from shop.errors import BadInput
from shop.tables import AuditEntry, GapDecision, QuestionLog
from shop.unit_of_work import Database

WEEKS_SHOWN = 12
_MOST_QUESTIONS = 3_000  # the newest; clustering takes the square of it
_EXAMPLES = 8
_ONE_MEANING = 0.5  # the similarity, 0 for unrelated and 1 for the same, that holds a group together
_LONGEST_TITLE = 200
_NOT_SERVED = or_(QuestionLog.outcome == "unanswered", QuestionLog.vote == -1)
_DOWN_VOTES = func.sum(case((QuestionLog.vote == -1, QuestionLog.id), else_=0))


@dataclass(frozen=True)
class Gap:
    """Questions of one meaning that the knowledge base did not serve."""

    language: str
    question: str  # the one nearest to the middle of the group
    question_ids: tuple[int, ...]  # what a decision is about
    examples: tuple[str, ...]  # different wordings, the most frequent first
    unanswered: int
    down_votes: int
    weeks: tuple[tuple[date, int], ...]  # Mondays, oldest first, with how often it was asked
    vector: np.ndarray = field(repr=False, compare=False)  # of the question, float32 of shape (dimension,)

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.question_ids)

    @property
    def trend(self) -> int:
        """How much more often it was asked in the last four weeks than in the four before."""
        counts = [count for _, count in self.weeks]
        return sum(counts[-4:]) - sum(counts[-8:-4])

    @property
    def asked(self) -> Question:
        """The question as the knowledge base is asked, without encoding it again."""
        return Question(self.question, self.vector)


def find_gaps(database: Database, answerer: Answerer, language: str, days: int = 7 * WEEKS_SHOWN) -> list[Gap]:
    """The gaps of the last days, the most asked first; what was decided about is left out, also when asked anew."""
    encoder = answerer.indexes[language].current().encoder
    asked = _questions(database, language, days)
    if not asked:
        return []
    vectors = _vectors(database, encoder, QuestionLog, asked)
    floor = _unrelated_similarity(encoder, language)
    dismissed = _dismissed(database, language)
    if dismissed:
        near = _above(vectors @ _vectors(database, encoder, GapDecision, dismissed).T, floor).max(axis=1)
        kept = np.flatnonzero(near < _ONE_MEANING)
        asked, vectors = [asked[place] for place in kept], vectors[kept]
    groups = _grouped(vectors, floor)
    mondays = _mondays()
    gaps = [_gap(language, [asked[n] for n in group], vectors[group], mondays) for group in groups]
    return sorted(gaps, key=lambda gap: (-gap.count, -gap.trend, gap.question))


def standing(session: Session, encoder: TextEncoder, language: str) -> tuple[object, ...]:
    """What the gaps of a language depend on: as long as it stays the same, so do they."""
    since = now() - timedelta(days=7 * WEEKS_SHOWN)
    asked = select(func.max(QuestionLog.id), func.count(QuestionLog.gap_decision_id), func.count(), _DOWN_VOTES)
    asked = asked.where(QuestionLog.language == language, QuestionLog.created_at >= since, _NOT_SERVED)
    decided = select(func.count(), func.max(GapDecision.id)).where(GapDecision.language == language)
    return (encoder.fingerprint, now().date(), *session.execute(asked).one(), *session.execute(decided).one())


def dismiss(session: Session, gap: Gap, reason: str, author: str) -> int:
    """Leave a gap open on purpose. Returns the number by which ``dismissals.reopen`` takes it back.

    Raises BadInput where no reason is given.
    """
    if not reason.strip() or len(reason) > 300:
        raise BadInput(f"a reason of 1 to 300 characters is needed to dismiss questions, got {len(reason.strip())}")
    return _decide(session, gap, GapDecision(kind="dismissed", reason=reason.strip()), author)


def mark_attached(session: Session, gap: Gap, slug: str, author: str) -> None:
    """Note that an article now answers a gap (``Editor.add_question`` made it so). Raises NotFound."""
    _decide(session, gap, GapDecision(kind="attached", article_id=find_article(session, slug).id), author)


def mark_drafted(session: Session, gap: Gap, slug: str, author: str) -> None:
    """Note that a draft was begun for a gap. Raises NotFound."""
    _decide(session, gap, GapDecision(kind="drafted", article_id=find_article(session, slug).id), author)


def draft_for(gap: Gap, slug: str, category: str) -> ArticleDraft:
    """Where an article about a gap can begin; its body is yet to be written."""
    others = tuple(text for text in gap.examples if text != gap.question)
    return ArticleDraft(slug, category, gap.language, gap.question[:_LONGEST_TITLE], "", others)


def _decide(session: Session, gap: Gap, decision: GapDecision, author: str) -> int:
    decision.language, decision.example, decision.author = gap.language, gap.question, author
    decision.created_at = now()
    session.add(decision)
    session.flush()
    ids = list(gap.question_ids)
    for start in range(0, len(ids), 500):
        part = QuestionLog.id.in_(ids[start : start + 500])
        values = update(QuestionLog).where(part).values(gap_decision_id=decision.id)
        session.execute(values.execution_options(synchronize_session=False))
    detail = {"question": gap.question, "count": gap.count, "reason": decision.reason or "", "kind": decision.kind}
    entry = AuditEntry(at=now(), actor=author, action="decide_gap", subject=f"gap:{decision.id}", detail=detail)
    session.add(entry)
    session.flush()
    return int(decision.id)


def _questions(database: Database, language: str, days: int) -> list[Any]:
    """Open questions, the newest first."""
    columns = (QuestionLog.id, QuestionLog.text, QuestionLog.vector, QuestionLog.encoder)
    query = (
        select(*columns, QuestionLog.outcome, QuestionLog.vote, QuestionLog.created_at)
        .where(
            QuestionLog.language == language,
            QuestionLog.created_at >= now() - timedelta(days=days),
            QuestionLog.gap_decision_id.is_(None),
            _NOT_SERVED,
        )
        .order_by(QuestionLog.id.desc())
        .limit(_MOST_QUESTIONS)
    )
    with database.read() as unit:
        return list(unit.session.execute(query))


def _dismissed(database: Database, language: str) -> list[Any]:
    """The examples of what was dismissed, the newest first."""
    columns = (GapDecision.id, GapDecision.example.label("text"), GapDecision.vector, GapDecision.encoder)
    query = select(*columns).where(GapDecision.language == language, GapDecision.kind == "dismissed")
    with database.read() as unit:
        return list(unit.session.execute(query.order_by(GapDecision.id.desc()).limit(_MOST_QUESTIONS)))


def _vectors(database: Database, encoder: TextEncoder, table: Any, rows: Sequence[Any]) -> np.ndarray:
    """The vectors of texts, float32 of shape (rows, dimension); what has none by this encoder gets one, which is
    kept."""
    vectors = {row.id: row.vector for row in rows if row.encoder == encoder.fingerprint and row.vector}
    missing = [row for row in rows if row.id not in vectors]
    if missing:
        made = encoder.encode([row.text for row in missing], "query").astype(np.float16)
        new = {row.id: vector.tobytes() for row, vector in zip(missing, made, strict=True)}
        kept = [{"id": key, "vector": raw, "encoder": encoder.fingerprint} for key, raw in new.items()]
        with database.work() as unit:
            unit.session.bulk_update_mappings(table, kept)
            unit.commit()
        vectors |= new
    return np.array([np.frombuffer(vectors[row.id], dtype=np.float16) for row in rows], dtype=np.float32)


def _unrelated_similarity(encoder: TextEncoder, language: str) -> float:
    vectors = encoder.encode(unrelated_questions()[language], "query")
    return min(float((vectors @ vectors.T)[np.triu_indices(len(vectors), 1)].mean()), 0.95)


def _above(similarities: np.ndarray, floor: float) -> np.ndarray:
    return np.asarray((similarities - floor) / (1 - floor))


def _grouped(vectors: np.ndarray, floor: float) -> list[list[int]]:
    if len(vectors) < 2:
        return [[place] for place in range(len(vectors))]
    distances = 1 - _above(vectors @ vectors.T, floor)
    condensed = np.clip(squareform(distances, checks=False), 0.0, None)
    labels = fcluster(linkage(condensed, "average"), 1 - _ONE_MEANING, "distance")
    return [np.flatnonzero(labels == label).tolist() for label in np.unique(labels)]


def _mondays() -> list[date]:
    """Those of the weeks that are shown, the oldest first."""
    today = now().date()
    this_week = today - timedelta(days=today.weekday())
    return [this_week - timedelta(weeks=back) for back in reversed(range(WEEKS_SHOWN))]


def _gap(language: str, asked: Sequence[Any], vectors: np.ndarray, mondays: Sequence[date]) -> Gap:
    middle = int((vectors @ vectors.mean(axis=0)).argmax())
    days = [one.created_at.date() for one in asked]
    by_week = Counter(day - timedelta(days=day.weekday()) for day in days)
    wordings = Counter(one.text for one in asked)
    return Gap(
        language=language,
        question=asked[middle].text,
        question_ids=tuple(one.id for one in asked),
        examples=tuple(text for text, _ in wordings.most_common(_EXAMPLES)),
        unanswered=sum(one.outcome == "unanswered" for one in asked),
        down_votes=sum(one.vote == -1 for one in asked),
        weeks=tuple((monday, by_week[monday]) for monday in mondays),
        vector=vectors[middle],
    )
