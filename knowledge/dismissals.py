"""Gaps that leads left open on purpose: looked at again, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shop.audit import write_audit
from shop.errors import NotFound
from shop.tables import GapDecision, QuestionLog

_MOST = 500


@dataclass(frozen=True)
class Dismissal:
    """Questions of one meaning that are not shown, and why."""

    id: int
    question: str  # the one that stands for all
    reason: str
    author: str
    at: datetime
    count: int  # how often it had been asked


def dismissals(session: Session, language: str) -> list[Dismissal]:
    """What is dismissed in a language, the newest first."""
    count = select(func.count()).where(QuestionLog.gap_decision_id == GapDecision.id).scalar_subquery()
    query = (
        select(GapDecision, count)
        .where(GapDecision.language == language, GapDecision.kind == "dismissed")
        .order_by(GapDecision.id.desc())
        .limit(_MOST)
    )
    return [
        Dismissal(one.id, one.example, one.reason, one.author, one.created_at, int(asked))
        for one, asked in session.execute(query)
    ]


def reopen(session: Session, dismissal_id: int, author: str) -> None:
    """Show dismissed questions among the gaps again; the caller commits. Raises NotFound."""
    decision = session.get(GapDecision, dismissal_id)
    if decision is None or decision.kind != "dismissed":
        raise NotFound("these questions are not dismissed any more")
    mine = QuestionLog.gap_decision_id == decision.id
    session.execute(
        update(QuestionLog).where(mine).values(gap_decision_id=None).execution_options(synchronize_session=False)
    )
    detail = {"question": decision.example, "reason": decision.reason, "dismissed_by": decision.author}
    session.delete(decision)
    write_audit(session, author, "reopen_gap", f"gap:{dismissal_id}", detail)
    session.flush()
