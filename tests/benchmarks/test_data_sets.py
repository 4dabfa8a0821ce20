from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.data_sets import rows_of, sample, sentiment_rows_of
from language.understanding import OUT_OF_SCOPE
from shop.errors import BadInput
from training.dataset import Row


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("header", ["sentence,label", "text,category", "\ufefftext,category"])
def test_both_kinds_of_table_are_read(tmp_path: Path, header: str) -> None:
    table = written(tmp_path / "t.csv", f'{header}\n"where, please?",track\n hello ,greet\n,greet\n')
    assert rows_of(table) == [Row("where, please?", "track"), Row("hello", "greet")]


def test_the_out_of_scope_label_becomes_ours(tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", "sentence,label\nhy,NO_NODES_DETECTED\norder,ORDER\n")
    assert [row.intent for row in rows_of(table, "NO_NODES_DETECTED")] == [OUT_OF_SCOPE, "ORDER"]
    assert [row.intent for row in rows_of(table)] == ["NO_NODES_DETECTED", "ORDER"]


def test_two_files_of_lines_are_paired(tmp_path: Path) -> None:
    written(tmp_path / "seq.in", "one\ntwo\n")
    written(tmp_path / "label", "a\nb\n")
    assert rows_of(tmp_path) == [Row("one", "a"), Row("two", "b")]
    written(tmp_path / "label", "a\n")
    with pytest.raises(BadInput, match=r"seq\.in has 2 lines, label has 1"):
        rows_of(tmp_path)


def test_parts_of_a_json_file_join(tmp_path: Path) -> None:
    file = written(tmp_path / "d.json", json.dumps({"train": [["a", "x"]], "oos_train": [["b", "oos"]]}))
    assert rows_of(f"{file}#train+oos_train", "oos") == [Row("a", "x"), Row("b", OUT_OF_SCOPE)]
    with pytest.raises(BadInput, match="no part 'test'"):
        rows_of(f"{file}#test")


def test_rasa_markdown_keeps_entities_and_repeated_rows(tmp_path: Path) -> None:
    text = "## intent:alarm\n- wake me [today](date) at [nine am](time)\n- stop\n- stop\n## lookup:x\n- not a row\n"
    rows = rows_of(written(tmp_path / "t.md", text))
    assert rows[0] == Row("wake me today at nine am", "alarm", spans=((8, 13, "date"), (17, 24, "time")))
    assert [row.text for row in rows[1:]] == ["stop", "stop"]


def test_a_tsv_is_not_quoted(tmp_path: Path) -> None:
    table = written(tmp_path / "t.tsv", 'label\tsentence\n1\tsays "well\n0\tbad\n')
    assert sentiment_rows_of(table) == [Row('says "well', sentiment="positive"), Row("bad", sentiment="negative")]


def test_errors_say_what_was_wrong(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"There is no .*missing\.csv"):
        rows_of(tmp_path / "missing.csv")
    with pytest.raises(BadInput, match="has the columns a, b"):
        rows_of(written(tmp_path / "c.csv", "a,b\n1,2\n"))
    with pytest.raises(BadInput, match="no labelled text"):
        rows_of(written(tmp_path / "e.csv", "sentence,label\n"))
    with pytest.raises(BadInput, match=r"row 3: sentiment 'great'"):
        sentiment_rows_of(written(tmp_path / "s.csv", "text,sentiment\nfine,positive\nok,great\n"))


def test_a_sample_is_the_same_each_time() -> None:
    rows = [Row(str(number), "x") for number in range(50)]
    assert sample(rows, 5, 7) == sample(rows, 5, 7)
    assert len(set(sample(rows, 5, 7))) == 5
    assert sample(rows, 0, 7) == rows
