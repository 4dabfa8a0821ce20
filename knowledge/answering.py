"""Answers to shoppers' questions in the articles' own words: the door of this room for actions and web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from knowledge.articles import AUDIENCES, ArticleDraft, as_text, get_article, known_articles
from knowledge.building import index_folder, load_encoder
from knowledge.calibration import Outcome
from knowledge.following import Before, Leaning, joined, leaning, together
from knowledge.index import Entry
from knowledge.layers import Found, Layers
from knowledge.live import LiveIndex, Loaded
from knowledge.replies import opening, reply
from knowledge.search import Question
from shop.clock import now
from shop.conversations import LANGUAGES
from shop.errors import BadInput
from shop.settings import Settings
from shop.unit_of_work import Database

__all__ = ["Answer", "Answerer", "Explanation", "LiveIndex", "Ranked", "Source"]


@dataclass(frozen=True)
class Source:
    """The article an answer is from; ``language`` is the one it is written in."""

    slug: str
    title: str
    language: str


@dataclass(frozen=True)
class Answer:
    """What came of a question. Scores are about 0 for unrelated articles and 1 for the very phrasing."""

    outcome: Outcome
    text: str = ""  # plain text; empty unless answered
    article: Source | None = None  # only when answered
    candidates: tuple[Source, ...] = ()  # two, only when asked back
    score: float = 0.0  # of the best article
    runner_up: float = 0.0  # of the second best
    question: str = ""  # as it was understood, where it continues the one before
    vector: bytes = field(default=b"", repr=False, compare=False)  # of the question, float16
    encoder: str = field(default="", repr=False, compare=False)  # the fingerprint of what made the vector


@dataclass(frozen=True)
class Ranked:
    """An article that came into question, with its likeliest passage."""

    source: Source
    score: float
    passage: str
    is_draft: bool


@dataclass(frozen=True)
class Explanation:
    """What the bot would answer, and what came into question, best first."""

    answer: Answer
    question: str
    language: str
    ranked: tuple[Ranked, ...]
    threshold: float  # below this score nothing is answered
    margin: float  # this close, the two best are both offered


class Answerer:
    """Answers questions in all languages; safe to use from several threads."""

    def __init__(self, indexes: Mapping[str, LiveIndex], database: Database) -> None:
        self.indexes = dict(indexes)
        self._database = database

    @classmethod
    def load(cls, settings: Settings, database: Database) -> Answerer:
        """Open encoders and indexes. Raises NotReady naming the command that makes what is missing."""
        indexes = {
            language: LiveIndex(
                language, index_folder(settings, language), database, partial(load_encoder, settings, language)
            )
            for language in LANGUAGES
        }
        return cls(indexes, database)

    def answer(
        self,
        question: str,
        language: str,
        *,
        category: str | None = None,
        audience: str = AUDIENCES[0],
        before: Before | None = None,
    ) -> Answer:
        """Answer a question, ask back between two articles, or say that there is no answer.

        ``category`` is a hint (that of the articles the intent speaks for); ``audience`` says who asks
        (knowledge.articles.AUDIENCES); ``before`` is what was asked just before, for a question that leans on it
        ("and for international orders?"). Raises BadInput for an unknown language or audience.
        """
        kind = leaning(question) if before else None
        if before and kind:
            return self._asking(language, None, audience).continued(question, before, kind)
        asking = self._asking(language, category, audience)
        asked = asking.question(question)
        return asking.answer(asked, asking.hits(asked)) if asked else Answer("unanswered")

    def explain(
        self,
        questions: Sequence[str | Question],
        language: str,
        *,
        category: str | None = None,
        audience: str = AUDIENCES[0],
        drafts: Sequence[ArticleDraft] = (),
    ) -> list[Explanation]:
        """What the bot would answer to each question and why, as if ``drafts`` were published; nothing is kept.

        A question that comes with its vector, by the index's encoder, is not encoded again.
        Raises BadInput for an unknown language or audience, or a draft that cannot be used.
        """
        asking = self._asking(language, category, audience, drafts)
        return [asking.explain(question) for question in questions]

    def _asking(
        self, language: str, category: str | None, audience: str, drafts: Sequence[ArticleDraft] = ()
    ) -> _Asking:
        if language not in self.indexes:
            raise BadInput(f"the language must be one of {', '.join(self.indexes)}, got {language!r}")
        if audience not in AUDIENCES:
            raise BadInput(f"the audience must be one of {', '.join(AUDIENCES)}, got {audience!r}")
        loaded = self.indexes[language].current()
        tried = self._entries(drafts, language)
        layers = loaded.with_drafts(tried, language) if tried else loaded.layers
        return _Asking(language, loaded, layers, category, audience, frozenset(entry.slug for entry in tried))

    def _entries(self, drafts: Sequence[ArticleDraft], language: str) -> list[Entry]:
        """Drafts as the index of a language would hold them: in that language, or where the article has no other."""
        chosen: dict[str, ArticleDraft] = {}
        for draft in drafts:
            draft.check()
            if draft.language == language or draft.slug not in chosen:
                chosen[draft.slug] = draft
        with self._database.read() as unit:
            ids, speaking = known_articles(unit.session, list(chosen), language)
        return [
            Entry.of(as_text(draft, ids.get(draft.slug, -place)))
            for place, draft in enumerate(chosen.values(), 1)
            if draft.language == language or draft.slug not in speaking
        ]

    def article(self, slug: str, language: str, audience: str = AUDIENCES[0]) -> Answer:
        """A published article as an answer: its first passages. Raises NotFound."""
        with self._database.read() as unit:
            found = get_article(unit.session, slug, language, audience)
        return Answer("answered", opening(Entry.of(found)), Source(found.slug, found.title, found.language), score=1.0)


@dataclass(frozen=True)
class _Asking:
    """All that the answers to some questions depend on."""

    language: str
    loaded: Loaded
    layers: Layers
    category: str | None
    audience: str
    drafts: frozenset[str]

    def question(self, asked: str | Question) -> Question | None:
        """A question with its vector; None where there is nothing asked or nothing to find."""
        text = asked if isinstance(asked, str) else asked.text
        if not text.strip() or not (self.layers.base or self.layers.top):
            return None
        return asked if isinstance(asked, Question) else Question(text, self.loaded.encoder.encode([text], "query")[0])

    def hits(self, asked: Question) -> list[Found]:
        return self.layers.find(asked, self.category, self.audience, now().timestamp())

    def answer(self, asked: Question, hits: Sequence[Found]) -> Answer:
        outcome = self.loaded.stored.manifest.calibration.outcome(hits)
        best, second = ([hit.score for hit in hits] + [0.0, 0.0])[:2]
        answer = Answer(
            outcome,
            score=best,
            runner_up=second,
            vector=asked.vector.astype(np.float16).tobytes(),
            encoder=self.loaded.encoder.fingerprint,
        )
        if outcome == "asked_back":
            return replace(answer, candidates=tuple(_source(hit.entry) for hit in hits[:2]))
        if outcome == "unanswered":
            return answer
        return replace(answer, text=reply(asked, hits[0]), article=_source(hits[0].entry))

    def continued(self, text: str, before: Before, kind: Leaning) -> Answer:
        """The answer to a question that leans on the one before."""
        alone, behind = self.question(text), self.question(joined(before, text))
        if alone is None or behind is None:
            return Answer("unanswered")
        found = self.hits(behind)
        hits = together(kind, before, self.hits(alone), found)
        if self.loaded.stored.manifest.calibration.outcome(hits) == "unanswered":
            hits = found
        return replace(self.answer(behind, hits), question=behind.text)

    def explain(self, question: str | Question) -> Explanation:
        limits = self.loaded.stored.manifest.calibration
        text, asked = question if isinstance(question, str) else question.text, self.question(question)
        if asked is None:
            return Explanation(Answer("unanswered"), text, self.language, (), limits.threshold, limits.margin)
        hits = self.hits(asked)
        ranked = tuple(
            Ranked(_source(hit.entry), hit.score, hit.likeliest_passage(asked).shown, hit.entry.slug in self.drafts)
            for hit in hits
        )
        answer = self.answer(asked, hits)
        return Explanation(answer, text, self.language, ranked, limits.threshold, limits.margin)


def _source(entry: Entry) -> Source:
    return Source(entry.slug, entry.title, entry.language)
