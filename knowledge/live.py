"""What the bot answers with at this moment, in every process, a moment after it was published.

The database is the truth. A process compares the number of the last change (``shop.tables.KnowledgeState``) and the
version of the stored index with those it has loaded, at each question; where they differ it takes up just the articles
that changed. When many have changed, the index is built again in the background.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import SQLAlchemyError

from knowledge.articles import ArticleText, change_now, changed_since
from knowledge.building import rebuild_in, unrelated_questions
from knowledge.index import Entry, Index
from knowledge.layers import Layers, Update, stack
from knowledge.manner import MANNERS
from knowledge.search import Floors
from knowledge.store import IndexFolder, StoredIndex
from knowledge.vectors import KeptVectors, TextEncoder, encode_entries
from shop.errors import AisleError, NotReady
from shop.unit_of_work import Database

_log = logging.getLogger(__name__)

_FEW = 10  # changes that never make a rebuild worth it
_SHARE = 10  # one in so many articles changed does

Version = tuple[int, int] | None


@dataclass(frozen=True)
class Loaded:
    """One state of the knowledge base in memory."""

    version: Version  # of the stored index
    change: int  # the last change taken up
    stored: StoredIndex
    encoder: TextEncoder
    layers: Layers
    updates: dict[int, Update | None] = field(default_factory=dict)  # since the stored index was built

    def with_drafts(self, drafts: Sequence[Entry], language: str) -> Layers:
        """As it would be with some drafts published."""
        made = zip(drafts, encode_entries(self.encoder, drafts), strict=True) if drafts else ()
        return _stacked(
            self.stored,
            self.updates | {entry.article_id: (entry, rows) for entry, rows in made},
            self.encoder,
            language,
        )


class LiveIndex:
    """The knowledge base in one language; safe to use from several threads."""

    def __init__(
        self, language: str, folder: IndexFolder, database: Database, load_encoder: Callable[[], TextEncoder]
    ) -> None:
        """Load what is stored, or build it where it is missing. Raises NotReady where there is no encoder."""
        self.language = language
        self._folder, self._database, self._load_encoder = folder, database, load_encoder
        self._taking_up = threading.Lock()
        self._rebuilding = threading.Lock()
        if folder.manifest() is None:
            rebuild_in(folder, database, load_encoder(), language)
        self._loaded = self._take_up(self._load(None))

    def current(self) -> Loaded:
        """What counts now. While one thread takes up a change, the others go on with what was."""
        version, change = self._folder.version(), self._change()
        if (version, change) != (self._loaded.version, self._loaded.change) and self._taking_up.acquire(blocking=False):
            try:
                self._loaded = self._renewed(version)
            finally:
                self._taking_up.release()
        return self._loaded

    def prepare(self, article: ArticleText) -> None:
        """Compute and keep the vectors of a text that is about to be published."""
        KeptVectors(self._database, self._loaded.encoder).of([article], [Entry.of(article)])

    def rebuild_if_outgrown(self) -> threading.Thread | None:
        """Start to build the index anew in the background if much has changed; returns the thread."""
        loaded = self._loaded
        if len(loaded.updates) <= max(_FEW, loaded.stored.manifest.articles // _SHARE):
            return None
        if not self._rebuilding.acquire(blocking=False):
            return None
        thread = threading.Thread(target=self._rebuild, name=f"knowledge-rebuild-{self.language}", daemon=True)
        thread.start()
        return thread

    def _rebuild(self) -> None:
        try:
            rebuild_in(self._folder, self._database, self._loaded.encoder, self.language)
        except Exception:  # whatever it was, answers go on from the old index and the changes over it
            _log.exception("the search index of %s could not be built anew", self.language)
        finally:
            self._rebuilding.release()

    def _change(self) -> int:
        try:
            with self._database.read() as unit:
                return change_now(unit.session)
        except SQLAlchemyError as error:
            _log.warning("cannot see whether articles changed: %s", error)
            return self._loaded.change

    def _renewed(self, version: Version) -> Loaded:
        loaded = self._loaded
        try:
            if version != loaded.version:
                loaded = self._load(loaded.encoder)
        except AisleError as error:
            _log.warning("kept the old search index: %s", error)
            loaded = replace(loaded, version=version)  # not again for the same one
        try:
            loaded = self._take_up(loaded)
        except (AisleError, SQLAlchemyError) as error:
            _log.warning("cannot take up changed articles now: %s", error)
        self.rebuild_if_outgrown()
        return loaded

    def _load(self, encoder: TextEncoder | None) -> Loaded:
        version = self._folder.version()
        stored = self._folder.load()
        if encoder is None or encoder.fingerprint != stored.manifest.encoder:
            encoder = self._load_encoder()
        if encoder.fingerprint != stored.manifest.encoder:
            raise NotReady("The search index was made with another encoder; run `python -m knowledge rebuild`.")
        return Loaded(version, stored.manifest.change, stored, encoder, Layers(stored.search))

    def _take_up(self, loaded: Loaded) -> Loaded:
        """With all that has changed in the database since."""
        with self._database.read() as unit:
            change, texts = changed_since(unit.session, self.language, loaded.change)
        if change == loaded.change:
            return loaded
        articles = [text for text in texts.values() if text is not None]
        entries = [Entry.of(article) for article in articles]
        made = KeptVectors(self._database, loaded.encoder).of(articles, entries)
        changed: dict[int, Update | None] = dict.fromkeys(texts)
        changed |= {entry.article_id: (entry, rows) for entry, rows in zip(entries, made, strict=True)}
        updates = loaded.updates | changed
        layers = _stacked(loaded.stored, updates, loaded.encoder, self.language)
        return replace(loaded, change=change, updates=updates, layers=layers)


def _stacked(stored: StoredIndex, updates: dict[int, Update | None], encoder: TextEncoder, language: str) -> Layers:
    """The layers; where nothing is stored, the floors are measured on the changes alone."""
    present = [update for update in updates.values() if update is not None]
    if stored.search is not None or not present:
        return stack(stored.search, updates)
    manner = MANNERS[language]
    index = Index.of([entry for entry, _ in present], [rows for _, rows in present], manner)
    floors = Floors.measured(index, encoder.encode(unrelated_questions()[language], "query"))
    return stack(None, updates, floors, manner)
