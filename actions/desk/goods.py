"""Which of the customer's goods a text speaks of: "the keyboard", "both lamps", "everything but the hose"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from actions.desk.words import everyday, kind_in, pattern, says
from shop.orders import OrderItemView, OrderView
from shop.vocabulary import has_cjk, stems

_TOKEN = re.compile(r"[a-z0-9][a-z0-9'’+-]*", re.I)
_TYPO_RATIO = 86
_SHORTEST_TYPO = 5
_LONGEST_NAME = 5
_MEASURE = re.compile(r"[盏双件条款个台本只张把副套顶]")
_NUMBERS = {"one": 1, "1": 1, "一": 1, "two": 2, "2": 2, "两": 2, "three": 3, "3": 3, "三": 3}
_LISTED = re.compile(
    r"\s*[,，、]?\s*(?:and|&|as well as|和|跟|与|还有|以及)?\s*(?:also\s+)?(?:the|my|an?|both|这|那)?\s*", re.I
)
_BREAK = re.compile(r"[,，;；、.。!！?？]|\band\b|\bor\b|和|还有|以及", re.I)


@dataclass(frozen=True)
class Owned:
    """A line of an order that is still the customer's."""

    item: OrderItemView
    order: OrderView


@dataclass(frozen=True)
class Mention:
    """Words of a text that name goods; ``text`` is what the text says about them."""

    start: int
    end: int
    owned: tuple[Owned, ...]
    text: str = field(default="", compare=False)
    plural: bool = False
    another: bool = False
    beside: bool = False
    """Whether it only tells which order is meant."""
    quantity: int | None = None
    """How many of a line are meant, where the text says so: "one of the two bottles"."""
    kept: bool = False
    """Whether the text says that it shall stay as it is."""
    shared: str = field(default="", compare=False)
    """What is said of the next goods, where both stand in one list: "the lamp and the clock for the cheapest"."""


def owned_of(orders: Iterable[OrderView]) -> list[Owned]:
    """Every line that can still be changed, order by order."""
    return [line for line in lines_of(orders) if line.item.state == "ordered"]


def lines_of(orders: Iterable[OrderView]) -> list[Owned]:
    """Every line, the returned ones among them, order by order."""
    return [Owned(item, order) for order in orders for item in order.items]


def find_mentions(text: str, owned: Sequence[Owned]) -> list[Mention]:
    """The goods that a text names, in its order, each with the words from its own beginning to the next one's."""
    found = _chinese(text, owned) if has_cjk(text) else _english(text, owned)
    if not found:
        return []
    begins = [_begin(text, mention.start, found[n - 1].end if n else 0) for n, mention in enumerate(found)]
    ends = [*begins[1:], len(text)]
    parts = []
    for mention, begin, end in zip(found, begins, ends, strict=True):
        words = text[begin:end].strip(" ,，、")
        before = text[begin : mention.end]
        parts.append(
            replace(
                mention,
                text=words,
                plural=_plural(text, mention, before),
                another=says("another", text[: mention.start]),
                beside=_beside(text, mention),
                quantity=_quantity(text[: mention.start]),
                kept=says("kept", text[: mention.start]) or bool(pattern("kept_after").match(text, mention.end)),
            )
        )
    return _with_shared(text, parts)


def _with_shared(text: str, mentions: list[Mention]) -> list[Mention]:
    """Each mention of a list with what is said of the last one in it."""
    shared, following, found = "", None, []
    for mention in reversed(mentions):
        listed = following is not None and _LISTED.fullmatch(text, mention.end, following.start)
        shared = (shared or following.text) if listed and following is not None else ""
        found.append(replace(mention, shared=shared))
        following = mention
    return found[::-1]


def _quantity(before: str) -> int | None:
    """The number that stands right before goods."""
    match = pattern("quantity").search(before)
    word = next((found for found in match.groups() if found), "") if match else ""
    return _NUMBERS.get(word.lower()) if word else None


def count_in(text: str) -> int | None:
    """A number of pieces of something that is not named: "only one pair"."""
    match = pattern("count").search(text)
    word = next((found for found in match.groups() if found), "") if match else ""
    return _NUMBERS.get(word.lower()) if word else None


def _begin(text: str, start: int, after: int) -> int:
    """Where the words about a mention begin: behind the last break between it and the one before."""
    breaks = [match.end() for match in _BREAK.finditer(text, after, start)]
    return breaks[-1] if breaks else after


def _plural(text: str, mention: Mention, before: str) -> bool:
    tail = before[-30:]
    word = text[mention.start : mention.end].lower()
    plural_form = word.endswith("s") and not any(name.lower().endswith(word) for name in _names(mention.owned))
    return says("plural", tail) or plural_form or bool(pattern("plural_after").match(text, mention.end))


def _beside(text: str, mention: Mention) -> bool:
    """Whether goods only tell which order is meant; in Chinese that is said behind them, not before."""
    return says("beside", text[: mention.start]) or bool(pattern("beside_after").match(text, mention.end))


def _names(owned: Sequence[Owned]) -> list[str]:
    return [name for each in owned for name in each.item.names if name]


def _english(text: str, owned: Sequence[Owned]) -> list[Mention]:
    tokens = [(match.start(), match.end(), match[0].lower()) for match in _TOKEN.finditer(text)]
    phrases = _phrases(owned)
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        for length in range(min(_LONGEST_NAME, len(tokens) - at), 0, -1):
            window = tokens[at : at + length]
            words = [word for _, _, word in window]
            products = _meant(words, phrases) if stems(words[0]) and stems(words[-1]) else set()
            if products:
                lines = tuple(each for each in owned if each.item.product_id in products)
                found.append(Mention(window[0][0], window[-1][1], lines))
                at += length
                break
        else:
            at += 1
    return found


def _phrases(owned: Sequence[Owned]) -> dict[str, set[int]]:
    """Every way to call a product by the words of its name and its kind, written together -> product ids."""
    phrases: dict[str, set[int]] = {}
    singles: dict[str, set[int]] = {}
    for each in owned:
        for name in (*each.item.names, *each.item.kinds):
            words = _joined_words(name)
            for start in range(len(words)):
                for end in range(start + 1, len(words) + 1):
                    called = "".join(words[start:end])
                    last_word = end == len(words)
                    group = phrases if last_word or end - start > 1 else singles
                    group.setdefault(called, set()).add(each.item.product_id)
    options = {word for each in owned for word in _option_words(each.item)}
    for word, products in singles.items():
        # A name's other words name it too ("the jigsaw"), if they say which and are no option's value.
        telling = len(word) >= 5 and word not in options and kind_in(word) is None
        if len(products) == 1 and telling and word not in phrases:
            phrases[word] = products
    return phrases


def _option_words(item: OrderItemView) -> set[str]:
    return {word for values in item.option_map.values() for value in values.values() for word in _joined_words(value)}


def _joined_words(text: str) -> list[str]:
    """Stems with hyphens taken out: ``"T-Shirt"`` -> ``["tshirt"]``, ``"E-Readers"`` -> ``["eread"]``."""
    return [stem for word in _TOKEN.findall(text.lower()) for stem in stems(re.sub(r"['’-]", "", word)) or ()]


def _meant(words: list[str], phrases: dict[str, set[int]]) -> set[int]:
    called = "".join(_joined_words("".join(words))) if len(words) == 1 else "".join(_joined_words(" ".join(words)))
    together = "".join(stems(re.sub(r"['’-]", "", "".join(words))))
    for candidate in (called, together):
        if candidate and candidate in phrases:
            return phrases[candidate]
    if len(words) > 1 or len(words[0]) < 4 or kind_in(words[0]):  # "cancel" is no noise cancelling headphone
        return set()
    ends = {p for phrase, products in phrases.items() if phrase.endswith(called) and len(called) >= 4 for p in products}
    if ends:
        return ends  # a "watch" is a wristwatch
    if len(called) < _SHORTEST_TYPO:
        return set()
    near = {phrase: fuzz.ratio(called, phrase) for phrase in phrases if phrase[0] == called[0]}
    best = max(near, key=lambda phrase: near[phrase], default="")
    return phrases[best] if best and near[best] >= _TYPO_RATIO else set()


def _chinese(text: str, owned: Sequence[Owned]) -> list[Mention]:
    """The longest pieces that end a name of the goods, are one of its kinds, or an ordinary word for such goods."""
    ends = _name_ends(owned)
    common = _everyday(text, owned)
    found: list[Mention] = []
    at = 0
    while at < len(text):
        size = next((n for n in range(min(16, len(text) - at), 1, -1) if text[at : at + n] in ends), 0)
        products = ends.get(text[at : at + size], set())
        end, of_kind = common.get(at, (at, set()))
        if of_kind and end - at > size:
            size, products = end - at, of_kind
        if size:
            found.append(Mention(at, at + size, tuple(o for o in owned if o.item.product_id in products)))
        at += size or 1
    # "阅读器的保护套" is the case alone: what stands before 的 only tells whose it is.
    found = [m for m in found if not any(text[m.end : n.start] == "的" for n in found)]
    # "那个锅想退，就是炖锅": the narrower name says which.
    found = [m for m in found if not any(_item_ids(n) < _item_ids(m) for n in found)]
    latin = _english(text, owned) if _TOKEN.search(text) else []
    free = [m for m in latin if not any(m.start < o.end and o.start < m.end for o in found)]
    return sorted([*found, *free], key=lambda mention: mention.start)


def _item_ids(mention: Mention) -> set[int]:
    return {each.item.id for each in mention.owned}


def _name_ends(owned: Sequence[Owned]) -> dict[str, set[int]]:
    """Every end of two or more characters of a Chinese name or kind -> product ids."""
    ends: dict[str, set[int]] = {}
    for each in owned:
        for name in (*each.item.names, *each.item.kinds):
            bare = re.sub(r"\s+", "", name or "")
            if not has_cjk(bare):
                continue
            for start in range(len(bare) - 1):
                if start == 0 or not _MEASURE.match(bare, start):  # "那盏灯" is no end of a novel's title, "万盏灯"
                    ends.setdefault(bare[start:], set()).add(each.item.product_id)
    return ends


def _everyday(text: str, owned: Sequence[Owned]) -> dict[int, tuple[int, set[int]]]:
    """Ordinary words for the goods in a text ("鞋子", "书"): where one begins -> (where it ends, product ids)."""
    found: dict[int, tuple[int, set[int]]] = {}
    for words, endings in everyday():
        matches = list(words.finditer(text))
        products = {o.item.product_id for o in owned if any(name.endswith(endings) for name in _called(o.item))}
        found |= {match.start(): (match.end(), products) for match in matches if products}
    return found


def _called(item: OrderItemView) -> list[str]:
    """What tells of what kind an item is: its Chinese kinds, or its names where the shop gives no such kinds."""
    return [kind for kind in item.kinds if has_cjk(kind)] or [name for name in item.names if name]


def about(text: str, item_id: int, owned: Sequence[Owned]) -> str:
    """What a text says about one line: all of it when it names no goods, nothing when it names only others."""
    mentions = find_mentions(text, owned)
    if not mentions:
        return text
    return " ".join(m.text for m in mentions if item_id in [o.item.id for o in m.owned])


def all_but(text: str) -> tuple[str, str]:
    """A text about everything, and the words about what is left out; the second empty when nothing is."""
    around = (pattern("except_around").search(text) or pattern("except_before").search(text)) if has_cjk(text) else None
    if around:
        return text[: around.start()] + text[around.end() :], next(out for out in around.groups() if out)
    match = pattern("except").search(text)
    return (text[: match.start()], text[match.end() :]) if match else (text, "")
