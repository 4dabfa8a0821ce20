"""Matching shoppers' words with the catalogue's: stems, typing errors, colours, sizes, people."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process
from snowballstemmer import stemmer

_CJK = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_PARTICLES = frozenset("的")
# "一双跑鞋", "双跑鞋": the count is no part of the thing.
_MEASURE = re.compile(r"^[一二两三几]?[双件条款个台本只张把副套顶]")
_STOPWORDS = frozenset(
    "a an the of for in on with and or to my me i some any one ones pair set is it that this your you".split()
)
# "128G", as capacities are said; written they end in a B.
_SHORT_CAPACITY = re.compile(r"^(\d+[GT])$")
# Two words of five letters or more this alike are one word misspelt ("jaket", "jacket").
_TYPO_RATIO = 84


def has_cjk(text: str) -> bool:
    """Whether the text holds Chinese characters."""
    return bool(_CJK.search(text))


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return str(stemmer("english").stemWord(word))


def _words(text: str) -> list[str]:
    """The English words of a text without fillers; a hyphenated one also by its longer parts (t-shirt: shirt)."""
    found = []
    for word in (token.strip(".-") for token in _WORD.findall(text.lower())):
        found.append(word)
        found += [part for part in word.split("-") if "-" in word and len(part) > 2]
    return [word for word in found if word not in _STOPWORDS]


def stems(text: str) -> tuple[str, ...]:
    """The English words of a text as stems, without fillers: ``"running shoes"`` -> ``("run", "shoe")``."""
    return tuple(_stem(word) for word in _words(text))


def mentions(wish: str, text: str) -> bool:
    """Whether every word of a wish occurs in a text, inflected or slightly misspelt; Chinese by characters."""
    parts = _CJK.findall(wish)
    if not all(_spelt_out(part, text) for part in parts):
        return False
    wanted = _words(wish)
    if not wanted:
        return bool(parts)
    present = _stem_set(text)
    if _stem("".join(wanted)) in present:  # "smart watch" is a smartwatch
        return True
    return all(_stem(word) in present or _misspelt(word, text) for word in wanted)


def _spelt_out(part: str, text: str) -> bool:
    """Whether Chinese words stand in a text, together or each on its own: 蓝牙耳机 in "蓝牙 无线耳机".

    Without a dictionary, a run of characters is covered by pieces of two or more that occur in the text; one
    single character may be left to itself (跑步|鞋), and the particle 的 counts for nothing.
    """
    part = "".join(character for character in part if character not in _PARTICLES)
    bare = _MEASURE.sub("", part)
    if not part or part in text or (bare and bare in text):
        return bool(part)
    part = bare
    singles_needed = [0] + [len(part) + 1] * len(part)
    for end in range(1, len(part) + 1):
        for start in range(end):
            piece = part[start:end]
            if piece in text and end - start < len(part):
                singles_needed[end] = min(singles_needed[end], singles_needed[start] + (end - start == 1))
    return len(part) > 2 and singles_needed[-1] <= 1


@lru_cache(maxsize=4096)
def _stem_set(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=4096)
def _longer_words(text: str) -> list[str]:
    return list({word for word in _words(text) if len(word) >= 4})


def _misspelt(word: str, text: str) -> bool:
    if len(word) < 5:
        return False
    # Hardly anybody mistypes the first letter, and "leather" is no misspelt "feather".
    near = [other for other in _longer_words(text) if other[0] == word[0]]
    return process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO) is not None


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("vocabulary.yml").read_text("utf-8"))
    return data


def same_colour(wish: str, *colours: str) -> bool:
    """Whether one of the catalogue's colour words satisfies the wished colour, across languages."""
    wish = _bare_colour(wish)
    words = _colour_words(wish)
    offered = [_bare_colour(colour) for colour in colours]
    # A shade is satisfied by what it is a shade of: "light blue" by blue, "navy blue" by navy.
    return any(_has_word(wish, colour) or any(_has_word(colour, word) for word in words) for colour in offered)


@lru_cache(maxsize=256)
def _colour_words(wish: str) -> frozenset[str]:
    """The words that satisfy a wish: itself, and all of its family when it names one."""
    words = {wish}
    for family, names in _vocabulary()["colours"].items():
        known = [family, *names["en"][:1], *names["zh"][:1], *names.get("same", ())]
        if any(name == wish or (has_cjk(name) and wish.startswith(_bare_colour(name))) for name in known):
            words |= {family, *names["en"], *names["zh"]}
    return frozenset(words)


def _bare_colour(text: str) -> str:
    text = text.strip().lower()
    return text.removesuffix("色") if has_cjk(text) else text


def _has_word(text: str, word: str) -> bool:
    """Whether a text has a word: an English one whole ("tan" is not in "titanium"), a Chinese one anywhere."""
    if not word:
        return False
    return word in text if has_cjk(word) else bool(re.search(rf"\b{re.escape(word)}\b", text))


def normal_size(text: str) -> str:
    """The catalogue's name of a size: ``"medium"`` -> ``"M"``, ``"128 gb"`` -> ``"128GB"``; else as written."""
    folded = text.strip().lower().removeprefix("size ").removeprefix("eu ")
    if folded[:1].isascii():  # "42码" and "M号", but not "大码"
        folded = folded.rstrip("码号碼號 ")
    for name, words in _vocabulary()["sizes"].items():
        if folded == name.lower() or folded in words:
            return str(name)
    return _SHORT_CAPACITY.sub(r"\1B", re.sub(r"\s+", "", folded).upper())


def person_tag(text: str) -> str:
    """The tag of products for the named person: ``"my father"`` and ``"我爸"`` -> ``"dad"``; else as written."""
    present = _stem_set(text)
    for tag, words in _vocabulary()["people"].items():
        if any(_stem(word) in present for word in words["en"]) or any(word in text for word in words["zh"]):
            return str(tag)
    return text
