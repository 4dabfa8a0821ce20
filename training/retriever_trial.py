"""Tunes a language's encoder, compares it with the untuned one on held-out questions, and keeps only what is better.

A third of each article's alternative questions is held out: neither encoder's index knows them, and the tuned encoder
never saw them. They are asked of the search that serves, through the exported encoders, as a shopper would ask them.
But they are in the words of whoever wrote the article. So the saved batch tests are asked as well, where there are
enough of them, and must not be found worse.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from knowledge.articles import published_articles
from knowledge.batch import get_list, lists
from knowledge.building import build_search
from knowledge.index import Entry
from knowledge.search import Question
from knowledge.vectors import TextEncoder
from knowledge.weighing import RANKED
from language.encoder import Encoder
from shop.errors import BadInput
from shop.settings import Settings
from shop.unit_of_work import Database
from training.encoders import base_of, export, tuned_folder
from training.retriever import Report, RetrieverSettings, fine_tune

_HELD_OUT = 3  # one in so many alternative questions
_FEWEST = 15  # questions; fewer tell nothing

Asked = Sequence[tuple[str, str]]
"""Questions and the slugs of the articles that answer them."""


@dataclass(frozen=True)
class Trial:
    """How well held-out questions find their articles: shares of 0 to 1."""

    hit_at_1: float
    ndcg_at_10: float


@dataclass(frozen=True)
class Compared:
    """How the untuned and the tuned encoder fared with the same questions."""

    questions: int
    before: Trial
    after: Trial

    @property
    def gain(self) -> float:
        """In NDCG@10."""
        return self.after.ndcg_at_10 - self.before.ndcg_at_10


@dataclass(frozen=True)
class Outcome:
    """What came of a tuning."""

    held_out: Compared
    batch_tests: Compared | None  # where there are enough questions

    @property
    def is_better(self) -> bool:
        """Whether the tuned encoder was kept."""
        return self.held_out.gain > 0 and (self.batch_tests is None or self.batch_tests.gain >= 0)


def tune(
    settings: Settings,
    database: Database,
    language: str,
    how: RetrieverSettings | None = None,
    report: Report | None = None,
) -> Outcome:
    """Tune the encoder of a language on the published articles; what is kept serves after the next rebuild.

    Raises BadInput where the articles have too few alternative questions.
    """
    with database.read() as unit:
        entries = [Entry.of(article) for article in published_articles(unit.session, language)]
        tests = batch_tests(unit.session, language, entries)
    known, asked = hold_out(entries)
    if len(asked) < _FEWEST:
        raise BadInput(
            f"The {language} articles have too few alternative questions to tune on: {len(asked)} could be held out, "
            f"{_FEWEST} are needed."
        )
    base = base_of(settings, language)
    with tempfile.TemporaryDirectory(dir=settings.state_dir) as scratch:
        untuned = _exported(base, Path(scratch) / "untuned")
        tuned = Path(scratch) / base.name
        fine_tune(base, known, untuned, tuned, how, report)
        encoder = _exported(tuned, Path(scratch) / "tuned")

        def compared(asked: Asked) -> Compared:
            before, after = (trial(known, asked, used, language) for used in (untuned, encoder))
            return Compared(len(asked), before, after)

        outcome = Outcome(compared(asked), compared(tests) if len(tests) >= _FEWEST else None)
        if outcome.is_better:
            keep(settings, language, tuned)
    return outcome


def keep(settings: Settings, language: str, tuned: Path) -> None:
    """Make a folder of tuned weights (it is moved) the encoder of a language; the index has to be rebuilt after it."""
    target = tuned_folder(settings, language)
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir(parents=True)
    tuned.rename(target)
    export(target, settings.state_dir / "encoders" / language)


def hold_out(entries: Sequence[Entry]) -> tuple[list[Entry], list[tuple[str, str]]]:
    """The articles without a third of their alternative questions, and those questions."""
    known, asked = [], []
    for entry in entries:
        held = entry.phrasings[_HELD_OUT - 1 :: _HELD_OUT]  # never the title, which comes first
        asked += [(text, entry.slug) for text in held]
        known.append(replace(entry, phrasings=tuple(text for text in entry.phrasings if text not in held)))
    return known, asked


def batch_tests(session: Session, language: str, entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """The questions of saved batch tests that one of the articles answers, without those the articles hold already."""
    slugs = {entry.slug for entry in entries}
    own = {text for entry in entries for text in entry.phrasings}
    found = {
        asked.question: asked.slug
        for name in lists(session)
        for asked in get_list(session, name)
        if asked.language == language and asked.slug in slugs and asked.question not in own
    }
    return list(found.items())


def trial(entries: Sequence[Entry], asked: Asked, encoder: TextEncoder, language: str) -> Trial:
    """How well the search that serves finds the articles of some questions. Raises BadInput where there is nothing."""
    search = build_search(entries, encoder, language)
    if search is None or not asked:
        raise BadInput("there are no articles, or no questions, to try an encoder on")
    ranks = []
    for (text, slug), vector in zip(asked, encoder.encode([text for text, _ in asked]), strict=True):
        found = [search.index.entries[hit.article].slug for hit in search.find(Question(text, vector), limit=RANKED)]
        ranks.append(found.index(slug) + 1 if slug in found else np.inf)
    gains = 1 / np.log2(1 + np.array(ranks))
    return Trial(float(np.mean(np.array(ranks) == 1)), float(gains.mean()))


def _exported(base: Path, folder: Path) -> Encoder:
    export(base, folder)
    return Encoder.load(folder, threads=2)
