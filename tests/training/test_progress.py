from pathlib import Path

import pytest

from training import progress


def test_without_a_file_in_the_environment_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    progress.to_environment()(1, 2, 0.5)
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_is_read_back_and_a_half_written_line_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "progress.jsonl"
    assert progress.read(file) == progress.Progress()
    monkeypatch.setenv(progress.VARIABLE, str(file))
    report = progress.to_environment()
    report(1, 3, 2.5)
    report(2, 3, 1.25)
    with file.open("a") as half:
        half.write("[3, 3, 0.")
    assert progress.read(file) == progress.Progress(2, 3, ((1, 2.5), (2, 1.25)))


def test_a_training_that_begins_again_makes_what_was_before_void(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.jsonl"))
    report = progress.to_environment()
    for step in (1, 2, 1):
        report(step, 2, float(step))
    assert progress.read(tmp_path / "progress.jsonl") == progress.Progress(1, 2, ((1, 1.0),))
