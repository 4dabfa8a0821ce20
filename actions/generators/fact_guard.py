"""Checks a text about products word by word against their facts.

The guard works from what it knows: a text is covered with phrases of the facts and with neutral words that
claim nothing, and whatever is left over is a violation. So an invented number, colour, material, brand or
feature fails whether or not anyone thought of listing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from actions.generators.attribution import Unit, misattributed
from actions.generators.facts import LocalFacts
from actions.generators.phrases import PhraseTable
from actions.generators.tokens import Token, normalise, tokenise
from actions.generators.words import Words, words_of


@dataclass(frozen=True)
class Violation:
    """A piece of a text that the facts do not vouch for. ``span`` counts characters of the normalised text."""

    span: tuple[int, int]
    text: str
    kind: str  # number, price, percentage, colour, material, size, claim, superlative, negation, name, mismatch, word
    why: str


@dataclass(frozen=True)
class Verdict:
    """What the guard says of a text."""

    text: str
    violations: tuple[Violation, ...]

    @property
    def accepted(self) -> bool:
        """Whether the text may be used."""
        return not self.violations


def check(text: str, facts: Sequence[LocalFacts], language: str, context: Sequence[str] = ()) -> Verdict:
    """Judge a text written about one or more products.

    With several products the text is cut where their names stand, and each piece is held to the facts of the
    product it names. ``context`` holds phrases that are true without the facts, such as the shopper's own wish.
    """
    text = normalise(text)
    tokens = tokenise(text)
    violations: list[Violation] = []
    for start, end, local in _segments(tokens, facts):
        table = PhraseTable(words_of(language))
        table.free(*context)
        if local is not None:
            table.add(local, also_in_pieces=language == "en")
        violations += _check_segment(tokens[start:end], table, text)
    return Verdict(text, tuple(violations))


def _segments(tokens: list[Token], facts: Sequence[LocalFacts]) -> Iterator[tuple[int, int, LocalFacts | None]]:
    if len(facts) == 1:
        yield 0, len(tokens), facts[0]
        return
    starts = list(_mentions(tokens, facts))
    ends = [start for start, _ in starts] + [len(tokens)]
    yield 0, ends[0], None
    for (start, local), end in zip(starts, ends[1:], strict=True):
        yield start, end, local


def _mentions(tokens: list[Token], facts: Sequence[LocalFacts]) -> Iterator[tuple[int, LocalFacts]]:
    """Where each product is named; of two names at one place the longer one."""
    named = sorted(((_marked(local.name), local) for local in facts), key=lambda pair: -len(pair[0]))
    position = 0
    while position < len(tokens):
        for name, local in named:
            if [token.norm for token in tokens[position : position + len(name)]] == name:
                yield position, local
                position += len(name) - 1
                break
        position += 1


def _marked(name: str) -> list[str]:
    return [token.norm for token in tokenise(normalise(name))]


def _check_segment(tokens: list[Token], table: PhraseTable, text: str) -> Iterator[Violation]:
    units = list(_cover(tokens, table))
    yield from _unknown(tokens, units, table.words, text)
    yield from _torn_claims(tokens, units, table.words, text)
    yield from _misplaced(tokens, units, text)


def _cover(tokens: list[Token], table: PhraseTable) -> Iterator[Unit]:
    """Cover the tokens from the left, each time with the longest phrase; facts go before neutral words."""
    position = 0
    while position < len(tokens):
        unit = _longest(tokens, position, table)
        yield unit
        position = unit.end


def _longest(tokens: list[Token], position: int, table: PhraseTable) -> Unit:
    if tokens[position].kind == "mark":
        return Unit(position, position + 1, None, tokens[position].norm not in "%$€£¥*#@")
    spans = list(_phrases_from(tokens, position, table.longest))
    for end, phrase in reversed(spans):
        if phrase in table.entries:
            return Unit(position, end, table.entries[phrase], True, phrase in table.words.neutral)
        if phrase in table.words.neutral:
            return Unit(position, end, None, True, True)
    return Unit(position, position + 1, None, False)


def _phrases_from(tokens: list[Token], position: int, longest: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The phrases that start here, shortest first. Marks within a phrase do not count, sentence ends break it."""
    phrase: tuple[str, ...] = ()
    for index in range(position, len(tokens)):
        token = tokens[index]
        if token.kind == "mark":
            if token.norm in ".!?。;" and not _joins(tokens, index):
                return
            continue
        phrase += (token.norm,)
        if len(phrase) > longest:
            return
        yield index + 1, phrase


def _joins(tokens: list[Token], index: int) -> bool:
    """Whether a mark stands inside a name ("J. Moreno", "U.S.") and not at the end of a sentence."""
    before, after = tokens[index - 1], tokens[index + 1] if index + 1 < len(tokens) else None
    return after is not None and len(before.text) == 1 and before.kind == "word"


def _unknown(tokens: list[Token], units: list[Unit], words: Words, text: str) -> Iterator[Violation]:
    unknown = [unit.start for unit in units if not unit.known]
    # Chinese characters that follow one another are one unknown phrase.
    for _, run in groupby(enumerate(unknown), key=lambda pair: pair[1] - pair[0] if _is_han(tokens, pair[1]) else pair):
        indexes = [index for _, index in run]
        first, last = tokens[indexes[0]], tokens[indexes[-1]]
        span = (first.start, last.end)
        kind = _kind(tokens, indexes, words)
        yield Violation(span, text[slice(*span)], kind, "not in the facts")


def _is_han(tokens: list[Token], index: int) -> bool:
    return tokens[index].kind == "han"


def _kind(tokens: list[Token], indexes: list[int], words: Words) -> str:
    token = tokens[indexes[0]]
    if token.kind == "quantity":
        unit = token.norm.partition("|")[2]
        if unit in {"usd", "eur", "gbp", "cny", "cent"}:
            return "price"
        return "percentage" if unit == "percent" else "number"
    run = tuple(tokens[index].norm for index in indexes)
    for size in range(len(run), 0, -1):
        for start in range(len(run) - size + 1):
            if run[start : start + size] in words.sensitive:
                return words.sensitive[run[start : start + size]]
    starts_sentence = indexes[0] == 0 or tokens[indexes[0] - 1].norm in ".!?"
    return "name" if token.text[:1].isupper() and not starts_sentence else "word"


def _torn_claims(tokens: list[Token], units: list[Unit], words: Words, text: str) -> Iterator[Violation]:
    """Claims put together from words that the facts have only apart ("wireless charging", "well made")."""
    unit_of = {index: number for number, unit in enumerate(units) for index in range(unit.start, unit.end)}
    known = {index for unit in units if unit.known for index in range(unit.start, unit.end)}
    for phrase, kind in words.sensitive.items():
        if len(phrase) == 1:
            continue
        for start in range(len(tokens) - len(phrase) + 1):
            window = range(start, start + len(phrase))
            if tuple(tokens[index].norm for index in window) != phrase or not known.issuperset(window):
                continue
            if len({unit_of[index] for index in window}) > 1:
                span = (tokens[window[0]].start, tokens[window[-1]].end)
                yield Violation(span, text[slice(*span)], kind, "the facts do not say these words together")


def _misplaced(tokens: list[Token], units: list[Unit], text: str) -> Iterator[Violation]:
    for unit, kind, why in misattributed(tokens, units):
        span = (tokens[unit.start].start, tokens[unit.end - 1].end)
        yield Violation(span, text[slice(*span)], kind, why)
