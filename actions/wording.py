"""The words of ``wording.yml``, and dates as each language writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date, format_datetime

_LOCALES = {"en": "en_US", "zh": "zh_Hans_CN"}


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("wording.yml").read_text("utf-8"))
    return words


def word(group: str, key: str, language: str) -> str:
    """A word of a group in a language; raises KeyError for an unknown one."""
    return str(_words()[group][key][language])


def has_word(group: str, key: str) -> bool:
    """Whether a group has a word."""
    return key in _words()[group]


def button(key: str, language: str) -> dict[str, str]:
    """A ready choice of ``wording.yml`` as a Rasa button."""
    choice = _words()["choice"][key]
    return {"title": str(choice[language]), "payload": str(choice["payload"])}


def intent_button(intent: str, language: str, entities: Mapping[str, str] | None = None) -> dict[str, str]:
    """A choice that stands for an intent, with what was already understood."""
    return {"title": word("intent", intent, language), "payload": payload(intent, entities)}


def payload(intent: str, entities: Mapping[str, str] | None = None) -> str:
    """Rasa's way to say an intent with entities outright: ``/track_order{"order_number": "#W1"}``."""
    return f"/{intent}" + (json.dumps(dict(entities), ensure_ascii=False) if entities else "")


def day(moment: datetime, language: str) -> str:
    """A date: ``Nov 23, 2026`` or ``2026年11月23日``."""
    return str(format_date(moment, "medium", locale=_LOCALES[language]))


def minute(moment: datetime, language: str) -> str:
    """A date and time: ``Nov 23, 2:05 PM`` or ``11月23日 14:05``."""
    pattern = "M月d日 HH:mm" if language == "zh" else "MMM d, h:mm a"
    return str(format_datetime(moment, pattern, locale=_LOCALES[language]))


def joined(parts: list[str], language: str) -> str:
    """A list in words: ``a, b and c`` or ``a、b和c``."""
    if len(parts) < 2:
        return "".join(parts)
    comma, last = ("、", "和") if language == "zh" else (", ", " and ")
    return comma.join(parts[:-1]) + last + parts[-1]
