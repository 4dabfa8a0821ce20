"""Which of an option's values is more and which less, and what in a text points along such a scale."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from actions.desk.options.hits import Hit
from actions.desk.options.words import is_negative, key, normal, words
from language import number_words
from shop.vocabulary import has_cjk

#: Whether a word asks for more (or less), for the most (or least), or complains and so asks for the opposite.
Kind = Literal["more", "most", "complaint"]
#: Stands among the options for what the variant costs.
PRICE = "price"

_NUMBER = re.compile(r"\s*([a-z]{0,3}?)(\d+(?:\.\d+)?)\s*([a-z]*)")
_THOUSANDS = {"tb": 1024, "l": 1000, "k": 1000, "cm": 10, "kg": 1000}


@dataclass(frozen=True)
class Pointer:
    """A word that points along a scale: "bigger" (more), "the biggest" (most), "one size smaller" (steps 1),
    "1000 more pieces" (amount 1000), "too big" (complaint: the other way)."""

    start: int
    end: int
    option: str
    sign: int
    kind: Kind
    steps: int = 0
    amount: float = 0


def ranks(values: Sequence[str]) -> dict[str, float]:
    """The place of every value on their common scale, or nothing when they have none."""
    return dict(_ranks(tuple(values)))


@lru_cache(maxsize=1024)
def _ranks(values: tuple[str, ...]) -> dict[str, float]:
    for scale in words()["scales"]:
        places = {key(str(name)): place for place, step in enumerate(scale) for name in _names(step)}
        if all(key(value) in places for value in values):
            return {value: places[key(value)] for value in values}
    found: dict[str, float] = {}
    prefixes = set()
    for value in values:
        match = _NUMBER.match(normal(value))
        if match:
            found[value] = float(match[2]) * _THOUSANDS.get(match[3], 1)
            prefixes.add(match[1])
        elif is_negative(value):
            found[value] = -1
        else:
            return {}
    return found if len(prefixes) <= 1 else {}


def _names(step: str | list[str]) -> list[str]:
    return [step] if isinstance(step, str) else step


_Way = tuple[re.Pattern[str], int, Kind, tuple[str, ...]]
_STEPS_ZH = r"(?:[一1] ?个?)?[点些]儿?|[一二两三12] ?个?(?:号|码|档|级|尺码)"


@lru_cache(maxsize=1)
def _patterns() -> tuple[_Way, ...]:
    """Every way to point, as (pattern, sign, kind, words of option names)."""
    made: list[_Way] = []
    for entry in words()["directions"]:
        made += _adjective(entry["sign"], tuple(entry["options"]), entry["en"], entry["zh"])
    named: dict[str, tuple[int, Kind]] = {
        "more": (1, "more"),
        "less": (-1, "more"),
        "most": (1, "most"),
        "least": (-1, "most"),
    }
    for name, (sign, kind) in named.items():
        terms = words()["named_directions"][name]
        english = "|".join(term for term in terms if not has_cjk(term))
        chinese = "|".join(term for term in terms if has_cjk(term))
        made.append((re.compile(rf"\b(?:{english})\b(?! than)|{chinese}"), sign, kind, ()))
    made.append((re.compile(r"\bsizes? up\b|\bup (?:an?|one|two) sizes?\b"), 1, "more", ("size",)))
    made.append((re.compile(r"\b(?:steps?|notch(?:es)?) up\b"), 1, "more", ()))
    made.append((re.compile(r"\b(?:steps?|notch(?:es)?) down\b"), -1, "more", ()))
    made.append((re.compile(r"\bsizes? down\b|\bdown (?:an?|one|two) sizes?\b"), -1, "more", ("size",)))
    return tuple(made)


def _adjective(sign: int, options: tuple[str, ...], english: list[list[str]], chinese: list[str]) -> list[_Way]:
    """The ways to point with adjectives of one meaning, given as [base, comparative, superlative]."""
    base, more, most = ("|".join(forms) for forms in zip(*english, strict=True))
    zh = "|".join(chinese) or "(?!)"
    bare = rf"(?:{zh})(?:{_STEPS_ZH}|的(?=那|这|[，。,.]|$))"
    ways: tuple[tuple[Kind, int, str], ...] = (
        ("more", 1, rf"\b(?:{more}|more (?:{base}))\b|(?:更|再|比较)(?:{zh})(?:{_STEPS_ZH})?|{bare}"),
        (
            "more",
            -1,
            rf"\b(?:less|not (?:as|so|that)) (?:{base})\b|(?:不那么|没那么|不太|别太|不要太|不用太)(?:{zh})的?",
        ),
        ("most", 1, rf"\b(?:{most}|most (?:{base})|as (?:{base}) as possible)\b|最(?:{zh})的?"),
        ("most", -1, rf"\bleast (?:{base})\b"),
        (
            "complaint",
            -1,
            rf"\b(?:(?<!not )too|runs?(?: \w+)?|fits?(?: \w+)?) (?:{base})\b|(?<![不别要用])(?:太|有点|偏)(?:{zh})的?",
        ),
        ("complaint", 1, rf"(?:\bnot|n't) (?:\w+ )?(?:{base}) enough\b|不够(?:{zh})"),
    )
    return [(re.compile(pattern), sign * way, kind, options) for kind, way, pattern in ways]


_STEPS_BEFORE = re.compile(
    r"(?P<n>\b(?:one|an?|the next|next|two|three|1|2|3)) (?:full |whole )?(?:sizes?|steps?|notch(?:es)?|levels?)\s*$"
    r"|\b(?P<slightly>slightly|the next|next)\s+$"
)
_STEPS_IN = re.compile(r"(?P<n>[一二两三12])个?(?:号|码|档|级|尺码)|\b(?P<word>one|an?|two) sizes?\b")
_STEPS_AFTER = re.compile(r"\s*(?:by )?(?P<n>one|an?|two) (?:size|step|notch|level)s?\b")
_STEP_COUNTS = {"two": 2, "two ": 2, "2": 2, "二": 2, "两": 2, "three": 3, "3": 3, "三": 3}
_AMOUNT = re.compile(
    r"(?<![\w.])(?P<n>\d+(?:\.\d+)?)\s*(?P<unit>[a-z]+\s+)?(?P<way>more|extra|additional|fewer|less)\b(?! than)"
    r"(?:\s+(?P<after>[a-z]+))?|(?P<zh>[多少])\s*(?P<zhn>\d+)\s*(?P<zhunit>[a-z]+)?"
)


def pointers(text: str, hits: Sequence[Hit], scales: Mapping[str, Mapping[str, float]]) -> list[Pointer]:
    """What in a normalised text points along one of the scales, in order; the fuller reading of a place wins."""
    found = _amounts(text, scales)
    names = [hit for hit in hits if not hit.values]
    for pattern, sign, kind, options in _patterns():
        for match in pattern.finditer(text):
            option = _meant(text, match, options, names, scales)
            if option and not any(_hides(hit, match) for hit in hits):
                steps = _steps(text, match) if kind == "more" else 0
                found.append(Pointer(*match.span(), option, sign, kind, steps))
    found.sort(key=lambda pointer: pointer.start - pointer.end)
    kept: list[Pointer] = []
    for pointer in found:
        if not any(pointer.start < other.end and other.start < pointer.end for other in kept):
            kept.append(pointer)
    return sorted(kept, key=lambda pointer: pointer.start)


def _hides(hit: Hit, match: re.Match[str]) -> bool:
    """Whether a word is part of a value: the "high" of "high-back"."""
    overlaps = hit.start < match.end() and match.start() < hit.end
    return bool(hit.values) and overlaps and hit.end - hit.start >= match.end() - match.start()


def _meant(
    text: str,
    match: re.Match[str],
    options: tuple[str, ...],
    names: list[Hit],
    scales: Mapping[str, Mapping[str, float]],
) -> str:
    """The option that a word points along: the one named beside it, else the likeliest that the product has."""
    if PRICE in options:
        return PRICE
    behind, ahead = text[: match.start()], text[match.end() :]
    price = "|".join(words()["price_names"])
    if not options and (re.match(rf"\s*(?:{price})", ahead) or re.search(rf"(?:{price})\s*$", behind)):
        return PRICE
    other = [name for name in names if name.option not in scales and name.start - match.end() in (0, 1)]
    if other:  # "a darker colour"
        return ""
    for name in names:
        parting = text[match.end() : name.start] if name.start >= match.end() else text[name.end : match.start()]
        near = len(parting) <= (22 if name.start >= match.end() else 14) and not re.search(r"[,.;!?，。；]", parting)
        if name.option in scales and near and not re.search(r"\b(?:and|but|with|or)\b", parting):
            return name.option
    for word in options:
        for option in scales:
            if re.search(rf"\b{re.escape(word)}", option.lower()):
                return option
    return ""


def _steps(text: str, match: re.Match[str]) -> int:
    before, after = _STEPS_BEFORE.search(text[: match.start()]), _STEPS_AFTER.match(text[match.end() :])
    if before:
        return 1 if before["slightly"] else _STEP_COUNTS.get(before["n"], 1)
    inside = _STEPS_IN.search(match[0])
    if inside:
        return _STEP_COUNTS.get(inside["n"] or inside["word"], 1)
    if re.match(r"(?:sizes?|steps?|notch(?:es)?) |up |down ", match[0]):
        counted = re.search(r"\b(two|three|2|3)\s*$", text[: match.start()])
        return _STEP_COUNTS[counted[1]] if counted else 1
    return _STEP_COUNTS.get(after["n"], 1) if after else 0


def _amounts(text: str, scales: Mapping[str, Mapping[str, float]]) -> list[Pointer]:
    found = []
    for match in _AMOUNT.finditer(text):
        number = number_words.value(match["n"] or match["zhn"])
        unit = (match["unit"] or match["after"] or match["zhunit"] or "").strip().rstrip("s")
        sign = 1 if (match["way"] or match["zh"]) in ("more", "extra", "additional", "多") else -1
        for option, scale in scales.items():
            named = unit and (unit in option.lower() or any(f" {unit}" in normal(value) for value in scale))
            gaps = {abs(a - b) for a in scale.values() for b in scale.values()}
            if number is not None and float(number) in gaps and (named or not unit or len(scales) == 1):
                found.append(Pointer(*match.span(), option, sign, "more", 0, float(number)))
                break
    return found
