"""Made-up values in place of redaction's placeholders: models shall learn from texts as shoppers write them.

The values depend on the message alone, so that the same message gives the same example in every version.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from training.rasa_yaml import Span

_NAMES = {
    "en": ("Alex Morgan", "Jamie Lee", "Sam Carter", "Nina Patel", "Tom Becker", "Maria Rossi"),
    "zh": ("李明", "王芳", "张伟", "刘洋", "陈静", "赵磊"),
}
_ADDRESSES = {
    "en": ("12 Mill Lane, Leeds LS1 4DT", "48 Oak Street, Portland, OR 97205", "7 Harbour Road, Bristol BS1 5TY"),
    "zh": ("杭州市西湖区文三路12号", "上海市浦东新区世纪大道88号", "广州市天河区体育西路5号"),
}
_PLACEHOLDER = re.compile(r"\[([a-z][a-z_]*)\]")


def fill(text: str, spans: Sequence[Span], language: str, seed: str) -> tuple[str, tuple[Span, ...]]:
    """The text with each placeholder that is known replaced, and its entities moved along; those in a placeholder are
    left out."""
    generator = random.Random(f"fill:{seed}")
    moved = list(spans)
    for match in reversed(list(_PLACEHOLDER.finditer(text))):
        value = _value(match[1], language, generator)
        if value is None:
            continue
        start, end = match.span()
        text = text[:start] + value + text[end:]
        shift = len(value) - (end - start)
        moved = [
            replace(span, start=span.start + shift, end=span.end + shift) if span.start >= end else span
            for span in moved
            if span.end <= start or span.start >= end
        ]
    return text, tuple(moved)


def _value(kind: str, language: str, generator: random.Random) -> str | None:
    chinese = language == "zh"
    digits = "".join(generator.choices("0123456789", k=10))
    values = {
        "order_number": f"{generator.choice(('#W', 'W', 'w'))}{generator.randint(1, 9)}{digits[:6]}",
        "email": f"{generator.choice(('alex', 'mia', 'li.na', 'sam'))}{digits[:2]}@example.com",
        "phone": f"138{digits[:8]}" if chinese else f"+1 202 555 01{digits[:2]}",
        "card": "4111 1111 1111 1111",
        "name": generator.choice(_NAMES["zh" if chinese else "en"]),
        "address": generator.choice(_ADDRESSES["zh" if chinese else "en"]),
    }
    return values.get(kind)
