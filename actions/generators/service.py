"""Gives the shop its texts: kept copy while it is valid, live replies by a deadline, copy written ahead."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actions.generators.fact_guard import Verdict, check
from actions.generators.facts import LocalFacts, ProductFacts
from actions.generators.form import flaws
from actions.generators.gemma import GemmaWriter
from actions.generators.template_writer import TemplateWriter
from actions.generators.writing import Describe, Reason, Recommend, Task, Wish, Writer, true_phrases
from shop.catalogue import ratings_of
from shop.errors import AisleError, Unavailable
from shop.product_copy import get_product_row, keep_copy
from shop.unit_of_work import Database

if TYPE_CHECKING:
    from actions.recommender import Recommendation
    from shop.settings import Settings


_LEAST_FACTS = 2  # a description that tells less says too little


@dataclass(frozen=True)
class Written:
    """A text, and who wrote it: "gemma", "gemma rewrite" or "template"."""

    text: str
    writer: str


class DescriptionService:
    """All texts about products. ``gemma`` is given only by tests; else the local model, loaded when first needed."""

    def __init__(self, settings: Settings, database: Database, gemma: Any = None) -> None:
        self._settings = settings
        self._database = database
        self._gemma = gemma or GemmaWriter(settings.state_dir)
        self._template: Writer = TemplateWriter()
        self._live = ThreadPoolExecutor(1, "live-writer")

    def describe(self, product_id: int, language: str) -> str:
        """The kept description while the facts it was written from stand, else one from the template.

        Raises NotFound for an unknown product.
        """
        with self._database.read() as unit:
            product = get_product_row(unit.session, product_id)
            facts = ProductFacts.of(product)
            kept = {copy.language: copy.text for copy in product.copies if copy.facts_fingerprint == facts.fingerprint}
        if language in kept:
            return str(kept[language])
        local = facts.for_language(language).lasting()
        return self._template.write(Describe(), [local], local.language, 0)

    def write_ahead(self, product_id: int, language: str) -> Written:
        """Write and keep a description: the model's if it passes at once or rewritten, else the template's."""
        with self._database.read() as unit:
            facts = ProductFacts.of(get_product_row(unit.session, product_id))
        written = self._describe_ahead(facts.for_language(language).lasting())
        with self._database.work() as unit:
            keep_copy(unit.session, product_id, language, written.text, written.writer, facts.fingerprint)
            unit.commit()
        return written

    def recommendation_reply(
        self, recommendations: Sequence[Recommendation], language: str, wish: Wish | None = None
    ) -> str:
        """One short reply that names each recommended product with its reason."""
        with self._database.read() as unit:
            facts, reasons = _read_recommendations(unit.session, recommendations, language)
        task = Recommend(reasons, wish or Wish())
        if self._settings.live_writer == "gemma":
            text = self._live_text(task, facts, language)
            if text:
                return text
        return self._template.write(task, facts, language, 0)

    def _describe_ahead(self, facts: LocalFacts) -> Written:
        if facts.language in self._settings.gemma_languages.split(","):
            banned: list[str] = []
            for name in ("gemma", "gemma rewrite"):
                try:
                    text = self._gemma.write(
                        Describe(), [facts], facts.language, self._settings.catalogue_writer_seconds, banned
                    )
                except AisleError:
                    break  # too slow, or no model here: the template writes
                verdict = check(text, [facts], facts.language)
                if verdict.accepted and not flaws(text, [facts], facts.language, _LEAST_FACTS):
                    return Written(text, name)
                banned = _banned(verdict)
        return Written(self._template.write(Describe(), [facts], facts.language, 0), "template")

    def _live_text(self, task: Task, facts: Sequence[LocalFacts], language: str) -> str:
        """The model's reply if it is there by the deadline and passes; else an empty text."""
        seconds = self._settings.live_writer_seconds
        future = self._live.submit(self._gemma.write, task, facts, language, seconds)
        done, _ = wait([future], seconds)
        if not done:  # the model reads its prompt before it can look at the clock: do not wait for it
            future.cancel()
            return ""
        try:
            text = future.result()
        except Unavailable:
            return ""
        context = list(true_phrases(task, facts))
        sound = check(text, facts, language, context).accepted and not flaws(text, facts, language)
        return text if sound else ""


def _banned(verdict: Verdict) -> list[str]:
    """The words a rewrite must avoid: those that are not in the facts, not those that stand in the wrong place."""
    return [violation.text for violation in verdict.violations if violation.why == "not in the facts"]


def _read_recommendations(
    session: Any, recommendations: Sequence[Recommendation], language: str
) -> tuple[list[LocalFacts], tuple[Reason, ...]]:
    facts, reasons = [], []
    ratings = ratings_of(session, [item.product_id for item in recommendations])
    for item in recommendations:
        rating, count = ratings.get(item.product_id, (None, 0))
        local = ProductFacts.of(get_product_row(session, item.product_id), rating, count).for_language(language)
        subject = local.category
        if item.other_product_id is not None:
            subject = ProductFacts.of(get_product_row(session, item.other_product_id)).for_language(language).name
        facts.append(local)
        reasons.append(Reason(item.reason, subject))
    return facts, tuple(reasons)
