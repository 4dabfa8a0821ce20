"""Work that takes longer than a page may: done in the background, with its progress, for whoever began it.

It lives in the memory of one process; ``kept_work`` has work that outlives it.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from shop.errors import AisleError, NotFound, TooManyTries

_MOST_KEPT = 40
_MOST_RUNNING_EACH = 2

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


@dataclass
class Job:
    """One piece of work. ``then`` is the page of its result; ``{id}`` in it stands for its id."""

    id: str
    owner: int  # the staff id of whoever began it
    title: str
    then: str
    done: int = 0
    total: int = 0
    is_over: bool = False
    result: Any = None
    error: str = ""

    @property
    def percent(self) -> int | None:
        """How much is done; None while nobody knows."""
        return 100 * self.done // self.total if self.total else None


class Work:
    """The jobs of a process, the newest ones kept with their results."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="inside-work")

    def start(self, owner: int, title: str, then: str, function: Callable[[Progress], Any]) -> Job:
        """Begin a job. Raises TooManyTries for somebody who has several running."""
        job = new_job(owner, title, then)
        self._admit(job)
        self._pool.submit(self._do, job, function)
        return job

    def get(self, job_id: str, owner: int) -> Job:
        """A job of this person. Raises NotFound."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None or job.owner != owner:
            raise NotFound("This work is not here any more: it is long ago, or not yours. Begin again.")
        return job

    def _admit(self, job: Job) -> None:
        with self._lock:
            running = sum(other.owner == job.owner and not other.is_over for other in self._jobs.values())
            if running >= _MOST_RUNNING_EACH:
                raise TooManyTries(f"{running} of your jobs are running; wait until one of them is done")
            self._jobs[job.id] = job
            finished = [other for other in self._jobs.values() if other.is_over]
            for old in finished[: max(0, len(self._jobs) - _MOST_KEPT)]:
                self._forget(old)

    def _forget(self, job: Job) -> None:
        del self._jobs[job.id]

    def _end(self, job: Job) -> None:
        job.is_over = True

    def _do(self, job: Job, function: Callable[[Progress], Any]) -> None:
        def progress(done: int, total: int) -> None:
            job.done, job.total = done, total

        try:
            job.result = function(progress)
        except AisleError as error:
            job.error = str(error)
        except Exception:  # whoever waits must learn that it is over
            _log.exception("the job %r broke", job.title)
            job.error = "Something broke on our side; nothing was saved. The server's log says what."
        self._end(job)


def new_job(owner: int, title: str, then: str) -> Job:
    """A job with an id that nobody can guess."""
    job_id = secrets.token_urlsafe(12)
    return Job(job_id, owner, title, then.format(id=job_id))
