"""Limits of price in a text, in English and Chinese: "under $100", "50 to 80 dollars", 两百块以内, 一千左右."""

from __future__ import annotations

import re
from decimal import Decimal

from language import number_words
from language.entities import Entity

_ABOUT_SHARE = Decimal("0.2")
"""How far "around 50" reaches on either side."""
_SMALLEST_BARE = 5
"""A smaller number without a currency counts things, not money."""

_CURRENCY_BEFORE = r"(?:us\$|usd|rmb|[$€£¥])\s?"
_CURRENCY_AFTER = r"\s?(?:us dollars?|dollars?|bucks?|quid|usd|rmb|yuan|元钱?|块钱?|刀|美元|美金|人民币|[$€£¥])"
_UNIT = (
    r"\s?-?(?:%|percent|inch|in\b(?=\s?(?:screen|display|wide|long))|\"|ft\b|feet|foot|cm|mm|km|m\b|miles?|kg|kgs\b|lbs?\b|"
    r"pounds?|oz|ml|l\b|lit(?:er|re)s?|gb|tb|mb|mah|w\b|watts?|hz|hours?|hrs?\b|min(?:ute)?s?\b|sec(?:ond)?s?\b|"
    r"days?|weeks?|months?|years?|yrs?\b|am\b|pm\b|o'clock|people|persons?|items?|things?|times?|pieces?|pcs|pairs?|"
    r"colou?rs?|sizes?|orders?|reviews?|stars?|steps?|degrees?|of\b|"
    r"[个天周号码寸米斤克升岁点分人次折星件双条款台瓶包箱盒年月日秒]|小时|星期|英寸|厘米|毫米|公分|公斤|千克|毫安|瓦|公里|度|倍)"
)
_NUMBER = number_words.PATTERN


def _amount(name: str) -> str:
    """A whole number with an optional currency on either side, as the groups name, name_before, name_after."""
    before, after = f"(?P<{name}_before>{_CURRENCY_BEFORE})?", f"(?P<{name}_after>{_CURRENCY_AFTER})?"
    whole = rf"(?![\d零〇一二三四五六七八九十两百千万]|[.,]\d|[ -](?:and )?{number_words.ENGLISH_WORD}\b)"
    not_inside = r"(?<![\da-z#零一二三四五六七八九十两百千万])(?<!\d[.,])"
    return rf"{before}{not_inside}(?P<{name}>{_NUMBER}){whole}{after}(?![a-z]|{_UNIT})"


_AT_MOST = (
    r"(?:no|not) (?:more|over|above) than|not (?:over|above|exceed(?:ing)?)|(?:doesn'?t|don'?t|not) (?:cost|exceed|be) "
    r"(?:more than|over)|under|below|less than|(?:cheaper|lower) than|up to|at most|max(?:imum)?(?: of)?|within|"
    r"budget(?: is| of|:)?(?: only)?|can(?:'t| ?not) (?:spend|go) (?:more than|over|above)|<=?|≤|"
    r"不要?超过|别超过|不高于|不能?超|(?<!不)(?:低于|少于|小于)|不到|不足|最多|至多|最高|最贵|顶多|控制在|"
    r"预算(?:就|只有|是|在|大概|大约|差不多|：|:)*"
)
_AT_LEAST = (
    r"over|above|more than|at least|starting (?:at|from)|min(?:imum)?(?: of)?|higher than|upwards of|>=?|≥|"
    r"(?<![不别])(?:超过|高于|大于|多于)|不低于|不少于|不小于|至少|最少|最低|起码"
)
_LESS_AFTER = (
    r"(?:or|and) (?:less|under|below|cheaper)|max(?:imum)?\b|tops\b|at (?:the )?most|以内|之内|以下|之下|封顶|内"
)
_MORE_AFTER = r"(?:or|and) (?:more|up|over|above)|\+|plus\b|upwards|以上|之上|起步|起"
_ABOUT = r"around|about|roughly|approx(?:imately)?\.?|circa|close to|~|大概|大约|差不多|约"
_ABOUT_AFTER = r"左右|上下|or so\b|ish\b"
_SMALL_ABOUT = rf"(?:\s?(?:{_ABOUT}))?\s?"
_TO = r"\s?(?:-|–|—|~|～|to|and|until|到|至|和|跟)\s?"

_PRICE_WORD = re.compile(r"price|budget|cost|spend|pay|cheap|dollar|[$€£¥]|价|预算|块|元|刀|花", re.IGNORECASE)

_RULES: list[tuple[str, re.Pattern[str]]] = [
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("range", rf"(?P<word>between\s|在)?{_amount('low')}{_TO}{_amount('high')}(?P<tail>之间)?"),
        (
            "digits",
            r"(?P<low>[一二两三四五六七八])(?P<high>[二两三四五六七八九])"
            r"(?P<scale>[百千万])(?:块钱?|元|刀|美元|美金)",
        ),
        ("max", rf"(?<![a-z])(?:{_AT_MOST}){_SMALL_ABOUT}{_amount('high')}"),
        ("max", rf"{_amount('high')}\s?(?:左右)?(?:{_LESS_AFTER})"),
        ("min", rf"(?<![a-z])(?:{_AT_LEAST}){_SMALL_ABOUT}{_amount('low')}"),
        ("min", rf"{_amount('low')}\s?(?:{_MORE_AFTER})"),
        ("about", rf"{_amount('low')}\s?(?P<sure>{_ABOUT_AFTER})"),
        ("about", rf"(?<![a-z])(?:{_ABOUT})\s?{_amount('low')}"),
    )
]


def find(text: str) -> list[Entity]:
    """The entities ``max_price`` and ``min_price`` of a text, with decimal strings as values.

    "Around 50" gives both, a fifth below and above. Numbers that count other things (days, inches, pieces) and
    bare numbers without anything that speaks of money are left alone. Full-width characters must have been
    narrowed before.
    """
    taken: list[tuple[int, int]] = []
    found: list[Entity] = []
    for kind, pattern in _RULES:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            limits = _limits(kind, match, text)
            if limits:
                taken.append(match.span())
                found += limits
    return sorted(found, key=lambda entity: (entity.start, entity.entity))


def _limits(kind: str, match: re.Match[str], text: str) -> list[Entity]:
    if kind == "digits":
        return _digit_range(match)
    if kind == "range":
        return _range(match, text)
    name = "high" if kind == "max" else "low"
    amount = number_words.value(match[name])
    if amount is None or not _is_money(kind, match, name, amount, text):
        return []
    start, end = _span(match, name)
    if kind != "about":
        return [Entity(f"{kind}_price", number_words.plain(amount), start, end)]
    share = amount * _ABOUT_SHARE
    return [
        Entity("max_price", number_words.plain(amount + share), start, end),
        Entity("min_price", number_words.plain(amount - share), start, end),
    ]


def _is_money(kind: str, match: re.Match[str], name: str, amount: Decimal, text: str) -> bool:
    if _has_currency(match, name):
        return True
    if kind == "about":
        sure = match.groupdict().get("sure") in ("左右", "上下")
        return amount >= 10 and (sure or bool(_PRICE_WORD.search(text)))
    return amount >= _SMALLEST_BARE


def _range(match: re.Match[str], text: str) -> list[Entity]:
    low, high = number_words.value(match["low"]), number_words.value(match["high"])
    if low is None or high is None:
        return []
    scale = re.search(r"[百千万]$|k$", match["high"], re.IGNORECASE)
    if scale and low < 10 <= high:
        low *= number_words.value("1" + scale[0]) or 1
    of_money = _has_currency(match, "low") or _has_currency(match, "high") or bool(_PRICE_WORD.search(text))
    round_numbers = low % 10 == 0 and high % 10 == 0 and high >= 100
    if low >= high or not (of_money or match["word"] or match["tail"] or round_numbers):
        return []
    return [
        Entity("min_price", number_words.plain(low), *_span(match, "low")),
        Entity("max_price", number_words.plain(high), *_span(match, "high")),
    ]


def _digit_range(match: re.Match[str]) -> list[Entity]:
    """一两百块 is 100 to 200."""
    low, high = (number_words.value(match[name] + match["scale"]) for name in ("low", "high"))
    if low is None or high is None or low >= high:
        return []
    return [
        Entity("min_price", number_words.plain(low), match.start("low"), match.end("low")),
        Entity("max_price", number_words.plain(high), match.start("high"), match.end()),
    ]


def _has_currency(match: re.Match[str], name: str) -> bool:
    return bool(match[f"{name}_before"] or match[f"{name}_after"])


def _span(match: re.Match[str], name: str) -> tuple[int, int]:
    starts = [match.start(part) for part in (f"{name}_before", name) if match.start(part) >= 0]
    ends = [match.end(part) for part in (name, f"{name}_after") if match.end(part) >= 0]
    return min(starts), max(ends)
