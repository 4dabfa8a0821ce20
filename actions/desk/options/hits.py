"""Where in a text the values and names of a product's options stand, however they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from rapidfuzz import fuzz, process

from actions.desk.options.lexicon import SMALL_WORDS, Lexicon, Meaning
from actions.desk.options.words import tokens, words
from shop.vocabulary import has_cjk

#: Two words of five letters or more this alike are one word misspelt; a lower likeness does beside the option's name.
_TYPO_RATIO, _TYPO_RATIO_NAMED = 84, 78
_LONGEST_PHRASE = 6  # words


@dataclass(frozen=True)
class Hit:
    """Values or, when it has none, the name of an option at a place in a normalised text."""

    start: int
    end: int
    option: str
    values: tuple[str, ...] = ()
    rivals: tuple[tuple[str, tuple[str, ...]], ...] = ()  # other options that may be meant as well, with their values


_CJK_AFTER_ONE = re.compile(r"\s*(?:[色的款那版吧呢了或和还码号而但、，。！？,.!?;；也就）)]|$)")
_NO_SIZE_BEFORE = re.compile(
    r"(?:[$#£€¥]|[a-z0-9]-|\b(?:ids?|number|order|item|under|over|than|pa(?:id|y)|prices?|costs?|budget|about|around|below|above|"
    r"spend|save)(?: is| of| for)?)\s*$"
)
_MONEY_OR_TIME = re.compile(r"\s*(?:dollar|buck|day|week|month|minute|order|item|thing|%|块|元|天|个|周|点|月|日)")


class _Search:
    """One pass over a text: every place where a value or a name may stand."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.tokens = tokens(text)
        self.found: list[tuple[int, int, list[Meaning], list[str]]] = []
        self._phrases()
        self._chinese()
        self._misspelt()

    def _phrases(self) -> None:
        for first in range(len(self.tokens)):
            joined = ""
            for last in range(first, min(first + _LONGEST_PHRASE, len(self.tokens))):
                if has_cjk(self.tokens[last].text):
                    break
                joined += self.tokens[last].key
                meanings = self.lexicon.meanings.get(joined, [])
                names = self.lexicon.names.get(joined, [])
                start, end = self.tokens[first].start, self.tokens[last].end
                if joined.replace(".", "").isdigit():
                    meanings = [m for m in meanings if self._counts(first, m.option)] if first == last else []
                if len(joined) == 1 and joined.isalpha() and not self._stands_alone(start, end):
                    continue
                if meanings or names:
                    self.found.append((start, end, meanings, names))

    def _counts(self, place: int, option: str) -> bool:
        """Whether a bare number may be a value: "size 8", "8", but not 8GB, $8, 8 days or #8."""
        before, after = self.text[: self.tokens[place].start], self.text[self.tokens[place].end :]
        if _NO_SIZE_BEFORE.search(before) or _MONEY_OR_TIME.match(after):
            return False
        following = self.tokens[place + 1] if place + 1 < len(self.tokens) else None
        if following is None or not re.match(r"[a-z%\d]", following.text):
            return True
        known = (SMALL_WORDS, self.lexicon.meanings, self.lexicon.names)
        return any(word in group for group in known for word in (following.text, following.key))

    def _stands_alone(self, start: int, end: int) -> bool:
        """Whether one letter is a size: "an S", "size M", "L码", but not "I'm" or "t-shirt"."""
        glued = re.search(r"(?:[a-z\d]|\w['-])$", self.text[:start])
        return not glued and not re.match(r"['-]\w|\w*\.\w", self.text[end:])

    def _chinese(self) -> None:
        if not has_cjk(self.text):
            return
        blocked = [m.span() for word in words()["no_values"] for m in re.finditer(word, self.text)]
        for word in {*self.lexicon.meanings, *self.lexicon.names}:
            if not has_cjk(word):
                continue
            for match in re.finditer(re.escape(word), self.text):
                start, end = match.span()
                if any(a < end and start < b for a, b in blocked):
                    continue
                if len(word) == 1 and not _CJK_AFTER_ONE.match(self.text[end:]):
                    continue
                self.found.append((start, end, self.lexicon.meanings.get(word, []), self.lexicon.names.get(word, [])))

    def _misspelt(self) -> None:
        known = [k for k in (*self.lexicon.meanings, *self.lexicon.names) if len(k) > 4 and k.isascii()]
        taken = [(start, end) for start, end, *_ in self.found]
        for place, token in enumerate(self.tokens):
            if len(token.text) < 4 or not token.text.isalpha() or token.text in words()["real_words"]:
                continue
            if any(start <= token.start and token.end <= end for start, end in taken):
                continue
            near = [k for k in known if k[0] == token.key[0] and not token.key.startswith(k)]
            following = self.tokens[place + 1].key if place + 1 < len(self.tokens) else ""
            cutoff = _TYPO_RATIO_NAMED if following in self.lexicon.names and len(token.text) > 4 else _TYPO_RATIO
            best = process.extractOne(token.key, near, scorer=fuzz.ratio, score_cutoff=cutoff)
            if best:
                meanings, names = self.lexicon.meanings.get(best[0], []), self.lexicon.names.get(best[0], [])
                self.found.append((token.start, token.end, meanings, names))


def find(text: str, lexicon: Lexicon) -> list[Hit]:
    """The values and option names in a normalised text, in order, each place taken once by its longest reading."""
    taken: list[tuple[int, int, list[Meaning], list[str]]] = []
    for place in sorted(_Search(text, lexicon).found, key=lambda f: (f[0] - f[1], not f[2])):
        if not any(place[0] < other[1] and other[0] < place[1] for other in taken):
            taken.append(place)
    names = [Hit(start, end, options[0]) for start, end, meanings, options in taken if not meanings]
    hits = [_read(text, place, names) for place in taken if place[2]]
    hits += _strange_quantities(text, lexicon, hits, names)
    return sorted(_with_polarity(text, lexicon, hits, names), key=lambda hit: hit.start)


def _read(text: str, place: tuple[int, int, list[Meaning], list[str]], names: Sequence[Hit]) -> Hit:
    """Of the options that have a value of this name, the one named nearest by; of its values, the best readings."""
    start, end, meanings, _ = place
    options = list(dict.fromkeys(meaning.option for meaning in meanings))
    strongest = {o: max(m.strength for m in meanings if m.option == o) for o in options}
    order = count()
    distance = {o: _distance(text, start, end, o, names) for o in options}
    options.sort(key=lambda o: (distance[o], -strongest[o], next(order)))
    values = {
        o: tuple(m.values[0] for m in meanings if m.option == o and m.strength == strongest[o])
        for o in options
        if distance[o] == distance[options[0]]
    }
    return Hit(start, end, options[0], values[options[0]], tuple(values.items())[1:])


def _distance(text: str, start: int, end: int, option: str, names: Sequence[Hit]) -> int:
    """How far the nearest name of an option is from a value, in characters; far when other words part them."""
    nearest = 60
    for name in names:
        if name.option == option:
            after = name.start >= end
            between = text[end : name.start] if after else text[name.end : start]
            distance = len(between) + 20 * len(re.findall(r"[,，|;；。.]", between)) + (0 if after else 1)
            distance -= 10 if not after and re.match(r"['\"]?\s*[:：=]", between) else 0
            nearest = min(nearest, distance)
    return nearest


_SIZE_NUMBER = r"(?<![\w.$#])(\d+(?:\.5)?)(?!\.?\d)"


def _strange_quantities(text: str, lexicon: Lexicon, hits: Sequence[Hit], names: Sequence[Hit]) -> list[Hit]:
    """Amounts that no variant has: "8 bar" where there are 9 and 15, "size 13" where the largest is 12."""
    found = []
    for match in re.finditer(r"(?<![\w.])(\d+(?:\.\d+)?) ([a-z]+)\b", text):
        options = lexicon.quantity_options(match[2])
        if len(options) == 1 and float(match[1]) > 1:
            found.append(Hit(match.start(), match.end(), options[0], (match[0],)))
    numbered = [o for o, values in lexicon.values.items() if all(re.fullmatch(r"\d+(?:\.5)?", v) for v in values)]
    for option in numbered:
        for match in re.finditer(_SIZE_NUMBER + r"(?=\s*[码号])", text):
            found.append(Hit(match.start(), match.end(), option, (match[1],)))
        for name in names:
            near = re.compile(r"\s*(?:is|to|of|[:：=]|改成|换成)?\s*" + _SIZE_NUMBER).match(text, name.end)
            if near and name.option == option:
                found.append(Hit(*near.span(1), option, (near[1],)))
    return [hit for hit in found if not any(other.start < hit.end and hit.start < other.end for other in hits)]


_NOT_BEFORE = re.compile(
    r"(?:\b(?:no|not|non|without|w/o|isn't|aren't|lacks?|drop|skip)"
    r"(?:\s+(?:an?|any|the|have|be|being|to be|have to be))*[\s-]*"
    r"|(?:不要|不需要|没有|不带|不用|无|不|非|没)[有带]?\s*)$"
)
_NOT_AFTER = re.compile(r"['\"]?\s*(?:[:：=]|is|are|as)?\s*['\"]?(?:no|none|off)\b(?!\s+(?:longer|preference))")
_YES_AFTER = re.compile(r"['\"]?\s*(?:[:：=]|is|as)?\s*['\"]?yes\b")
_PLAIN_AFTER = re.compile(r"(?:\bto|->|=>|→|\binto)\s*['\"]?(yes|no|none)\b")
_WITH_BEFORE = re.compile(r"(?:\b(?:with|has|have|having|comes with)\s+(?:an?\s+|the\s+|some\s+)?|[带有])$")


def _with_polarity(text: str, lexicon: Lexicon, hits: list[Hit], names: list[Hit]) -> list[Hit]:
    """Names that say whether a thing has what they name become values: "waterproof", "no backlight"."""
    found = list(hits)
    for name in names:
        valued = any(hit.option == name.option and -8 < hit.start - name.end < 4 for hit in hits)
        valued |= any(hit.option == name.option and -1 < name.start - hit.end < 3 for hit in hits)
        found.append(name if valued else _judged(text, lexicon, name))
    for match in _PLAIN_AFTER.finditer(text):
        start, end = match.span(1)
        before = [hit for hit in found if hit.end <= match.start() and match.start() - hit.end < 30]
        said = [
            hit.option for hit in sorted(before, key=lambda hit: -hit.end) if match[1] in lexicon.values[hit.option]
        ]
        if said and not any(hit.start < end and start < hit.end for hit in found):
            found.append(Hit(start, end, said[0], (match[1],)))
    return found


def _judged(text: str, lexicon: Lexicon, name: Hit) -> Hit:
    """A name as the value that the words around it make of it, or as it was."""
    negative = lexicon.negative(name.option)
    if not negative:
        return name
    positives = tuple(value for value in lexicon.values[name.option] if value != negative)
    before, after = text[: name.start], text[name.end :]
    lacking = _NOT_BEFORE.search(before)
    if lacking:
        return Hit(lacking.start(), name.end, name.option, (negative,))
    for pattern, values in ((_NOT_AFTER, (negative,)), (_YES_AFTER, positives)):
        told = pattern.match(after)
        if told:
            return Hit(name.start, name.end + told.end(), name.option, values)
    has_it = _adjective(text, name) or _WITH_BEFORE.search(before)
    return Hit(name.start, name.end, name.option, positives) if has_it else name


def _adjective(text: str, name: Hit) -> bool:
    """Whether a name says by itself that the thing has it: "waterproof", "resistant to water", 防水."""
    said = text[name.start : name.end]
    return bool(re.search(r"proof|resist[ae]nt|backlit|防", said))
