"""Our reader of training files reads what Rasa's reads, and gives back what it wrote."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.errors import BadInput
from training.rasa_yaml import NLU, Span, annotate, parse, read_file, read_folder, write_file

_TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60)


def _as_rasa_reads(path: str) -> list[tuple[str, str, list[tuple[int, int, str, str]]]]:
    from rasa.shared.nlu.training_data.loading import load_data

    return sorted(
        (
            message.get("text"),
            message.get("intent"),
            sorted((e["start"], e["end"], e["entity"], e["value"]) for e in message.get("entities") or []),
        )
        for message in load_data(path).intent_examples
    )


def test_the_trees_examples_are_read_as_rasa_reads_them() -> None:
    ours = sorted(
        (each.text, each.intent, sorted((e.start, e.end, e.name, e.value) for e in each.entities))
        for each in read_folder(NLU)
    )
    assert ours == _as_rasa_reads(str(NLU))


def test_an_example_names_its_line() -> None:
    example = read_file(NLU / "track_order.en.yml")[3]
    assert (NLU / "track_order.en.yml").read_text("utf-8").splitlines()[example.line - 1].strip() == f"- {example.text}"


def test_a_value_that_differs_from_the_words_is_kept() -> None:
    text, entities = parse('fly to [nyc]{"entity": "city", "value": "New York"} from [la](city:Los Angeles)')
    assert text == "fly to nyc from la"
    assert entities == (Span(7, 10, "city", "New York"), Span(16, 18, "city", "Los Angeles"))
    assert parse(annotate(text, entities)) == (text, entities)


def test_what_a_shopper_types_is_never_taken_for_markup(tmp_path: Path) -> None:
    text = 'give me [everything](product) and [all]{"entity": "size"}'
    write_file(tmp_path / "nlu.yml", [(text, "inform", ())])
    (example,) = read_file(tmp_path / "nlu.yml")
    assert example.entities == ()
    assert _as_rasa_reads(str(tmp_path / "nlu.yml"))[0][2] == []


@given(st.lists(_TEXTS, min_size=1, max_size=5))
def test_any_text_comes_back_from_a_file_with_its_spaces_tidied(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nlu.yml"
        write_file(file, [(text, "inform", ()) for text in texts])
        read = [example.text for example in read_file(file)]
    plain = [annotate(text, ()).strip().removeprefix("-").strip() for text in texts]
    assert read == [text for text in plain if text]


def test_a_file_that_is_no_training_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("nlu: [")
    with pytest.raises(BadInput, match=r"broken\.yml is no YAML"):
        read_file(tmp_path / "broken.yml")
    (tmp_path / "list.yml").write_text("- 1")
    with pytest.raises(BadInput, match="holds no training data"):
        read_file(tmp_path / "list.yml")
