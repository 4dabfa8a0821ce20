from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import page
from shop.errors import BadInput

OURS = {"accuracy": 0.9345, "out_of_scope_recall": None, "training_seconds": 61.04}
SETS = [{"set": "small", "train_rows": 600, "aisle": OURS, "diet": {"accuracy": 0.8}}]
NAMES = {"aisle": ["small"], "diet": ["small"]}


def test_shares_are_in_hundreds_and_gaps_are_dashes() -> None:
    ours, diet = page.table(SETS, NAMES).splitlines()[2:4]
    assert ours.startswith("| small | aisle | 600 | 93.5 | – |")
    assert "| 61.04 |" in ours
    assert diet.startswith("| small | diet | 600 | 80.0 |")


def test_what_was_not_measured_is_said() -> None:
    text = page.table(SETS, {"aisle": ["small", "large"], "diet": ["small"]})
    assert "Not measured yet (aisle): large." in text
    assert "(diet)" not in text


def test_a_part_of_the_rows_is_called_a_part() -> None:
    part = {"set": "reviews", "train_rows": 6000, "train_rows_there": 56496, "aisle": OURS}
    assert "| 6000 of 56496 |" in page.table([part], {"aisle": ["reviews"]})


def test_only_what_lies_between_the_marks_changes(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    page.write(file, SETS, NAMES)
    first = file.read_text()
    assert first.startswith("before\n")
    assert first.endswith("after\n")
    assert "old" not in first
    page.write(file, SETS, NAMES)
    assert file.read_text() == first


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("nothing here\n")
    with pytest.raises(BadInput, match="lacks the lines"):
        page.write(file, SETS, NAMES)
    assert file.read_text() == "nothing here\n"
