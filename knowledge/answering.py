"""Answers to shoppers' questions in the articles' own words: the door of this room for actions and web."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from knowledge.articles import ArticleText, get_article
from knowledge.building import TextEncoder, index_folder, load_encoder
from knowledge.calibration import Outcome
from knowledge.index import Entry
from knowledge.passages import MAX_CHARACTERS, Passage
from knowledge.search import Hit, Question, Search
from knowledge.store import IndexFolder, StoredIndex
from shop.conversations import LANGUAGES
from shop.errors import AisleError, BadInput, NotReady
from shop.settings import Settings
from shop.unit_of_work import Database

_log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class _Loaded:
    version: tuple[int, int] | None
    stored: StoredIndex
    encoder: TextEncoder


class LiveIndex:
    """The index of one language with its encoder, loaded again when another one is put in force."""

    def __init__(self, folder: IndexFolder, load_encoder: Callable[[], TextEncoder]) -> None:
        self._folder = folder
        self._load_encoder = load_encoder
        self._lock = threading.Lock()
        self._loaded = self._load()

    def current(self) -> _Loaded:
        """What is in force now. While one thread loads a new index, the others go on with the old one."""
        version = self._folder.version()
        if version != self._loaded.version and self._lock.acquire(blocking=False):
            try:
                self._loaded = self._load(self._loaded.encoder)
            except AisleError as error:
                _log.warning("kept the old search index: %s", error)
                self._loaded = replace(self._loaded, version=version)  # not again for the same one
            finally:
                self._lock.release()
        return self._loaded

    def _load(self, encoder: TextEncoder | None = None) -> _Loaded:
        version = self._folder.version()
        stored = self._folder.load()
        if encoder is None or encoder.fingerprint != stored.manifest.encoder:
            encoder = self._load_encoder()
        if encoder.fingerprint != stored.manifest.encoder:
            raise NotReady("The search index was made with another encoder; run `python -m knowledge rebuild`.")
        return _Loaded(version, stored, encoder)


class Answerer:
    """Answers questions in all languages; safe to use from several threads."""

    def __init__(self, indexes: Mapping[str, LiveIndex], database: Database) -> None:
        self._indexes = dict(indexes)
        self._database = database

    @classmethod
    def load(cls, settings: Settings, database: Database) -> Answerer:
        """Open encoders and indexes. Raises NotReady naming the command that makes what is missing."""
        indexes = {
            language: LiveIndex(index_folder(settings, language), partial(load_encoder, settings, language))
            for language in LANGUAGES
        }
        return cls(indexes, database)

    def answer(self, question: str, language: str, *, category: str | None = None) -> Answer:
        """Answer a question, ask back between two articles, or say that there is no answer.

        ``category`` is a hint (that of the articles the intent speaks for). Raises BadInput for an unknown language.
        """
        if language not in self._indexes:
            raise BadInput(f"the language must be one of {', '.join(self._indexes)}, got {language!r}")
        loaded = self._indexes[language].current()
        search = loaded.stored.search
        if search is None or not question.strip():
            return Answer("unanswered")
        asked = Question(question, loaded.encoder.encode([question], "query")[0])
        hits = search.find(asked, category)
        return _answer(search, asked, hits, loaded.stored.manifest.calibration.outcome(hits))

    def article(self, slug: str, language: str) -> Answer:
        """A published article as an answer: its first passages. Raises NotFound."""
        with self._database.read() as unit:
            found = get_article(unit.session, slug, language)
        return Answer("answered", _opening(found), Source(found.slug, found.title, found.language), score=1.0)


def _answer(search: Search, asked: Question, hits: Sequence[Hit], outcome: Outcome) -> Answer:
    best, second = ([hit.score for hit in hits] + [0.0, 0.0])[:2]
    entries = [search.index.entries[hit.article] for hit in hits[:2]]
    if outcome == "asked_back":
        return Answer(outcome, candidates=tuple(map(_source, entries)), score=best, runner_up=second)
    if outcome == "unanswered":
        return Answer(outcome, score=best, runner_up=second)
    best_passage, *others = search.best_passages(asked, hits[0].article)
    # The opening says what the article is about; a detail quoted without it can mislead ("... is not accepted").
    text = _together(entries[0].passages, dict.fromkeys((best_passage, 0, *others)))
    return Answer(outcome, text, _source(entries[0]), score=best, runner_up=second)


def _source(entry: Entry) -> Source:
    return Source(entry.slug, entry.title, entry.language)


def _opening(article: ArticleText) -> str:
    """As many of the first passages as make one reply."""
    cut = Entry.of(article).passages
    return _together(cut, range(len(cut)))


def _together(passages: Sequence[Passage], likeliest: Iterable[int]) -> str:
    """The likeliest passage and, in the article's order, those of the next that still fit in one reply."""
    kept: list[int] = []
    for number in likeliest:
        text = "\n\n".join(passages[place].shown for place in sorted([*kept, number]))
        if kept and len(text) > MAX_CHARACTERS:
            break
        kept.append(number)
    return "\n\n".join(passages[place].shown for place in sorted(kept))
