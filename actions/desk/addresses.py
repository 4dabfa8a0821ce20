"""The address that a text gives: written out, or by what is already known ("my New York one", "the same as #W1")."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from actions.desk.words import city_called, says
from shop.changes import KnownAddress, PostalAddress
from shop.orders import normal_number

#: (city, postcode) -> (region, country), or None where the shop never sent anything there.
Places = Callable[[str, str], "tuple[str, str] | None"]

_LINE2 = r"(?:suite|apt\.?|apartment|unit|floor|room|flat|#)\s*[\w-]+"
_WESTERN = re.compile(
    rf"(?P<line1>\d+[\w-]*\s+[A-Za-z][\w .'-]*?)(?:\s*,\s*|\s+)(?:(?P<line2>{_LINE2})\s*,\s*)?"
    r"(?P<city>[A-Za-z][A-Za-z .'-]+?)\s*,\s*(?:(?P<region>[A-Za-z]{2,3}|[A-Za-z]+)[ ,]+)?"
    r"(?P<postcode>\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
    r"(?:\s*,?\s*(?P<country>USA|US|United States"
    r"|(?-i:(?!Please|Thank|Instead)[A-Z][a-z]+(?: [A-Z][a-z]+)?))\b)?",  # "instead" is no country
    re.I,
)
_PROVINCES = (
    "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南"
    "|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
)
_REGIONS = "内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔"
_CHINESE = re.compile(
    # Chinese runs on: an address begins with its province, or behind "改成", "寄到", "是" or no Chinese character.
    rf"(?:(?P<region>(?:{_PROVINCES})省|(?:{_REGIONS})自治区)"
    r"|(?<=[改换寄送发填写][成到为去])|(?<![\u4e00-\u9fff])|(?<=[是为在到]))"
    r"(?P<city>[^\W\da-zA-Z改换寄送发址]{2,6}?市)"
    r"(?P<line1>[\u4e00-\u9fff]{1,8}?[区县镇街路道][\w\u4e00-\u9fff－-]{2,60}?)"
    r"(?:[，, ]*(?P<postcode>\d{6}))?(?=$|[，,。！\s])"
)
_ORDER = re.compile(r"#?\s?w[ -]?\d{7}", re.I)


def read_address(
    text: str, known: Sequence[KnownAddress], current: PostalAddress | None, places: Places
) -> PostalAddress | None:
    """The address meant, or None when the text gives none. ``current`` is what shall be changed.

    Raises BadInput, which names what is missing, for one that is written out in part.
    """
    return _written(text, current, places) or _known(text, known, current)


def _written(text: str, current: PostalAddress | None, places: Places) -> PostalAddress | None:
    chinese = _CHINESE.search(text)
    match = chinese or _WESTERN.search(text)
    if match is None:
        return None
    parts = {name: (value or "").strip(" ,，") for name, value in match.groupdict().items()}
    if chinese:
        parts["region"], parts["country"] = parts["region"] or parts["city"], "China"
    else:
        region, country = places(parts["city"], parts["postcode"]) or ("", "")
        if len(parts["region"]) != len(region):  # missing, or written out ("Texas") where the shop abbreviates
            parts["region"] = region or parts["region"]
        parts["country"] = parts["country"] or country or (current.country if current else "")
    if len(parts["region"]) <= 3:
        parts["region"] = parts["region"].upper()
    return PostalAddress.read(parts)


def _known(text: str, known: Sequence[KnownAddress], current: PostalAddress | None) -> PostalAddress | None:
    numbers = [normal_number(found) for found in _ORDER.findall(text)]
    others = [each for each in known if each.address != current]
    by_order = [each.address for each in others if set(numbers) & set(each.order_numbers)]
    if by_order:
        return by_order[0]
    folded = f"{text} {city_called(text)}".casefold()
    by_city = [each.address for each in others if each.address.city.casefold() in folded]
    if len(by_city) == 1:
        return by_city[0]
    former = [each.address for each in others if each.in_account and not each.is_default]
    if len(former) == 1 and says("former_address", text):
        return former[0]
    default = [each.address for each in others if each.is_default]
    if default and says("default_address", text):
        return default[0]
    by_street = [each.address for each in others if _street(each.address) in folded]
    if len(by_street) == 1:
        return by_street[0]
    return None


def the_only_other(known: Sequence[KnownAddress], current: PostalAddress | None) -> PostalAddress | None:
    """The one other address that the customer has, if it is only one."""
    others = [each.address for each in known if each.address != current]
    return others[0] if len(others) == 1 else None


def _street(address: PostalAddress) -> str:
    return re.sub(r"^[\d-]+\s*", "", address.line1).casefold()
