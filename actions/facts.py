"""What a question asks for, by the transparent cues of ``facts.yml``, and the words its answer is labelled with."""

from __future__ import annotations

import re
from pathlib import Path

from actions.cues import Cues

_CUES = Cues(Path(__file__).with_name("facts.yml"))


def asked(group: str, text: str) -> list[str]:
    """The facts of a group (``order``, ``account``) that a text asks for, in the order they are told in."""
    return [fact for fact in _CUES.data[group] if _CUES.pattern(group, fact, "cues").search(text)]


def says(group: str, name: str, text: str) -> bool:
    """Whether a text has a cue of a group without labels (``orders``, ``variants``)."""
    return _CUES.pattern(group, name).search(text) is not None


def label(group: str, fact: str, language: str) -> str:
    """What a fact is called."""
    return str(_CUES.data[group][fact]["label"][language])


def line(name: str, value: str, language: str) -> str:
    """``Total: $9.00`` or ``合计：$9.00``."""
    return f"{name}：{value}" if language == "zh" else f"{name}: {value}"


def bracketed(note: str, language: str) -> str:
    """A note behind something else: ``" (note)"`` or ``"（note）"``; empty without one."""
    if not note:
        return ""
    return f"（{note}）" if language == "zh" else f" ({note})"


def words(key: str, language: str, **values: str) -> str:
    """Some words of an answer, filled in."""
    return str(_CUES.data["words"][key][language]).format(**values)


def state(of_item: str, language: str) -> str:
    """The state of an item in words; empty for one that is simply ordered."""
    found = _CUES.data["state"].get(of_item)
    return str(found[language]) if found else ""


def regions(text: str) -> set[str]:
    """The codes of the regions that a text names."""
    named = _CUES.data["regions"]
    return {code for code, name in named.items() if re.search(rf"(?<![a-z])(?:{name})(?![a-z])", text.lower())}
