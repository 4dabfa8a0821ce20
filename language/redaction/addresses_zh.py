"""Chinese postal addresses in a folded text: from the province down to the room, or a road with a number.

Chinese runs on. So an address is read as a run of parts, each a name that ends in what it is (市, 区, 路, 大厦, …) or
a number with its unit (12号, 3单元); which characters a name cannot hold ("寄到…") shows where the run begins.
"""

from __future__ import annotations

import re
from functools import cache

from language.entities import Entity
from language.redaction.words import characters, one_of

_HINT = re.compile(r"[市区县镇乡村路街道巷弄号栋幢室楼苑园厦场]")
_POSTCODE_AFTER = re.compile(r"[,，\s]{0,2}\d{6}(?!\d)")
_EVENT_AFTER = re.compile(r"\s*(?:前|之前|以前|到货|能到|送到|发货|下单)")
_ANYWHERE = re.compile(r"(?:[^号]楼|层|区|期)$")
_NUMBER = r"(?:\d{1,5}(?:-\d{1,4})*|[一二三四五六七八九十百零]{1,4})"


def find_addresses(text: str) -> list[Entity]:
    """Addresses with a road and number or a building, or with three parts from the province down."""
    if not _HINT.search(text):
        return []
    found = []
    for match in _run().finditer(text):
        parts = list(_part().finditer(text, *match.span()))
        if not _is_address(parts) or (parts[-1].lastgroup == "number" and _is_day(text, parts[-1])):
            continue
        start = _from_place(text, match.start(), parts[0].end())
        after = _POSTCODE_AFTER.match(text, match.end())
        end = after.end() if after else match.end()
        written = text[start:end].rstrip(" ,，")
        found.append(Entity("address", written, start, start + len(written)))
    return found


def _is_address(parts: list[re.Match[str]]) -> bool:
    """Whether the parts lead to a door: a building alone, or "8楼", is where anybody may be."""
    kinds = [part.lastgroup for part in parts]
    places = sum(kind in ("province", "known", "city", "district", "town") for kind in kinds)
    doors = sum(
        kind in ("number", "unit") and not _ANYWHERE.search(part[0]) for kind, part in zip(kinds, parts, strict=True)
    )
    if "road" in kinds:
        return doors >= 1 or places >= 2
    if kinds[0] in ("number", "unit"):
        return False
    return (
        places >= 3
        or (places >= 1 and doors >= 1 and len(kinds) >= 3)
        or (kinds[0] == "building" and doors >= 1 and len(kinds) >= 3)
    )


def _is_day(text: str, part: re.Match[str]) -> bool:
    """Whether "…路5号" goes on like a day of the month."""
    return bool(re.fullmatch(r"(?:[12]?\d|3[01])号", part[0])) and bool(_EVENT_AFTER.match(text, part.end()))


def _from_place(text: str, start: int, end: int) -> int:
    """The start, without what stands before a province or town that everybody knows ("麻烦北京市…")."""
    known = _known_place().search(text, start, end)
    return known.start() if known else start


@cache
def _known_place() -> re.Pattern[str]:
    return re.compile(f"(?:{one_of('provinces')}|{one_of('cities')})(?![东西南北中]?[路街道巷大])")


@cache
def _run() -> re.Pattern[str]:
    """Parts one after another, with at most a space or a comma between them."""
    part = re.sub(r"\?P<\w+>", "?:", _part().pattern)
    room = r"(?:(?<=[栋幢座元层楼厦])\s?-?\d{2,4}[A-Za-z]?(?![\dA-Za-z年月元块个件.]))?"
    return re.compile(rf"(?:{part})(?:[ ,，-]?(?:{part}))*{room}")


@cache
def _part() -> re.Pattern[str]:
    pair, any_character = one_of("address_exceptions"), r"[\u4e00-\u9fff]"
    stop = rf"[{characters('address_stops')}]|{one_of('address_stop_words')}"
    name = rf"(?:(?!{stop}){any_character}|(?={pair}){any_character}|{any_character}(?<={pair}))"
    numbered = (
        rf"(?P<number>{_NUMBER}(?:号|弄)(?![楼机码色店线电球手])院?)"
        rf"|(?P<unit>(?:{_NUMBER}|[A-Za-z]\d{{0,4}}|[甲乙丙丁东西南北中])(?:号楼|栋|幢|座|单元|层|楼|室|户|房(?!间)|期|区|馆))"
    )
    no_road = r"(?![东西南北中]?[路街道巷]|大[道街])"
    lead = r"(?=[A-Za-z]?\d{1,4}(?:号楼|栋|幢|座|单元))"
    province = rf"(?P<province>{one_of('provinces')}{no_road}(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?)"
    city = rf"(?P<known>{one_of('cities')}{no_road}(?:市|地区)?)"
    road = r"大道|大街|胡同|[路街巷](?![由人上过口边线径灯费程况])|(?<![知难味频通报管街渠轨一])道(?![理具])"
    named = (
        rf"(?:{name}|[A-Za-z\d]){{1,12}}?(?:(?P<city>市(?![场中面])|自治州|地区)|(?P<district>(?:(?<!小)(?<!社)区|县|旗(?!舰))(?![路街道巷号]|大[街道]))"
        rf"|(?P<town>(?:[镇乡村屯]+|街道|社区)(?![路街巷]|大[街道]))|(?P<road>{road})|(?P<building>{one_of('buildings')}+(?:[东西南北]区|[一二三四五]期)?(?![路街道巷]|大[街道])|{lead}))"
    )
    more = rf"(?P<more>(?<={any_character}){one_of('buildings')}+(?![路街道巷]))"
    section = r"(?P<section>(?<=[路道街])[东西南北中]?[一二三四五六七八九十\d]{0,2}段)"
    inside = (
        rf"(?P<inside>(?<=号)(?:{any_character}|[A-Za-z]){{1,8}}?"
        rf"(?:{one_of('buildings')}+(?=\d|[A-Z]座|[,，。\s\0旁对附门前里内]|$)|{lead}))"
    )
    return re.compile(rf"{numbered}|{section}|{province}|{city}|{inside}|{named}|{more}")
