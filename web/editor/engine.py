"""The knowledge base as the editor's pages use it: opened at the first need, for the whole process."""

from __future__ import annotations

import logging
import threading
from typing import Annotated

from fastapi import Depends, Request

from knowledge.answering import Answerer
from knowledge.editor import Editor
from shop.errors import AisleError
from shop.settings import Settings
from shop.unit_of_work import Database
from web.staff.door import door_of
from web.staff.work import Work

_log = logging.getLogger(__name__)
_opening = threading.Lock()


class Engine:
    """The answerer (encoders and indexes, which take a second to load), the editor on it, and the long work."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.database = database
        self.work = Work()
        self._settings = settings
        self._loading = threading.Lock()
        self._answerer: Answerer | None = None

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

    def warm_up(self) -> None:
        """Begin to load what answers, so that the first question on a page need not wait for it."""
        if self._answerer is None and not self._loading.locked():
            threading.Thread(target=self._load, name="editor-warm-up", daemon=True).start()

    def _load(self) -> None:
        try:
            _ = self.answerer
        except AisleError as error:  # whoever needs it is told
            _log.info("the editor cannot ask the bot yet: %s", error)


def engine_of(request: Request) -> Engine:
    """The process's engine."""
    state = request.app.state
    with _opening:
        engine: Engine | None = getattr(state, "editor_engine", None)
        if engine is None or engine.database is not door_of(request).database:
            engine = Engine(door_of(request).settings, door_of(request).database)
            state.editor_engine = engine
    return engine


EngineOf = Annotated[Engine, Depends(engine_of)]
