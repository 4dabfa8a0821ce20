"""Postal addresses as the Western world writes them, and postcodes, in a folded text."""

from __future__ import annotations

import re
from functools import cache

from language.entities import Entity
from language.redaction.words import as_set, one_of

_FULL_POSTCODE = r"(?:\d{5}(?:-\d{4})?(?![\d-])|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|[A-Z]\d[A-Z][\s-]?\d[A-Z]\d\b)"
_POSTCODE = rf"(?:{_FULL_POSTCODE}|\d{{4}}(?![\d-])|\d{{6}}(?!\d))"
_POSTCODE_WORD = r"(?:zip(?:\s?code)?|post\s?code|postal(?:\s?code)?|\bplz\b|邮编|邮政编码)"
_WORD = r"[A-Za-z][\w'.’-]*"
_DIRECTION = r"(?:(?:North|South|East|West|NE|NW|SE|SW|[NSEW])\b\.?\s+)"
_SAID = re.compile(
    r"(?:address|deliver|ship|send|sent|live|moved?|moving|street|went|leave|put|home|house|地址|寄|送|住|发到)\W[^\d\n]{0,30}$",
    re.I,
)
_ZIP = re.compile(r"\d{5}|\d[A-Z]{2}\b")
_FAR_BACK = 100
_BEFORE_CITY = re.compile(
    r"(?P<city>(?:(?<![\w.$€£#-])\d{1,6}[A-Za-z]?\s[A-Z][^,\n\d\0]{1,30}(?:\s?\d{1,5}[A-Z]?)?,\s*)?"
    r"[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,2}),?\s*$"
)


def find_addresses(text: str) -> list[Entity]:
    """Streets with their numbers, and what of flat, town, state, postcode and country follows; post boxes; towns with
    state and postcode; postcodes that are called one or can be nothing else."""
    found: list[Entity] = []
    for search in (_streets, _other_streets, _towns, _postcodes):
        for entity in search(text):
            if not any(entity.start < each.end and each.start < entity.end for each in found):
                found.append(entity)
    return found


def _streets(text: str) -> list[Entity]:
    found = []
    for match in _street().finditer(text):
        core = match["core"]
        whole = match.end() > match.end("core")
        named = any(word[0].isupper() or word[0].isdigit() for word in match["name"].split())
        if whole and not named and match["kind"].lower() in as_set("word_streets"):
            whole = bool(_ZIP.search(match[0]))
        if whole or (_stands_alone(text, match.end("core")) and _said(text, match, named)):
            end = match.end() if whole else match.start() + len(core.rstrip(" ,"))
            found.append(_entity(text, match.start(), end))
    return found


def _said(text: str, match: re.Match[str], named: bool) -> bool:
    """Whether a street without a town is one: its name is written large, or the text speaks of addresses."""
    plain = match["kind"].lower() in as_set("word_streets")
    return named or (not plain and bool(_SAID.search(text[max(0, match.start() - _FAR_BACK) : match.start()])))


def _stands_alone(text: str, end: int) -> bool:
    """Whether a street's name ends here: "9 Mill Road" but not "9 Mill Road puzzles"."""
    following = re.match(r"\s?([A-Za-z']+)", text[end:])
    return following is None or following[1].lower() in as_set("after_street") or following[1][0].isupper()


def _other_streets(text: str) -> list[Entity]:
    return [_entity(text, *match.span()) for match in _foreign().finditer(text)]


def _towns(text: str) -> list[Entity]:
    """A town with its state and postcode: "Seattle, WA 98103"."""
    found = []
    for match in _state_and_postcode().finditer(text):
        back = max(0, match.start() - _FAR_BACK)
        before = _BEFORE_CITY.search(text[back : match.start()])
        found.append(_entity(text, back + before.start("city") if before else match.start(), match.end()))
    return found


def _postcodes(text: str) -> list[Entity]:
    return [_entity(text, *match.span(match.lastgroup or 0)) for match in _postcode().finditer(text)]


@cache
def _locality() -> str:
    """A town and what follows it; each part may be missing, but not all."""
    state = rf"(?:{one_of('states')}|{one_of('state_names')})\b\.?"
    city = r"[A-Za-z][A-Za-z.'’-]+(?:\s[A-Za-z][A-Za-z.'’-]+){0,2}?"
    no_town = r"(?!(?:Please|Thanks?|Can|The|My|And|But|Is|It|Order|Phone|Email|Tel|Not|I)\b)"
    large = rf"{no_town}[A-Z][a-z.'’-]+(?:\s[A-Z][a-z.'’-]+){{0,2}}"
    sep = r"\s*[,\n]?\s*"
    country = rf"(?:{sep}(?-i:{one_of('countries')})\b)?"
    return (
        rf"(?:{sep}{city}{sep}{state}{sep}{_POSTCODE}{country}"  # Seattle, WA 98103
        rf"|\s*,\s*\d{{4,5}}\s(?-i:{large}){country}"  # 10115 Berlin
        rf"|{sep}(?:{city}{sep})?(?-i:{_FULL_POSTCODE}){country}"  # London NW1 6XE; 10115 after a comma
        rf"|\s*,\s*(?-i:{large})(?:\s*,?\s*{state})?{country}(?=\s*(?:[.,;!?\n\0]|$))"  # , Seattle
        rf"|\s*,\s*{city}\s*,\s*{state}\b)"
    )


@cache
def _street() -> re.Pattern[str]:
    """A house number, a name and a kind of street, with what follows."""
    unit = rf"(?:[,\s]+(?:{one_of('units')}\b\.?\s?|#\s?)[\w-]+)"
    named = (
        rf"\d{{1,6}}(?:[-/]\d{{1,4}})?[A-Za-z]?,?\s+{_DIRECTION}?"
        rf"(?P<name>(?:\d{{1,3}}(?:st|nd|rd|th)|{_WORD})(?:\s+(?:\d{{1,3}}(?:st|nd|rd|th)|{_WORD})){{0,3}}?)\s+"
        rf"(?P<kind>{one_of('streets')})\b(?!\s+{one_of('streets')}\b)\.?(?:\s+(?:NE|NW|SE|SW|[NSEW])\b)?"
    )
    core = rf"(?P<core>(?:(?:{one_of('units')}\b\.?\s?\w{{1,4}}|\d{{1,2}}(?:st|nd|rd|th)\s+floor),\s*)?{named})"
    return re.compile(rf"(?<![\w.$€£#-])(?<!\d,){core}{unit}?{_locality()}?(?!\w)", re.I)


@cache
def _foreign() -> re.Pattern[str]:
    """Post boxes, and streets whose kind comes first or stands in one word with the name."""
    tail = rf"{_locality()}?"
    return re.compile(
        rf"\bP\.?\s?O\.?\s?Box\s+\d[\d-]*{tail}"
        rf"|(?-i:\b(?:[A-Z]\w+{one_of('streets_before')}|[A-Z]\w+\s(?:Str(?:asse|aße)?\.?|Weg|Platz|Allee)))\s+\d{{1,4}}\s?[a-z]?\b{tail}"
        rf"|(?<![\w.])\d{{1,4}}(?:\s?bis)?,?\s+{one_of('streets_first')}\s+(?:(?:de|du|des|la|le|los|di|del|della)\s+|d'|l')*"
        rf"(?-i:[A-Z][\w'-]+(?:[\s-][A-Z][\w'-]+){{0,2}}){tail}",
        re.I,
    )


@cache
def _state_and_postcode() -> re.Pattern[str]:
    return re.compile(rf"\b{one_of('states')}\b,?\s+\d{{5}}(?:-\d{{4}})?(?![\d-])")


@cache
def _postcode() -> re.Pattern[str]:
    return re.compile(
        rf"{_POSTCODE_WORD}[^\d\n]{{0,24}}?(?<![A-Za-z\d])(?P<called>{_POSTCODE})"
        rf"|{_POSTCODE_WORD}\W{{0,3}}(?:is|was|=|是|为|:|：)*\s*(?P<called2>{_POSTCODE})"
        r"|(?<![\w-])(?-i:(?P<british>[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})|(?P<canadian>[A-Z]\d[A-Z]\s\d[A-Z]\d))(?![\w-])",
        re.I,
    )


def _entity(text: str, start: int, end: int) -> Entity:
    written = text[start:end].rstrip(" ,\n")
    return Entity("address", written, start, start + len(written))
