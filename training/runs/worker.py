"""The worker: takes over the logs, works on queued runs, reads silently, sees that promotions arrive. One of a shop."""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from shop.settings import Settings
from shop.tables import TrainingRun
from shop.unit_of_work import Database
from training.models.health import check_health
from training.models.registry import ensure_champion
from training.models.shadow import read_silently
from training.runs.driving import drive, take_back_orphans

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0
_COLLECT_SECONDS = 5.0
_LAST_SECONDS = 15.0


@contextmanager
def only_worker(settings: Settings) -> Iterator[bool]:
    """Whether this process is now the shop's only worker, for as long as the block runs."""
    file = settings.state_dir / "training" / "worker.lock"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


class Worker:
    """Everything that nobody waits for, in turns; a run goes on beside it in a thread."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._run: threading.Thread | None = None
        self._collected_at = 0.0

    def work(self, stopping: threading.Event) -> None:
        """Until ``stopping`` is set; the run in hand is then given back to the queue."""
        take_back_orphans(self._database)
        ensure_champion(self._database, self._settings)
        while not stopping.wait(_PAUSE_SECONDS):
            self._take_a_run(stopping)
            for turn in (self._collect, self._see_to_promotions, self._read_silently):
                self._try(turn)
        if self._run is not None:
            self._run.join(_LAST_SECONDS)

    def _try(self, turn: Callable[[], None]) -> None:
        try:
            turn()
        except Exception:  # one part that fails must not stop the others; it is tried again
            _LOG.exception("%s failed", turn.__name__)

    def _take_a_run(self, stopping: threading.Event) -> None:
        if self._run is not None and self._run.is_alive():
            return
        with self._database.read() as unit:
            queued = select(TrainingRun.id).where(TrainingRun.state == "queued").order_by(TrainingRun.id)
            run_id = unit.session.scalars(queued).first()
        if run_id is not None:
            self._run = threading.Thread(
                target=drive, args=(self._database, self._settings, run_id, stopping), daemon=True
            )
            self._run.start()

    def _collect(self) -> None:
        from training.logs import collect

        if time.monotonic() > self._collected_at + _COLLECT_SECONDS:
            collect(self._database, self._settings)
            self._collected_at = time.monotonic()

    def _see_to_promotions(self) -> None:
        check_health(self._database, self._settings)

    def _read_silently(self) -> None:
        read_silently(self._database, self._settings)
