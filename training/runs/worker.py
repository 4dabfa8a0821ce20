"""The worker: takes over the logs, works on queued runs, reads silently, sees that promotions arrive. One of a shop."""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from shop.privacy import outside_stores, purge
from shop.settings import Settings
from shop.tables import TrainingRun
from shop.unit_of_work import Database
from training.logs import collect
from training.models.health import check_health
from training.models.registry import ensure_champion
from training.models.shadow import read_silently
from training.runs.driving import drive, take_back_orphans

_LOG = logging.getLogger(__name__)
_AFTER_FAILURE_SECONDS = 10.0
_LAST_SECONDS = 15.0
_BETWEEN_DELETIONS_SECONDS = 3600.0


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
    """Everything that nobody waits for: each duty in a thread of its own, so that a long one holds up no other."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._stopping = threading.Event()

    def work(self, stopping: threading.Event) -> None:
        """Until ``stopping`` is set; the run in hand is then given back to the queue."""
        self._stopping = stopping
        take_back_orphans(self._database)
        ensure_champion(self._database, self._settings)
        duties = {
            self._take_a_run: 1.0,
            self._collect: 5.0,
            self._see_to_promotions: 1.0,
            self._read_silently: 5.0,
            self._delete_old: _BETWEEN_DELETIONS_SECONDS,
        }
        threads = [threading.Thread(target=self._repeat, args=each, daemon=True) for each in duties.items()]
        for thread in threads:
            thread.start()
        stopping.wait()
        threads[0].join(_LAST_SECONDS)

    def _repeat(self, duty: Callable[[], None], pause_seconds: float) -> None:
        while not self._stopping.is_set():
            try:
                duty()
            except Exception:  # it is tried again
                _LOG.exception("%s failed", duty.__name__)
                self._stopping.wait(_AFTER_FAILURE_SECONDS)
            self._stopping.wait(pause_seconds)

    def _take_a_run(self) -> None:
        with self._database.read() as unit:
            queued = select(TrainingRun.id).where(TrainingRun.state == "queued").order_by(TrainingRun.id)
            run_id = unit.session.scalars(queued).first()
        if run_id is not None:
            drive(self._database, self._settings, run_id, self._stopping)

    def _collect(self) -> None:
        collect(self._database, self._settings)

    def _see_to_promotions(self) -> None:
        check_health(self._database, self._settings)

    def _read_silently(self) -> None:
        read_silently(self._database, self._settings)

    def _delete_old(self) -> None:
        purge(self._database, self._settings, "system", outside_stores(self._settings))
