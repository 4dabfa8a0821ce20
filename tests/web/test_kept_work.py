"""Long work that outlives its process: shown again, done anew where it was cut off, given up when that never ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shop.errors import BadInput, NotFound, TooManyTries
from tests.web.served import wait_until
from web.staff.kept_work import KeptWork, Kind
from web.staff.work import Job, Progress

ANN, BEN = 1, 2
TEST_IS_OVER = threading.Event()


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    TEST_IS_OVER.clear()
    yield
    TEST_IS_OVER.set()


@dataclass(frozen=True)
class Counted:
    words: tuple[str, ...]
    source: str


def count(told: Mapping[str, Any], attachment: bytes, progress: Progress) -> Counted:
    words = tuple(attachment.decode().split())
    progress(len(words), len(words))
    if "broken" in words:
        raise BadInput("a broken word")
    return Counted(words, told["source"])


def never(told: Mapping[str, Any], attachment: bytes, progress: Progress) -> Counted:
    """Work in the middle of which its process ends: not before the test does."""
    TEST_IS_OVER.wait()
    return Counted((), "")


def opened(folder: Path, do: Any = count) -> KeptWork:
    """The work of one process."""
    work = KeptWork(folder, {"count": Kind(do, Counted)})
    work.resume()
    return work


def begin(work: KeptWork, text: str = "one 二", owner: int = ANN) -> Job:
    return work.begin(owner, "count", f"Counting {text}", "/counted/{id}", {"source": "a file"}, text.encode())


def finished(work: KeptWork, job: Job) -> Job:
    wait_until(lambda: work.get(job.id, job.owner).is_over)
    return work.get(job.id, job.owner)


def test_a_result_is_there_after_a_restart_for_its_owner_only(tmp_path: Path) -> None:
    work = opened(tmp_path)
    job = finished(work, begin(work))
    assert (job.result, job.then) == (Counted(("one", "二"), "a file"), f"/counted/{job.id}")
    again = opened(tmp_path)
    found = again.get(job.id, ANN)
    assert (found.result, found.title, found.then) == (job.result, job.title, job.then)
    assert again.of(ANN, ["count"]) == [found]
    assert again.of(BEN, ["count"]) == again.of(ANN, ["other"]) == []
    with pytest.raises(NotFound):
        again.get(job.id, BEN)


def test_what_went_wrong_is_there_after_a_restart(tmp_path: Path) -> None:
    work = opened(tmp_path)
    job = finished(work, begin(work, "broken"))
    assert opened(tmp_path).get(job.id, ANN).error == job.error == "a broken word"


def test_work_that_was_cut_off_is_done_anew(tmp_path: Path) -> None:
    job = begin(opened(tmp_path, never))
    again = opened(tmp_path)
    assert finished(again, job).result == Counted(("one", "二"), "a file")
    assert not list(tmp_path.glob("*/attachment"))


def test_work_that_ends_its_process_every_time_is_given_up(tmp_path: Path) -> None:
    job = begin(opened(tmp_path, never))
    for _ in range(2):
        assert not opened(tmp_path, never).get(job.id, ANN).is_over
    assert "stopped 3 times" in finished(opened(tmp_path), job).error


def test_somebody_may_have_two_running_also_after_a_restart(tmp_path: Path) -> None:
    work = opened(tmp_path, never)
    begin(work), begin(work)
    again = opened(tmp_path, never)
    with pytest.raises(TooManyTries):
        begin(again)
    begin(again, owner=BEN)


def test_folders_that_make_no_sense_are_cleared_away(tmp_path: Path) -> None:
    work = opened(tmp_path)
    job = finished(work, begin(work))
    (tmp_path / "half").mkdir()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "job.json").write_text('{"id": 3')
    (tmp_path / job.id / "result.json").write_text('{"words": 1}')  # of an older version, say
    again = opened(tmp_path)
    assert [place.name for place in tmp_path.iterdir()] == [job.id]
    with pytest.raises(NotFound, match="cannot be read any more"):
        again.get(job.id, ANN)


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    work = opened(tmp_path)
    jobs = [finished(work, begin(work, f"word{number}")) for number in range(45)]
    assert len(list(tmp_path.iterdir())) == 40
    assert opened(tmp_path).get(jobs[-1].id, ANN).result.words == ("word44",)
    with pytest.raises(NotFound):
        work.get(jobs[0].id, ANN)
