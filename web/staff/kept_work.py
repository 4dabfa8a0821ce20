"""Long work that outlives its process: what it was begun with and what came of it stand in a folder.

A finished job is shown again after a restart; one that was cut off is done anew, so each kind of work must be such
that doing it twice does no harm.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shop.errors import NotFound
from web.staff.work import Job, Progress, Work, new_job

_MOST_TRIES = 3
_CUT_OFF = f"The server stopped {_MOST_TRIES} times while this was done. It is not tried again; begin anew if you like."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kind:
    """A kind of work. ``do`` gets the arguments and the attachment that the work was begun with, and a way to tell its
    progress; ``result`` is the type of what it returns, which pydantic can write as JSON and read again."""

    do: Callable[[Mapping[str, Any], bytes, Progress], Any]
    result: Any


@dataclass
class _Record:
    """What stands in the folder of a job."""

    id: str
    owner: int
    title: str
    then: str
    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)
    tries: int = 0
    is_over: bool = False
    error: str = ""


_RECORD = TypeAdapter(_Record)


class KeptWork(Work):
    """The jobs of a process and of those before it, in a folder of their own each."""

    def __init__(self, folder: Path, kinds: Mapping[str, Kind]) -> None:
        super().__init__()
        self._folder, self._kinds = folder, kinds
        self._records: dict[str, _Record] = {}

    def begin(
        self, owner: int, kind: str, title: str, then: str, arguments: Mapping[str, Any], attachment: bytes = b""
    ) -> Job:
        """Begin a job; ``arguments`` can be written as JSON. Raises TooManyTries like ``start``."""
        job = new_job(owner, title, then)
        self._admit(job)
        record = _Record(job.id, owner, title, job.then, kind, dict(arguments))
        self._place(job.id).mkdir(parents=True)
        self._attachment(job.id).write_bytes(attachment)
        self._run(job, record)
        return job

    def resume(self) -> None:
        """Take up what an earlier process left: finished work to be shown, and unfinished to be done."""
        for place in sorted(self._folder.glob("*/"), key=lambda path: path.stat().st_mtime):
            record = self._read(place)
            if record is None or record.kind not in self._kinds:
                shutil.rmtree(place, ignore_errors=True)
                continue
            job = Job(record.id, record.owner, record.title, record.then, is_over=record.is_over, error=record.error)
            with self._lock:
                self._jobs[job.id], self._records[job.id] = job, record
            if not job.is_over:
                self._again(job, record)

    def get(self, job_id: str, owner: int) -> Job:
        """A job of this person, with its result. Raises NotFound."""
        job = super().get(job_id, owner)
        if job.is_over and not job.error and job.result is None:
            kind = self._kinds[self._records[job_id].kind]
            try:
                job.result = TypeAdapter(kind.result).validate_json(self._result(job_id).read_bytes())
            except (OSError, ValidationError) as error:
                raise NotFound("The result of this work cannot be read any more. Begin again.") from error
        return job

    def of(self, owner: int, kinds: Collection[str]) -> list[Job]:
        """The jobs of these kinds that somebody has begun, the newest first."""
        with self._lock:
            jobs = [job for job in self._jobs.values() if job.owner == owner]
        return [job for job in reversed(jobs) if job.id in self._records and self._records[job.id].kind in kinds]

    def _again(self, job: Job, record: _Record) -> None:
        if record.tries >= _MOST_TRIES:
            job.error = _CUT_OFF
            self._end(job)
        else:
            self._run(job, record)

    def _run(self, job: Job, record: _Record) -> None:
        record.tries += 1
        self._records[job.id] = record
        self._write(record)
        kind = self._kinds[record.kind]
        attachment = self._attachment(job.id).read_bytes()
        self._pool.submit(self._do, job, partial(kind.do, record.arguments, attachment))

    def _end(self, job: Job) -> None:
        try:
            self._keep(job)
        except Exception:  # a full disk: it is shown for as long as this process lives
            _log.exception("what came of the job %r could not be kept", job.title)
        super()._end(job)

    def _keep(self, job: Job) -> None:
        record = self._records[job.id]
        if not job.error:
            _replace(self._result(job.id), TypeAdapter(self._kinds[record.kind].result).dump_json(job.result))
        record.is_over, record.error = True, job.error
        self._write(record)
        self._attachment(job.id).unlink(missing_ok=True)

    def _forget(self, job: Job) -> None:
        super()._forget(job)
        self._records.pop(job.id, None)
        shutil.rmtree(self._place(job.id), ignore_errors=True)

    def _write(self, record: _Record) -> None:
        _replace(self._place(record.id) / "job.json", _RECORD.dump_json(record))

    @staticmethod
    def _read(place: Path) -> _Record | None:
        try:
            return _RECORD.validate_json((place / "job.json").read_bytes())
        except (OSError, ValidationError) as error:
            _log.warning("the job in %s cannot be read and is forgotten: %s", place, error)
            return None

    def _place(self, job_id: str) -> Path:
        return self._folder / job_id

    def _result(self, job_id: str) -> Path:
        return self._place(job_id) / "result.json"

    def _attachment(self, job_id: str) -> Path:
        return self._place(job_id) / "attachment"


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)
