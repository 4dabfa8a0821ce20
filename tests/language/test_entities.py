from __future__ import annotations

import numpy as np

from language.entities import Entity, decode_tags, without_overlaps

LABELS = ["O", "B-product", "I-product", "B-colour", "I-colour"]


def one_hot(*tags: str) -> np.ndarray:
    return np.eye(len(LABELS))[[LABELS.index(tag) for tag in tags]]


def spans(text: str, offsets: list[tuple[int, int]], *tags: str) -> list[tuple[str, str]]:
    return [(e.entity, e.value) for e in decode_tags(text, offsets, one_hot(*tags), LABELS)]


def test_pieces_of_one_entity_are_joined() -> None:
    offsets = [(0, 0), (0, 8), (8, 16), (0, 0)]
    assert spans("wireless earbuds", offsets, "O", "B-product", "I-product", "O") == [("product", "wireless earbuds")]


def test_an_inside_tag_alone_begins_an_entity() -> None:
    assert spans("red hat", [(0, 3), (3, 7)], "I-colour", "I-product") == [("colour", "red"), ("product", "hat")]


def test_words_that_touch_are_one_entity_whatever_begins_where() -> None:
    offsets = [(0, 7), (7, 13), (13, 14), (14, 20)]
    assert spans("running shoes, boots", offsets, "B-product", "B-product", "O", "B-product") == [
        ("product", "running shoes"),
        ("product", "boots"),
    ]
    assert spans("蓝牙耳机", [(0, 2), (2, 4)], "B-product", "B-product") == [("product", "蓝牙耳机")]


def test_the_pieces_of_a_word_decide_together() -> None:
    offsets = [(0, 2), (3, 7), (7, 10), (10, 13)]
    assert spans("my headphones", offsets, "O", "B-product", "I-product", "O") == [("product", "headphones")]
    assert spans("my headphones", offsets, "O", "B-product", "O", "O") == []


def test_spaces_and_punctuation_are_trimmed_off() -> None:
    (entity,) = decode_tags("a 外套。", [(0, 1), (1, 5)], one_hot("O", "B-product"), LABELS)
    assert (entity.value, entity.start, entity.end) == ("外套", 2, 4)
    assert decode_tags("a ...", [(0, 1), (1, 5)], one_hot("O", "B-product"), LABELS) == []


def test_the_preferred_entities_win() -> None:
    pattern, model = Entity("max_price", "50", 6, 8), [Entity("size", "50", 6, 8), Entity("product", "hat", 9, 12)]
    assert without_overlaps([pattern], model) == [pattern, model[1]]
