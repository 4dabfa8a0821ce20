"""Asking for runs, stopping and resuming them; what a run trains on."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from shop.errors import BadInput, NotFound, Refused
from shop.tables import TrainingRun
from shop.unit_of_work import Database
from tests.training.registered import shop_in
from training import runs
from training.progress import Progress
from training.rasa_yaml import Span, read_file, write_file
from training.runs.curves import write_curve
from training.runs.data import known_of, write_data
from training.runs.driving import take_back_orphans
from training.runs.worker import only_worker


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return shop_in(tmp_path / "var")[0]


def ask(database: Database, **given: object) -> int:
    with database.work() as unit:
        run = runs.request_run(unit.session, runs.RunParameters.of(given), "staff:7")
        unit.commit()
        return int(run.id)


def set_state(database: Database, run_id: int, state: str) -> None:
    with database.work() as unit:
        runs.get_run(unit.session, run_id).state = state
        unit.commit()


def test_a_run_waits_with_all_its_steps(database: Database) -> None:
    run_id = ask(database, start="base", note="all anew")
    with database.read() as unit:
        run = runs.get_run(unit.session, run_id)
        assert (run.state, run.parameters["start"], run.requested_by) == ("queued", "base", "staff:7")
        steps = [(step.name, step.state) for step in runs.steps_of(run)]
    assert steps == [(step.name, "waiting") for step in runs.STEPS]


@pytest.mark.parametrize("given", [{"start": "nowhere"}, {"epochs": -1}, {"repeats": 0}, {"speed": 9}, {"epochs": "2"}])
def test_parameters_that_cannot_be_are_named(given: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=next(iter(given))):
        runs.RunParameters.of(given)


def test_one_run_at_a_time(database: Database) -> None:
    first = ask(database)
    with pytest.raises(Refused, match=f"Run {first} is queued"):
        ask(database)


def test_a_queued_run_stops_at_once_and_a_running_one_is_told(database: Database) -> None:
    for state, after in (("queued", "stopped"), ("running", "stopping")):
        run_id = ask(database)
        set_state(database, run_id, state)
        with database.work() as unit:
            assert runs.stop_run(unit.session, run_id, "staff:7").state == after
            unit.commit()
        set_state(database, run_id, "stopped")
    with database.work() as unit:
        with pytest.raises(Refused, match="nothing to stop"):
            runs.stop_run(unit.session, run_id, "staff:7")
        with pytest.raises(NotFound):
            runs.get_run(unit.session, 99)


def test_what_was_stopped_is_resumed_and_what_is_done_is_not(database: Database) -> None:
    run_id = ask(database)
    set_state(database, run_id, "stopped")
    with database.work() as unit:
        assert runs.resume_run(unit.session, run_id, "staff:7").state == "queued"
        unit.commit()
    set_state(database, run_id, "done")
    with database.work() as unit, pytest.raises(Refused, match="only a stopped or failed"):
        runs.resume_run(unit.session, run_id, "staff:7")


def test_what_a_lost_worker_left_is_queued_again(database: Database) -> None:
    first = ask(database)
    set_state(database, first, "running")
    take_back_orphans(database)
    with database.read() as unit:
        assert [run.state for run in runs.list_runs(unit.session)] == ["queued"]


def test_there_is_one_worker(tmp_path: Path) -> None:
    settings = shop_in(tmp_path)[1]
    with only_worker(settings) as first:
        assert first
        with only_worker(settings) as second:
            assert not second
    with only_worker(settings) as third:
        assert third


@pytest.fixture
def version(tmp_path: Path) -> Path:
    """A data set as ``training.data_sets`` writes it: 60 rows of three intents, one of them with an entity once."""
    rows = [(f"{intent} number {n}", intent, ()) for intent in ("greet", "thank", "find_product") for n in range(20)]
    rows.append(("a red coat", "find_product", (Span(2, 5, "colour", "red"),)))
    for split in ("train", "validation"):
        write_file(tmp_path / "version" / split / "nlu.yml", rows if split == "train" else rows[:3])
        table = tmp_path / "version" / split / "sentiment" / "sentiment.csv"
        table.parent.mkdir()
        table.write_text("text,sentiment\n" + "".join(f"fine {n},positive\n" for n in range(30)))
    return tmp_path / "version"


def test_from_the_base_everything_is_shown_once(version: Path, tmp_path: Path) -> None:
    files = write_data(version, tmp_path / "data", runs.RunParameters(start="base"), None)
    assert {each.text for each in read_file(files.nlu)} == {
        each.text for each in read_file(version / "train" / "nlu.yml")
    }
    assert (files.new, files.rehearsed, files.rows) == (0, 0, 61 + 30)
    assert files.validation == version / "validation" / "nlu.yml"


def test_from_the_champion_new_rows_are_repeated_and_known_ones_sampled(version: Path, tmp_path: Path) -> None:
    everything = known_of(version / "train")
    new = {("greet number 3", "greet"), ("thank number 5", "thank")}
    parameters = runs.RunParameters(repeats=3, rehearsed=12)
    files = write_data(version, tmp_path / "data", parameters, frozenset(everything - new))
    shown = [(each.text, each.intent) for each in read_file(files.nlu)]
    assert files.new == 2
    assert {shown.count(each) for each in new} == {3}
    rehearsed = [each for each in shown if each not in new]
    assert len(rehearsed) == len(set(rehearsed)) == files.rehearsed
    assert len(shown) + 2 == files.rows  # a fifth as many of the sentiments
    assert {intent for _, intent in rehearsed} == {"greet", "thank", "find_product"}
    assert ("a red coat", "find_product") in rehearsed  # its entity must not be forgotten


def test_a_relabelled_text_is_new(version: Path, tmp_path: Path) -> None:
    known = known_of(version / "train") - {("greet number 3", "greet")} | {("greet number 3", "thank")}
    assert write_data(version, tmp_path / "data", runs.RunParameters(), known).new == 1


def test_the_loss_curve_is_written_for_tensorboard(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for _ in range(2):  # a second attempt replaces the first
        write_curve(tmp_path / "tb", Progress(3, 3, ((1, 2.5), (2, 1.5), (3, 0.75))))
    events = EventAccumulator(str(tmp_path / "tb"))
    events.Reload()
    assert [(each.step, each.value) for each in events.Scalars("loss")] == [(1, 2.5), (2, 1.5), (3, 0.75)]


def test_records_come_back_as_they_went(database: Database) -> None:
    run_id = ask(database)
    with database.work() as unit:
        run = runs.get_run(unit.session, run_id)
        done = replace(runs.steps_of(run)[0], state="done", outputs={"data_set_version": 4}, seconds=1.5)
        run.steps = [asdict(done), *run.steps[1:]]
        unit.commit()
    with database.read() as unit:
        assert runs.steps_of(unit.session.get(TrainingRun, run_id))[0] == done
