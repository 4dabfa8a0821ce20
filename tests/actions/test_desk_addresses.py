"""Addresses as shoppers give them: written out in two countries, or by what the shop knows."""

from __future__ import annotations

import pytest

from actions.desk.addresses import read_address, the_only_other
from shop.changes import KnownAddress, PostalAddress

ROAD = {"line2": "", "country": "United States"}
ORCHARD = {"line1": "1620 Orchard Street", "city": "San Jose", "region": "CA", "postcode": "95112"}
SAN_JOSE = PostalAddress.read({**ORCHARD, **ROAD})
HARBOUR = {"line1": "5 Mission Street", "city": "San Francisco", "region": "CA", "postcode": "94105"}
SAN_FRANCISCO = PostalAddress.read({**HARBOUR, **ROAD})
KING = ("88 King Street", "San Francisco", "CA", "94107", "United States")
KNOWN = (
    KnownAddress(address=SAN_JOSE, is_default=True, in_account=True, order_numbers=("#W1000001",)),
    KnownAddress(address=SAN_FRANCISCO, is_default=False, in_account=False, order_numbers=("#W1000002",)),
)


def places(city: str, _postcode: str) -> tuple[str, str] | None:
    """The shop has sent things to San Francisco."""
    return ("CA", "United States") if city == "San Francisco" else None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("send it to 88 King Street, San Francisco, CA 94107", KING),
        ("收货地址改成 88 King Street, San Francisco, CA 94107吧", KING),
        ("地址改成广东省深圳市南山区科技园路8号，518000", ("南山区科技园路8号", "深圳市", "广东省", "518000", "China")),
        ("收货地址改成成都市武侯区人民南路1号 610041", ("武侯区人民南路1号", "成都市", "成都市", "610041", "China")),
        ("跑鞋改寄到上海市浦东新区世纪大道8号 200120", ("浦东新区世纪大道8号", "上海市", "上海市", "200120", "China")),
    ],
)
def test_an_address_that_is_written_out(text: str, written: tuple[str, ...]) -> None:
    address = read_address(text, KNOWN, SAN_JOSE, places)
    assert address is not None
    assert (address.line1, address.city, address.region, address.postcode, address.country) == written


@pytest.mark.parametrize(
    ("text", "current", "expected"),
    [
        ("to my San Francisco address", SAN_JOSE, SAN_FRANCISCO),
        ("寄到 San Francisco 那个地址", SAN_JOSE, SAN_FRANCISCO),
        ("the same as order #W1000002", SAN_JOSE, SAN_FRANCISCO),
        ("和订单W1000002的地址一样", SAN_JOSE, SAN_FRANCISCO),
        ("use my default address", SAN_FRANCISCO, SAN_JOSE),
        ("改成默认地址", SAN_FRANCISCO, SAN_JOSE),
        ("寄回家里", SAN_FRANCISCO, SAN_JOSE),
        ("Mission Street", SAN_JOSE, SAN_FRANCISCO),
        ("somewhere else", SAN_JOSE, None),
        ("换个地址", SAN_JOSE, None),
    ],
)
def test_an_address_that_the_shop_knows(text: str, current: PostalAddress, expected: PostalAddress | None) -> None:
    assert read_address(text, KNOWN, current, places) == expected


def test_the_only_other_address() -> None:
    assert the_only_other(KNOWN, SAN_JOSE) == SAN_FRANCISCO
    assert the_only_other(KNOWN, None) is None
