"""Numbers as people type them: digits, English words, Chinese numerals. ``PATTERN`` finds one, ``value`` reads it."""

from __future__ import annotations

import re
from decimal import Decimal

_ENGLISH = {
    **{word: n for n, word in enumerate("zero one two three four five six seven eight nine ten".split())},
    **{w: n for n, w in enumerate("eleven twelve thirteen fourteen fifteen sixteen seventeen".split(), 11)},
    "eighteen": 18,
    "nineteen": 19,
    **{w: n * 10 for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)},
    "fourty": 40,
}
_ENGLISH_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "k": 1000}
_CHINESE = {**{c: n for n, c in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2, "俩": 2}
_CHINESE_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000}

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"
ENGLISH_WORD = rf"(?:{'|'.join(sorted([*_ENGLISH, 'hundred', 'thousand', 'grand'], key=len, reverse=True))})"
_ENGLISH_NUMBER = (
    rf"(?:an?[ -](?=hundred|thousand|grand))?{ENGLISH_WORD}(?:[ -](?:and[ -](?={ENGLISH_WORD}\b))?{ENGLISH_WORD})*\b"
)
_CHINESE_NUMBER = r"[零〇一二三四五六七八九十两俩百千万]+"
PATTERN = (
    rf"(?:(?:{_DIGITS})(?:\s?(?:k\b|grand\b|thousand\b|hundred\b)|[百千万]+[零〇一二三四五六七八九]?)?"
    rf"|(?<![a-z]){_ENGLISH_NUMBER}|{_CHINESE_NUMBER})"
)
"""Regular expression (to be used with IGNORECASE) for a number in any of the three ways."""

_LEADING_DIGITS = re.compile(rf"({_DIGITS})\s?(.*)", re.IGNORECASE | re.DOTALL)


def value(text: str) -> Decimal | None:
    """The number that ``text`` says, or None: "1,200", "1.5k", "fifty-five", "两百五" (250), "3百"."""
    text = text.strip().lower()
    match = _LEADING_DIGITS.fullmatch(text)
    if match:
        return _scaled(Decimal(match[1].replace(",", "")), match[2])
    if re.fullmatch(_CHINESE_NUMBER, text):
        return _chinese(text)
    return _english(re.split(r"[\s-]+", text))


def plain(number: Decimal) -> str:
    """The shortest decimal string: "50", "49.99"."""
    written = f"{number.normalize():f}"
    return written


def _scaled(number: Decimal, scale: str) -> Decimal | None:
    """Digits followed by a scale: "5" + "百", "2" + "k", "3" + "千五" (3500)."""
    if not scale:
        return number
    if scale in _ENGLISH_SCALES:
        return number * _ENGLISH_SCALES[scale]
    factor = 1
    rest = scale
    while rest and rest[0] in _CHINESE_SCALES:
        factor *= _CHINESE_SCALES[rest[0]]
        rest = rest[1:]
    if factor == 1:
        return None
    return number * factor + (_CHINESE.get(rest, 0) * factor // 10 if rest else 0)


def _english(words: list[str]) -> Decimal | None:
    total = current = 0
    seen = False
    for word in words:
        if word in ("a", "an", "and"):
            continue
        if word in _ENGLISH:
            current += _ENGLISH[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _ENGLISH_SCALES:
            total += max(current, 1) * _ENGLISH_SCALES[word]
            current = 0
        else:
            return None
        seen = True
    return Decimal(total + current) if seen else None


def _chinese(text: str) -> Decimal | None:
    """Chinese numerals, the colloquial ones too: 两百五 is 250, 一千二 is 1200, 一百零五 is 105."""
    if not any(c in _CHINESE_SCALES for c in text):
        digits = "".join(str(_CHINESE[c]) for c in text)
        return Decimal(digits)
    total = section = digit = 0
    last_scale, after_zero = 1, False
    for character in text:
        if character in _CHINESE:
            digit = _CHINESE[character]
            after_zero = after_zero or digit == 0
            continue
        scale = _CHINESE_SCALES[character]
        if scale == 10000:
            total, section = (total + section + digit) * scale, 0
        else:
            section += (digit or 1) * scale
        digit, last_scale, after_zero = 0, scale, False
    if digit and last_scale >= 100 and not after_zero:
        digit *= last_scale // 10
    return Decimal(total + section + digit)
