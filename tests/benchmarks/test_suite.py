from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from benchmarks import suite
from shop.errors import BadInput

ENTRY = suite.Entry("small", "benchmarks.intents", ("--train", "{data}/train.csv"))


class Runner:
    """Stands for the process that measures: writes one figure, or fails."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.code = 0

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        if not self.code:
            Path(command[-1]).write_text(json.dumps({"aisle": {"accuracy": 0.5}, "commit": "abc"}))
        return subprocess.CompletedProcess(command, self.code)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Runner:
    fake = Runner()
    monkeypatch.setattr(suite.subprocess, "run", fake)
    return fake


def test_a_set_that_was_measured_is_not_measured_again(runner: Runner, tmp_path: Path) -> None:
    assert suite.run(ENTRY, False, Path("d"), tmp_path)
    assert not suite.run(ENTRY, False, Path("d"), tmp_path)
    assert len(runner.commands) == 1
    assert "d/train.csv" in runner.commands[0]


def test_other_code_or_options_measure_again(runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.run(ENTRY, False, Path("d"), tmp_path)
    monkeypatch.setattr(suite, "code_fingerprint", lambda: "changed")
    assert suite.run(ENTRY, False, Path("d"), tmp_path)
    assert suite.run(suite.Entry("small", ENTRY.module, ("--train", "other.csv")), False, Path("d"), tmp_path)


def test_diet_does_not_wait_for_changes_of_our_code(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert suite.run(ENTRY, True, Path("d"), tmp_path)
    monkeypatch.setattr(suite, "code_fingerprint", lambda: "changed")
    assert not suite.run(ENTRY, True, Path("d"), tmp_path)


def test_what_could_not_be_measured_leaves_the_last_figures(runner: Runner, tmp_path: Path) -> None:
    suite.run(ENTRY, False, Path("d"), tmp_path)
    before = (tmp_path / "small.json").read_text()
    runner.code = 1
    assert not suite.run(suite.Entry("small", ENTRY.module, ("--train", "gone.csv")), False, Path("d"), tmp_path)
    assert (tmp_path / "small.json").read_text() == before
    assert not list(tmp_path.glob("*.draft"))


def test_gathering_puts_both_contenders_side_by_side(tmp_path: Path) -> None:
    name = suite.ENTRIES[0].name
    (tmp_path / f"{name}.json").write_text(json.dumps({"set": name, "commit": "new", "aisle": {"accuracy": 0.9}}))
    (tmp_path / f"{name}_diet.json").write_text(json.dumps({"set": name, "commit": "old", "diet": {"accuracy": 0.8}}))
    assert suite.gather(tmp_path) == [
        {"set": name, "commit": "new", "aisle": {"accuracy": 0.9}, "diet": {"accuracy": 0.8}}
    ]


def test_an_unknown_set_is_named() -> None:
    with pytest.raises(BadInput, match="'nothing'"):
        suite.chosen_entries("curekart, nothing")
    assert [entry.name for entry in suite.chosen_entries("banking77,curekart")] == ["banking77", "curekart"]
