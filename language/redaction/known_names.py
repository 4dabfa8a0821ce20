"""Names that the caller knows: of the customer and of whom their parcels go to, in the ways people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from language.entities import Entity
from language.redaction.folding import fold
from language.redaction.words import as_set, listed, one_of

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_GLUE = r"[\s.,_-]{0,2}"
_NAMED = "(?P<name>{})(?![A-Za-z\\d])"
_STARTS = r"(?:^|[\n.!?,]\s*)"
_DOES = "is|was|has|had|wants|wanted|needs|needed|said|says|asked|asks|ordered|bought|got|gets|would|did|does|placed"
_MONTHS = frozenset({"march", "april", "may", "june", "august"})
_SHORTEST_PART, _SHORT_PART = 2, 3
_SAID_BEFORE = r"(?:name\s+is|this\s+is|i\s+am|i['’]?m|it['’]?s|call\s+me|dear|for|to)\s+"


def find_known(text: str, names: Iterable[str]) -> list[Entity]:
    """Where a folded text holds one of the names, whole, turned round, in part, or with a title."""
    found: list[Entity] = []
    for name in names:
        for pattern in _patterns(name):
            for match in pattern.finditer(text):
                start, end = match.span(match.lastgroup or 0)
                if not any(start < each.end and each.start < end for each in found):
                    found.append(Entity("name", text[start:end], start, end))
    return found


@lru_cache(maxsize=4096)
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    plain = fold(name).text.strip()
    if _CHINESE.search(plain):
        return _chinese(re.sub(r"\s", "", plain))
    return _western([part for part in re.split(r"[\s,]+", plain) if re.search(r"\w", part)])


def _western(parts: list[str]) -> tuple[re.Pattern[str], ...]:
    if not parts:
        return ()
    made = []
    if len(parts) > 1:
        ways = [_joined(parts), _joined([parts[0], parts[-1]]), _joined([parts[-1], *parts[:-1]])]
        first, last = re.escape(parts[0]), re.escape(parts[-1])
        initial = rf"{re.escape(parts[0][0])}\.?\s{last}|{first}\s{re.escape(parts[-1][0])}\b\.?"
        # "dawn, hill" is nobody, where all parts are words
        large = r"(?=[^a-z])" if all(is_word(part) for part in parts) else ""
        made.append(re.compile(rf"(?<![A-Za-z\d]){large}(?P<name>(?i:{'|'.join(ways)}|{initial}))(?![A-Za-z\d])"))
    for part in parts:
        if len(part.strip(".")) >= _SHORTEST_PART:
            made.append(_part(part))
    return tuple(made)


def _part(part: str) -> re.Pattern[str]:
    """One part of a name by itself. A short one counts only written large; one that is a word as well, only within a
    sentence and written large, or where the text says that somebody is meant."""
    word, large = re.escape(part), re.escape(part[0].upper() + part[1:])
    if not is_word(part):
        return re.compile(_alone(large if len(part) <= _SHORT_PART else f"(?i:{word})"))
    titles = "|".join(listed("titles"))
    ways = [
        rf"(?:\b(?:{titles})\b\.?\s+|(?i:{_SAID_BEFORE})){_NAMED.format(large)}(?!\s+[a-z]+ing\b)",
        rf"{_STARTS}{_NAMED.format(large)}(?=\s+(?:here|speaking|{_DOES})\b|['’]s\b)",
        rf"(?i:(?:regards|thanks|thx|cheers|wishes)[,.!]*\s+|\n){_NAMED.format(large)}\s*$",
    ]
    if part.lower() not in _MONTHS:
        ways.append(rf"(?<=[a-z,;] ){_NAMED.format(large)}(?![A-Za-z\d])(?!-)(?!\s+[A-Z])")
    return re.compile("|".join(way.replace("(?P<name>", f"(?P<name{number}>") for number, way in enumerate(ways)))


def is_word(part: str) -> bool:
    """Whether a part of a name is a word as well."""
    lower = part.lower()
    words = as_set("word_names") | as_set("no_names")
    return lower in words or (lower.endswith("s") and lower[:-1] in words)


def _alone(pattern: str) -> str:
    return rf"(?<![A-Za-z\d])(?P<name>{pattern})(?![A-Za-z\d])(?!-[a-z])"


def _joined(parts: list[str]) -> str:
    return _GLUE.join(re.escape(part) for part in parts)


def _chinese(name: str) -> tuple[re.Pattern[str], ...]:
    surname = next((double for double in listed("double_surnames") if name.startswith(double)), name[:1])
    given = name[len(surname) :]
    ways = [r"\s?".join(name), rf"{surname}\s?(?:{re.escape(given)})?\s?{one_of('titles_zh')}"]
    if len(given) >= 2 and given not in as_set("known_words_zh"):
        ways.append(given)
    if name in as_set("known_words_zh"):
        ways = [rf"(?<=[叫是人：:给])\s?{name}(?![\u4e00-\u9fff])", ways[1]]
    return (re.compile(rf"(?P<name>{'|'.join(ways)})"),)
