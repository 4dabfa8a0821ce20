"""How good the answers are, through the real encoders, mostly on questions nobody tuned on.

questions.csv: 45 questions with and 15 without an answer in each language. choosing.csv: one question an article, the
same in both languages; the manner of searching Chinese was chosen with them (docs/decisions/0018). passages.csv: some
of the demo articles' own questions with the number of the passage that answers them. followups.csv: questions that
lean on one before; the way of reading them was made on these. The floors stand a little below what was measured when
they were set (in the comments); they hold for the default encoders.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import knowledge
from knowledge.answering import Answer, Answerer, LiveIndex
from knowledge.articles import get_article
from knowledge.building import load_encoder
from knowledge.following import Before
from knowledge.importing import import_folder
from knowledge.passages import passages
from knowledge.search import Question
from knowledge.store import IndexFolder
from shop.database import open_engine
from shop.errors import NotReady
from shop.settings import get_settings
from shop.tables import Base
from shop.unit_of_work import Database

HERE = Path(__file__).parent
DEMO = Path(knowledge.__file__).parent / "demo_articles"


@dataclass(frozen=True)
class Bench:
    """The demo articles, indexed in one language."""

    language: str
    database: Database
    live: LiveIndex
    answerer: Answerer

    def best_slug(self, question: str, category: str | None = None) -> str:
        """The article ranked first, whether it would be answered or not."""
        loaded = self.live.current()
        search = loaded.stored.search
        assert search is not None
        asked = Question(question, loaded.encoder.encode([question])[0])
        return search.index.entries[search.find(asked, category)[0].article].slug

    def category(self, slug: str) -> str:
        with self.database.read() as unit:
            return get_article(unit.session, slug, self.language).category


@dataclass(frozen=True)
class Asked:
    """A question of the file, what should come and what came."""

    slug: str
    answer: Answer

    @property
    def is_right(self) -> bool:
        return self.answer.article is not None and self.answer.article.slug == self.slug

    @property
    def is_shown(self) -> bool:
        """Whether the right article was answered or among the two offered."""
        return self.is_right or self.slug in {source.slug for source in self.answer.candidates}


@pytest.fixture(scope="module", params=["en", "zh"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    language = request.param
    try:
        encoder = load_encoder(get_settings(), language, threads=2)
    except NotReady as error:
        pytest.skip(str(error))
    root = tmp_path_factory.mktemp("knowledge")
    database = Database(open_engine(f"sqlite:///{root / 'aisle.db'}"))
    Base.metadata.create_all(database.engine)
    import_folder(database, DEMO)
    live = LiveIndex(language, IndexFolder(root / "index"), database, lambda: encoder)
    yield Bench(language, database, live, Answerer({language: live}, database))
    database.close()


def rows(name: str, language: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["language"] == language]


@pytest.fixture(scope="module")
def asked(bench: Bench) -> list[Asked]:
    questions = rows("questions.csv", bench.language)
    return [Asked(row["slug"], bench.answerer.answer(row["question"], bench.language)) for row in questions]


def share(flags: list[bool]) -> float:
    assert flags
    return sum(flags) / len(flags)


def test_the_right_article_is_ranked_first(bench: Bench) -> None:
    answerable = [row for row in rows("questions.csv", bench.language) if row["slug"]]
    hits = [bench.best_slug(row["question"]) == row["slug"] for row in answerable]
    assert share(hits) >= {"en": 0.62, "zh": 0.67}[bench.language]  # measured .73, .78
    hinted = [bench.best_slug(row["question"], bench.category(row["slug"])) == row["slug"] for row in answerable]
    assert share(hinted) >= {"en": 0.77, "zh": 0.69}[bench.language]  # measured .87, .80


def test_the_right_article_is_ranked_first_for_the_same_questions_in_both_languages(bench: Bench) -> None:
    hits = [bench.best_slug(row["question"]) == row["slug"] for row in rows("choosing.csv", bench.language)]
    assert share(hits) >= {"en": 0.65, "zh": 0.6}[bench.language]  # measured .71, .67


def test_shoppers_are_shown_the_right_article(bench: Bench, asked: list[Asked]) -> None:
    shown = [one.is_shown for one in asked if one.slug]
    assert share(shown) >= {"en": 0.6, "zh": 0.58}[bench.language]  # measured .69, .67


def test_answers_are_seldom_wrong(asked: list[Asked]) -> None:
    right = [one.is_right for one in asked if one.answer.outcome == "answered"]
    assert share(right) >= 0.8  # measured .92 (22 of 24), .86 (12 of 14); questions without an answer included


def test_questions_without_an_answer_are_told_apart(bench: Bench, asked: list[Asked]) -> None:
    silent = [one for one in asked if one.answer.outcome == "unanswered"]
    recall = share([one in silent for one in asked if not one.slug])
    precision = share([not one.slug for one in silent])
    assert recall >= {"en": 0.66, "zh": 0.6}[bench.language]  # measured .87, .67
    assert precision >= 0.4  # measured .48, .48


def test_the_reply_holds_the_paragraph_that_answers(bench: Bench) -> None:
    held = []
    for row in rows("passages.csv", bench.language):
        answer = bench.answerer.answer(row["question"], bench.language)
        with bench.database.read() as unit:
            body = get_article(unit.session, row["slug"], bench.language).body
        if answer.article is not None and answer.article.slug == row["slug"]:
            held.append(passages(body)[int(row["passage"])].text in answer.text)
    assert share(held) >= {"en": 0.75, "zh": 0.85}[bench.language]  # measured .87, 1.0


def test_questions_that_lean_on_the_one_before_are_shown_the_right_article(bench: Bench) -> None:
    shown = []
    for row in rows("followups.csv", bench.language):
        first = bench.answerer.answer(row["before"], bench.language).article
        before = Before(row["before"], first.slug if first else None)
        asked = Asked(row["slug"], bench.answerer.answer(row["question"], bench.language, before=before))
        shown.append(asked.is_shown)
    assert share(shown) >= 0.8
