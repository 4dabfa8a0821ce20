"""Batch tests: saved questions with the articles they should lead to, asked before and after a change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.answering import Answer, Answerer
from knowledge.articles import ArticleDraft
from shop.clock import now
from shop.conversations import LANGUAGES
from shop.errors import BadInput, NotFound
from shop.tables import QuestionList

Verdict = Literal["right", "offered", "wrong", "silent"]
"""What came: the expected article (or rightly nothing), it among the two asked back with, another one, nothing."""

MOST_QUESTIONS = 2_000
_PART = 25  # questions between two reports of progress


@dataclass(frozen=True)
class TestQuestion:
    """A question, and the slug it should be answered from; an empty slug means that nothing should answer it."""

    __test__ = False  # not a test case of pytest's

    question: str
    language: str
    slug: str = ""


@dataclass(frozen=True)
class TestRow:
    """What came of one question, now and with the drafts."""

    __test__ = False

    asked: TestQuestion
    before: Answer
    after: Answer
    verdict_before: Verdict
    verdict_after: Verdict

    @property
    def changes(self) -> bool:
        """Whether a shopper would read something else."""
        return _seen(self.before) != _seen(self.after)

    @property
    def got_worse(self) -> bool:
        """Whether it was right, or at least offered, and no longer is."""
        order = ("wrong", "silent", "offered", "right")
        return order.index(self.verdict_after) < order.index(self.verdict_before)


@dataclass(frozen=True)
class BatchReport:
    """A run of a list."""

    rows: tuple[TestRow, ...]

    @property
    def changed(self) -> tuple[TestRow, ...]:
        """The questions whose answers would change."""
        return tuple(row for row in self.rows if row.changes)

    def counts(self, when: Literal["before", "after"]) -> dict[str, int]:
        """How many questions came to which verdict."""
        return dict(Counter(getattr(row, f"verdict_{when}") for row in self.rows))


def save_list(session: Session, name: str, questions: Sequence[TestQuestion], author: str) -> None:
    """Keep a list under a name, in place of one of the same name. Raises BadInput."""
    name = name.strip()
    if not name or len(name) > 120:
        raise BadInput(f"a list needs a name of up to 120 characters, got {name!r}")
    if not questions or len(questions) > MOST_QUESTIONS:
        raise BadInput(f"a list holds 1 to {MOST_QUESTIONS:,} questions, got {len(questions):,}")
    for place, asked in enumerate(questions, 1):
        if asked.language not in LANGUAGES:
            raise BadInput(f"question {place}: the language must be one of {', '.join(LANGUAGES)}: {asked.language!r}")
        if not asked.question.strip() or len(asked.question) > 300:
            raise BadInput(f"question {place} must have 1 to 300 characters, got {len(asked.question)}")
    row = session.execute(select(QuestionList).where(QuestionList.name == name)).scalar_one_or_none()
    row = row or QuestionList(name=name)
    row.questions, row.author, row.updated_at = [asdict(asked) for asked in questions], author, now()
    session.add(row)
    session.flush()


def lists(session: Session) -> dict[str, int]:
    """The saved lists by name, with the number of their questions."""
    return {row.name: len(row.questions) for row in session.scalars(select(QuestionList).order_by(QuestionList.name))}


def get_list(session: Session, name: str) -> list[TestQuestion]:
    """The questions of a saved list. Raises NotFound."""
    row = session.execute(select(QuestionList).where(QuestionList.name == name)).scalar_one_or_none()
    if row is None:
        raise NotFound(f"there is no list of questions {name!r}")
    return [TestQuestion(**asked) for asked in row.questions]


def delete_list(session: Session, name: str) -> None:
    """Forget a saved list. Raises NotFound."""
    row = session.execute(select(QuestionList).where(QuestionList.name == name)).scalar_one_or_none()
    if row is None:
        raise NotFound(f"there is no list of questions {name!r}")
    session.delete(row)
    session.flush()


def run(
    answerer: Answerer,
    questions: Sequence[TestQuestion],
    drafts: Sequence[ArticleDraft] = (),
    progress: Callable[[int, int], None] | None = None,
) -> BatchReport:
    """Ask every question of what is published and, where there are drafts, as if these were published.

    Raises BadInput for a draft that cannot be used. ``progress`` gets how many questions are done, and of how many.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, asked in enumerate(questions):
        places[asked.language].append(place)
    rows: dict[int, TestRow] = {}
    for language, numbers in places.items():
        for start in range(0, len(numbers), _PART):
            part = numbers[start : start + _PART]
            texts = [questions[place].question for place in part]
            before = [one.answer for one in answerer.explain(texts, language)]
            after = [one.answer for one in answerer.explain(texts, language, drafts=drafts)] if drafts else before
            for place, was, becomes in zip(part, before, after, strict=True):
                asked = questions[place]
                rows[place] = TestRow(asked, was, becomes, _verdict(asked, was), _verdict(asked, becomes))
            if progress:
                progress(len(rows), len(questions))
    return BatchReport(tuple(rows[place] for place in range(len(questions))))


def _verdict(asked: TestQuestion, answer: Answer) -> Verdict:
    if answer.outcome == "unanswered":
        return "silent" if asked.slug else "right"
    if answer.article is not None:
        return "right" if answer.article.slug == asked.slug else "wrong"
    return "offered" if asked.slug in _slugs(answer) else "wrong"


def _slugs(answer: Answer) -> Iterable[str]:
    return {source.slug for source in answer.candidates}


def _seen(answer: Answer) -> tuple[object, ...]:
    return answer.outcome, answer.text, answer.article, answer.candidates
