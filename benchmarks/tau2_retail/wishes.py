"""What the scenario says of one thing: wanted options, superlatives, payment methods, places, what to leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmarks.tau2_retail.lexicon import Lexicon, Mention, plain

#: Payment methods as scenarios and the bot call them.
METHODS: dict[str, str] = {
    "paypal": r"paypal",
    "gift card": r"gift ?card|\bgc\b",
    "visa": r"\bvisa\b",
    "mastercard": r"mastercard",
    "amex": r"\bamex\b|american express",
    "credit card": r"credit card",
    "other": r"\bother (?:card|payment|order's payment)",
    "original": r"\boriginal\b.{0,20}\b(?:payment|method)|original payment",
}
_CARD_BRANDS = ("visa", "mastercard", "amex")
#: Places by the names that people and addresses use.
PLACES: dict[str, str] = {
    "New York": r"\bnew york\b|\bnyc\b|big apple",
    "Los Angeles": r"\blos angeles\b|\bla order\b",
    "Washington": r"\bwashington\b",
    **{city: rf"\b{city.lower()}\b" for city in (
        "Charlotte", "Chicago", "Houston", "San Francisco", "Seattle", "Denver", "San Diego", "Dallas", "Fort Worth",
        "Philadelphia", "Phoenix", "Austin", "San Jose", "Jacksonville", "Columbus", "Indianapolis", "San Antonio",
        "Springfield",
    )},
}  # fmt: skip
_STREET = re.compile(
    r"\b(\d+ (?:[A-Z]\w+ )*(?:Drive|Street|St|Avenue|Ave|Road|Rd|Lane|Highway|Boulevard|Way|Court|Broadway))\b([^.;]*)"
)
_LEFT_ALONE = re.compile(
    r"\b(?:except(?: for)?|but not|keep|excluding|not|no exchange for) (?:the |a |an |my )?(?=\w)", re.IGNORECASE
)
_ANY_VALUE = re.compile(
    r"cheap|expensive|do not care|don't care|not important|any |okay with|bigger|larger|smaller|shorter|longer|brighter"
    r"|less|more|lower|higher|maximum|easiest|fewest|fanc|same type|item id|item number|type that|mountain",
    re.IGNORECASE,
)
_TELLING = {
    r"how much|price|total|balance|save|cheapest": r"\$\s?\d",
    r"how many": r"\b\d+\b",
    r"tracking": r"\b\d{9,}\b",
}
_RANKED = re.compile(r"prefer ([\w-]+ over [\w-]+)|([\w -]+?(?: > [\w -]+)+)")
_RELATIVE = (
    r"bigger|larger|smaller|shorter|longer|brighter|\bless\b|\bmore\b(?! expensive)|lower|higher|maximum|easiest|fewest"
    r"|fanc|same type|item id|item number|type that|mountain"
)
_SYNONYMS = (
    (r"\btwo piece\b", "2 piece"), (r"\bthree piece\b", "3 piece"), (r"\bfour piece\b", "4 piece"),
    (r"\b(\d+) (?:foot|feet)\b", r"\1 ft"), (r"\bgoogle home\b", "google assistant"), (r"\bgrey\b", "gray"),
    (r"\bsmall\b", "s"), (r"\bmedium\b", "m"), (r"\blarge\b", "l"), (r"\bsized?\b", ""), (r"\banimal\b", "animals"),
    (r"\bsoft material\b", "softshell"), (r"\bhard material\b", "hardshell"), (r"\bpink gold\b", "rose gold"),
)  # fmt: skip


def methods_in(text: str) -> list[str]:
    """Payment methods that a text names, in its order; a card's brand also counts as a credit card."""
    lowered = plain(text)
    found = [(match.start(), name) for name, pattern in METHODS.items() if (match := re.search(pattern, lowered))]
    names = [name for _, name in sorted(found)]
    if any(brand in names for brand in _CARD_BRANDS) and "credit card" not in names:
        names.append("credit card")
    return names


def places_in(text: str) -> set[str]:
    """Cities that a text names."""
    lowered = text.lower()
    return {place for place, pattern in PLACES.items() if re.search(pattern, lowered)}


def addresses_in(text: str) -> list[str]:
    """Whole addresses that a text spells out, as they stand there."""
    return [f"{match[1]}{match[2]}".strip(" ,") for match in _STREET.finditer(text)]


def left_alone(text: str, lexicon: Lexicon) -> set[str]:
    """Products that a text says to leave as they are ("except the pet bed", "keep the kettle")."""
    lowered = plain(text)
    found: set[str] = set()
    for match in _LEFT_ALONE.finditer(lowered):
        rest = lowered[match.end() :]
        first = next(iter(lexicon.mentions(rest)), None)
        if first is None or first.start > 12:  # the thing itself, at most with a word before it
            continue
        found |= first.products
        second = next((m for m in lexicon.mentions(rest[first.end :]) if m.start <= 10), None)
        if second and re.match(r" and (?:the |a )?", rest[first.end :]) and "except" in match[0]:
            found |= second.products
    return found


def about(mention: Mention, text: str, others: Iterable[Mention]) -> str:
    """The part of a sentence that speaks of one of the things it mentions."""
    later = [other.start for other in others if other.start > mention.start and other.products != mention.products]
    return plain(text)[mention.start : min(later, default=len(text))]


def targets_in(part: str, values: Iterable[str]) -> set[str]:
    """Option values that a part of a sentence asks for: those it names, less those it wants to get away from."""
    bracketed = re.findall(r"\{[^{}]*\}", part)
    part = bracketed[-1] if len(bracketed) > 1 else part
    part = re.sub(r"\(prefer [^()]*\)|instead of [^,.]*|over the? ?[\w ]*theme", "", part)
    if " to " in part and not bracketed:
        part = part.split(" to ", 1)[1]
    words = alike(part)
    return {value for value in values if value not in ("no", "yes", "none") and says_value(value, words)}


def says_value(value: str, words: str) -> bool:
    """Whether words (made ``alike``) name an option's value."""
    wanted = alike(value)
    return bool(re.search(rf"(?<![\w.]){re.escape(wanted)}(?![\w])", words))


def alike(text: str) -> str:
    """A text in which different ways to write the same value are written the same."""
    text = plain(text)
    for pattern, other in _SYNONYMS:
        text = re.sub(pattern, other, text)
    return re.sub(r"\s+", " ", text).strip()


def only_superlative(text: str) -> bool:
    """Whether all that a wish leaves open is decided by the price, so that the values it names still count."""
    return not re.search(_RELATIVE, text) and bool(re.search(r"cheap|expensive|care", text))


def with_better(wanted: set[str], values: Iterable[str], part: str) -> set[str]:
    """The wanted values, and those above them where the wish says "or above"."""
    if not wanted or not re.search(r"\bor (?:above|better|higher|more)\b", part):
        return wanted
    return {value for value in values if value >= min(wanted)}


def ranked_values(text: str) -> tuple[list[tuple[str, float]], str]:
    """Values that a text ranks ("prefer i5 over i7", "battery > USB > AC") with weights, the first the heaviest;
    and the text without them."""
    ranked: list[tuple[str, float]] = []
    for chain in _RANKED.finditer(text):
        values = re.split(r"\s*>\s*|\s+over\s+", chain[1] or chain[2])
        ranked += [(alike(value), 0.9 - 0.3 * place) for place, value in enumerate(values)]
    return ranked, _RANKED.sub("", text)


def answers_look_like(question: str, lexicon: Lexicon) -> list[str]:
    """Patterns of what answers a question: an amount, a number, a value of an option asked for ("what materials")."""
    asked = question.lower()
    patterns = [telling for words, telling in _TELLING.items() if re.search(words, asked)]
    options: dict[str, set[str]] = {}
    for product in lexicon.values_by_product.values():
        for option, values in product.items():
            if re.search(rf"\bwhat (?:the )?{re.escape(option)}s?\b", asked):
                options.setdefault(option, set()).update(values)
    return patterns + ["|".join(re.escape(value) for value in sorted(values)) for values in options.values()]


def leaves_open(text: str) -> bool:
    """Whether a wish is for more or less of something, or for whatever there is, so that any value may be right."""
    return bool(_ANY_VALUE.search(text))
