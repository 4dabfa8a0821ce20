"""The knowledge base as the editor's pages use it, for the whole process: what answers is loaded in the background."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Depends, Request

from knowledge.answering import Answerer
from knowledge.editor import Editor
from knowledge.gaps import Gap, find_gaps, standing
from shop.errors import AisleError, NotReady
from shop.garbage import keep_loaded
from shop.settings import Settings
from shop.unit_of_work import Database
from web.staff.kept_work import KeptWork, Kind

_log = logging.getLogger(__name__)
#: While something is loaded in the background, a page waits this long for the interpreter each time that it has let go
#: of it, as at every row it reads; with Python's own 5 ms a first page took a second of nothing but waiting.
_SHORT_TURNS_SECONDS = 0.0005


class Engine:
    """The answerer (encoders and indexes, which take seconds to load), the editor on it, and the long work."""

    def __init__(self, settings: Settings, database: Database, kinds: Callable[[Engine], Mapping[str, Kind]]) -> None:
        self.database = database
        self.work = KeptWork(settings.state_dir / "editor_work", kinds(self))
        self._settings = settings
        self._loading = threading.Lock()
        self._grouping = threading.Lock()
        self._beginning = threading.Lock()
        self._warming: threading.Thread | None = None
        self._answerer: Answerer | None = None
        self._failure: AisleError | None = None
        self._gaps: dict[str, tuple[tuple[object, ...], list[Gap]]] = {}

    @property
    def answerer(self) -> Answerer:
        """What answers. Raises NotReady naming the command that makes what is missing."""
        with self._loading:
            if self._answerer is None:
                self._answerer = Answerer.load(self._settings, self.database)
            return self._answerer

    @property
    def editor(self) -> Editor:
        """What changes articles. Raises NotReady."""
        return Editor(self.database, self.answerer)

    def gaps(self, language: str) -> list[Gap]:
        """The gaps of a language; grouping thousands of questions takes a while, so it is done once for what stands.

        Raises NotReady.
        """
        encoder = self.answerer.indexes[language].current().encoder
        with self._grouping:
            with self.database.read() as unit:
                now_stands = standing(unit.session, encoder, language)
            kept = self._gaps.get(language)
            if kept is None or kept[0] != now_stands:
                kept = self._gaps[language] = now_stands, find_gaps(self.database, self.answerer, language)
            return kept[1]

    def is_ready(self) -> bool:
        """Whether a page that needs what answers, or the gaps, can be shown at once; begins to load it where it is not.

        Raises what kept it from being loaded (NotReady), once: whoever asks next begins anew.
        """
        failure, self._failure = self._failure, None
        if failure is not None and self._answerer is None:
            raise failure
        self.warm_up()
        return not self.is_loading

    @property
    def is_loading(self) -> bool:
        """Whether what answers is being loaded right now: a page that needs it would wait for seconds."""
        return self._warming is not None and self._warming.is_alive()

    def warm_up(self) -> None:
        """Begin to load what answers and to group the gaps, so that no page need wait for it."""
        with self._beginning:
            if self._answerer is None and not self.is_loading:
                self._warming = threading.Thread(target=self._load, name="editor-warm-up", daemon=True)
                self._warming.start()

    def _load(self) -> None:
        patience = sys.getswitchinterval()
        sys.setswitchinterval(_SHORT_TURNS_SECONDS)
        try:
            for language in self.answerer.indexes:
                self.gaps(language)
            keep_loaded()
        except AisleError as error:  # whoever needs it is told
            self._failure = error
            _log.info("the editor cannot ask the bot yet: %s", error)
        except Exception:  # else the page that waits would come back to itself without end
            self._failure = NotReady("What answers could not be loaded; the server's log says why.")
            _log.exception("what answers could not be loaded")
        finally:
            sys.setswitchinterval(patience)


def engine_of(request: Request) -> Engine:
    """The process's engine."""
    engine: Engine = request.app.state.editor_engine
    return engine


EngineOf = Annotated[Engine, Depends(engine_of)]
