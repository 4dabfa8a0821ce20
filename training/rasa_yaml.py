"""Rasa's YAML training files, read with the line of each example and written back.

Rasa's own reader gives no lines, and takes seconds and 70 MB; the inside pages ask for the intents, too. That both
read the same is tested.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shop.errors import BadInput

NLU = Path("bot/data/nlu")

_ANNOTATED = re.compile(r"\[(?P<text>[^\[\]]+)\](?:\((?P<short>[^()]+)\)|(?P<long>\{[^{}]+\}))")
_MARKS = re.compile(r"[\[\](){}]")
_HARMLESS = str.maketrans("[](){}", "（）（）（）")
_NO_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What cannot stand in a line of YAML."""


@dataclass(frozen=True)
class Span:
    """An entity in an example's text, ``text[start:end]``."""

    start: int
    end: int
    name: str
    value: str
    """What it stands for where that differs from the words; else the words."""


@dataclass(frozen=True)
class WrittenExample:
    """An example as a training file has it."""

    text: str
    intent: str
    entities: tuple[Span, ...]
    file: str
    line: int


def read_folder(folder: Path) -> list[WrittenExample]:
    """The examples of all YAML files of a folder and those below it, in the order of their names."""
    return [example for file in sorted(folder.rglob("*.yml")) for example in read_file(file)]


def read_file(file: Path) -> list[WrittenExample]:
    """The examples of one file. Raises BadInput, naming file and line, where it is no training file."""
    try:
        tree = yaml.compose(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise BadInput(f"{file} is no YAML: {error}") from error
    found = []
    for entry in _entries(file, tree):
        intent, block = entry.get("intent"), entry.get("examples")
        if intent is None or block is None:
            continue  # synonyms, lookups, regular expressions
        first = block.start_mark.line + (2 if block.style == "|" else 1)
        for offset, line in enumerate(block.value.split("\n")):
            written = line.strip().removeprefix("-").strip()
            if written:
                text, entities = parse(written)
                found.append(WrittenExample(text, intent.value, entities, file.as_posix(), first + offset))
    return found


def write_file(file: Path, examples: Iterable[tuple[str, str, tuple[Span, ...]]]) -> None:
    """Write (text, intent, entities) as one training file, intents in the order of their names."""
    by_intent: dict[str, list[str]] = {}
    for text, intent, entities in examples:
        by_intent.setdefault(intent, []).append(annotate(text, entities))
    blocks = [
        f"  - intent: {intent}\n    examples: |\n" + "".join(f"      - {line}\n" for line in lines)
        for intent, lines in sorted(by_intent.items())
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('version: "3.1"\nnlu:' + ("\n" + "".join(blocks) if blocks else " []\n"), "utf-8")


def parse(written: str) -> tuple[str, tuple[Span, ...]]:
    """Text and entities of an example such as ``where is my [coat](product)``."""
    text, entities, last = "", [], 0
    for match in _ANNOTATED.finditer(written):
        text += written[last : match.start()]
        words = match["text"]
        name, value = match["short"], words
        if match["long"]:
            named = json.loads(match["long"])
            name, value = named["entity"], str(named.get("value", words))
        elif ":" in name:  # [nyc](city:New York)
            name, _, value = name.partition(":")
        entities.append(Span(len(text), len(text) + len(words), name, value))
        text += words
        last = match.end()
    return text + written[last:], tuple(entities)


def annotate(text: str, entities: Iterable[Span]) -> str:
    """The way back of ``parse``, of a text that is a line (``as_line``)."""
    text = as_line(text)
    for entity in sorted(entities, key=lambda each: each.start, reverse=True):
        words = text[entity.start : entity.end]
        if _MARKS.search(words):
            continue
        named = f"({entity.name})"
        if entity.value != words:
            named = json.dumps({"entity": entity.name, "value": entity.value}, ensure_ascii=False)
        text = f"{text[: entity.start]}[{words}]{named}{text[entity.end :]}"
    return text


def as_line(text: str) -> str:
    """The text as a training file can hold it, character for character: what would break a line is a space, and
    brackets that would be taken for markup are round ones of Chinese writing."""
    text = _NO_LINE.sub(" ", text)
    return text.translate(_HARMLESS) if _ANNOTATED.search(text) else text


def _entries(file: Path, tree: Any) -> list[dict[str, Any]]:
    """The mappings under ``nlu``, by key, as YAML nodes."""
    if not isinstance(tree, yaml.MappingNode):
        raise BadInput(f"{file} holds no training data: a mapping with the key nlu is needed")
    lists = [value for key, value in tree.value if key.value == "nlu"]
    entries = [entry for each in lists for entry in each.value]
    return [{key.value: value for key, value in entry.value} for entry in entries]
