"""What the bot said, as the customer understands it: each message with the kind of question it asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from actions.wording import word

_ROOT = Path(__file__).resolve().parents[2]
_SLOT = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=1)
def questions() -> dict[str, dict[str, str]]:
    """The table of ``questions.yml``."""
    table: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("questions.yml").read_text("utf-8"))
    return table


def kind_of_summary(text: str) -> str:
    """The kind of change that a summary's first line tells; empty for what is no summary."""
    first = text.strip().splitlines()[0] if text.strip() else ""
    patterns = questions()["summaries"].items()
    return next((kind for kind, pattern in patterns if re.search(pattern, first, re.IGNORECASE)), "")


def is_summary(text: str) -> bool:
    """Whether a text begins as a summary does."""
    return bool(kind_of_summary(text))


@dataclass(frozen=True)
class Heard:
    """A message of the bot. ``name``: the response it was written from, empty if none fits; ``kind``: what it asks
    or tells (``questions.yml``), "information" otherwise; ``choices``: titles of the buttons below it."""

    text: str
    name: str = ""
    kind: str = "information"
    values: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    author: str = "bot"

    @property
    def shown(self) -> str:
        """All that stands on the screen."""
        return "\n".join([self.text, *self.choices])


class Ears:
    """Recognises the bot's responses by their templates."""

    def __init__(self, templates: Mapping[str, Sequence[str]], kinds: Mapping[str, str]) -> None:
        self._kinds = kinds
        self.names = frozenset(templates)
        pairs = [(name, text) for name, texts in templates.items() for text in texts]
        # Longest fixed text first: of two templates that fit, the more telling one.
        pairs.sort(key=lambda pair: -len(_SLOT.sub("", pair[1])))
        self._patterns = [(name, _pattern(text)) for name, text in pairs]
        #: Responses with no words of their own: they would fit everything.
        self._bare = {name for name, text in pairs if not re.search(r"\w", _SLOT.sub("", text))}

    @classmethod
    def of_domain(cls, folder: Path = _ROOT / "bot" / "domain") -> Ears:
        """From the bot's domain files; texts of every language."""
        templates: dict[str, list[str]] = {}
        for file in sorted(folder.glob("*.yml")):
            responses = yaml.safe_load(file.read_text("utf-8")).get("responses") or {}
            for name, variants in responses.items():
                templates.setdefault(name, []).extend(variant["text"] for variant in variants if variant.get("text"))
        return cls(templates, questions()["responses"])

    @staticmethod
    def _put_together(spoken: str) -> str:
        """The name of a question that begins as one of ``actions/wording.yml`` does; empty for none."""
        for name in questions()["wordings"]:
            group, key = name.split(".")
            if any(re.match(_pattern(word(group, key, language)), spoken) for language in ("en", "zh")):
                return name
        return ""

    def hear(self, event: Mapping[str, Any]) -> Heard:
        """A message of the chat API."""
        choices = tuple(choice["title"] for choice in event.get("choices") or ())
        author = str(event["author"])
        spoken, shown = str(event.get("text") or ""), screen_text(event)
        for name, pattern in self._patterns:
            found = pattern.fullmatch(spoken.strip())
            if found and spoken and (name not in self._bare or is_summary(spoken)):
                values = {key: value for key, value in found.groupdict().items() if value is not None}
                return Heard(shown, name, self._kind(name), values, choices, author)
        name = self._put_together(spoken)
        return Heard(shown, name, questions()["wordings"].get(name, "information"), {}, choices, author)

    def _kind(self, name: str) -> str:
        return next((kind for pattern, kind in self._kinds.items() if fnmatchcase(name, pattern)), "information")


def screen_text(event: Mapping[str, Any]) -> str:
    """The text of a message with what its cards show."""
    return "\n".join(part for part in (str(event.get("text") or ""), *_card_lines(event)) if part)


def _card_lines(event: Mapping[str, Any]) -> Iterable[str]:
    for product in event.get("products") or ():
        price = product.get("price") or {}
        yield f"{product['name']}, {product.get('options_text') or ''}, ${price.get('amount', '')}"
    order = event.get("order")
    if order:
        yield f"{order['number']} {order['status_text']}, total ${order['total']['amount']}"
        yield from (f"{i['name']} ({i['options']}) ${i['price']['amount']}" for i in order["items"])
        if order.get("tracking_number"):
            yield f"Tracking number {order['tracking_number']}"


def _pattern(text: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts, at = [], 0
    for slot in _SLOT.finditer(text):
        parts.append(re.escape(text[at : slot.start()]))
        parts.append("(?s:.*?)" if slot[1] in seen else f"(?P<{slot[1]}>(?s:.*?))")
        seen.add(slot[1])
        at = slot.end()
    # A line that is empty because its slot is may be missing.
    return re.compile("".join([*parts, re.escape(text[at:])]).strip().replace("\\\n", r"\s*"))
