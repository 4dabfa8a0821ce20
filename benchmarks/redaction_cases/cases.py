"""A message with its marks: ``[what is personal](its kind)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from language.redaction import KINDS

Part = Literal["develop", "report"]
_MARK = re.compile(rf"\[(?P<written>[^\[\]]*)\]\((?P<kind>{'|'.join(KINDS)})\)")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """A message, and the (start, end, kind) of what is personal in it; ``known`` are names the caller knows."""

    language: str
    text: str
    spans: tuple[tuple[int, int, str], ...]
    known: tuple[str, ...] = ()


def read_marked(marked: str, language: str, known: tuple[str, ...] = ()) -> Case:
    """The message of a marked text."""
    text, spans, at = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        spans.append((len(text), len(text) + len(match["written"]), match["kind"]))
        text += match["written"]
        at = match.end()
    return Case(language, text + marked[at:], tuple(spans), known)


def hand_written(part: Part) -> list[Case]:
    """The messages written by hand: those that the detector was developed on, or those written after it."""
    cases = []
    for language in ("en", "zh"):
        name = "hand_written" if part == "develop" else "hand_written_report"
        entries: list[Any] = yaml.safe_load((_FOLDER / f"{name}.{language}.yml").read_text("utf-8"))
        for entry in entries:
            marked, known = (entry, ()) if isinstance(entry, str) else (entry["text"], tuple(entry["known"]))
            cases.append(read_marked(marked, language, known))
    return cases
