"""What the workbench's pages need for the whole process: the look at new conversations, and long work."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from typing import Annotated

from fastapi import Depends, Request

from shop.settings import Settings
from shop.unit_of_work import Database
from training.logs import collect
from web.staff.door import door_of
from web.staff.work import Work

_PATIENCE_SECONDS = 1.5
"""How long a page waits for new conversations; usually there are few, and it takes no time."""

_log = logging.getLogger(__name__)
_opening = threading.Lock()


class Engine:
    """Long work, and one look at new conversations at a time."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.work = Work()
        self._looking: Future[None] | None = None
        self._one = ThreadPoolExecutor(1, thread_name_prefix="workbench-collect")

    def collect(self) -> bool:
        """Take over what was said since the last look. Gives whether that is still going on: it does not wait long."""
        with _opening:
            if self._looking is None or self._looking.done():
                self._looking = self._one.submit(self._collect)
            looking = self._looking
        try:
            looking.result(_PATIENCE_SECONDS)
        except TimeoutError:
            return True
        return False

    def _collect(self) -> None:
        try:
            collect(self.database, self.settings, prepare=False)
        except Exception:  # the page shows what was taken over before; the worker tries again
            _log.exception("the look at new conversations broke")


def engine_of(request: Request) -> Engine:
    """The process's engine."""
    state, door = request.app.state, door_of(request)
    with _opening:
        engine: Engine | None = getattr(state, "workbench_engine", None)
        if engine is None or engine.database is not door.database:
            engine = state.workbench_engine = Engine(door.settings, door.database)
    return engine


EngineOf = Annotated[Engine, Depends(engine_of)]
