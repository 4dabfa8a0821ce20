"""A customer's account: told as it stands now, to nobody but that customer."""

from __future__ import annotations

import pytest

from shop.account import AccountView, get_account
from shop.changes import ChangeDefaultAddress, ChangeItems, PostalAddress, Swap
from shop.tables import Address, PaymentMethod
from shop.unit_of_work import Database
from tests.shop.small_shop import HOME, SmallShop, small_shop


@pytest.fixture
def shop(database: Database) -> SmallShop:
    return small_shop(database)


def account(shop: SmallShop, customer_id: int = 0) -> AccountView:
    with shop.database.read() as unit:
        return get_account(unit.session, customer_id or shop.customer_id)


def test_methods_balance_and_address(shop: SmallShop) -> None:
    found = account(shop)
    assert [(method.label, method.kind, str(method.balance)) for method in found.payment_methods] == [
        ("Emma's card", "credit_card", "None"),
        ("Emma's paypal", "paypal", "None"),
        ("Emma's gift", "gift_card", "$60.00"),
    ]
    assert [method.id for method in found.gift_cards] == [shop.methods["gift"]]
    assert found.default_address is not None
    assert found.default_address.text == "48 Heron Way, Seattle, WA 98103, United States"


def test_an_empty_gift_card_holds_nothing_and_is_still_one(shop: SmallShop) -> None:
    shop.set(PaymentMethod, shop.methods["gift"], balance_cents=None)
    assert [str(card.balance) for card in account(shop).gift_cards] == ["$0.00"]


def test_changes_show_at_once(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    swap = Swap(item_id=shop.items(number)["black"], variant_id=shop.variants["white"])
    shop.make(ChangeItems(order_number=number, swaps=[swap], payment_method_id=shop.methods["gift"]))
    shop.make(ChangeDefaultAddress(address=PostalAddress.read({**HOME, "line1": "9 Elm Street"})))
    found = account(shop)
    assert [str(card.balance) for card in found.gift_cards] == ["$50.00"]
    assert found.default_address is not None
    assert found.default_address.line1 == "9 Elm Street"


def test_an_account_with_nothing_in_it(shop: SmallShop) -> None:
    with shop.database.work() as unit:
        for row in [*unit.session.query(Address), *unit.session.query(PaymentMethod)]:
            unit.session.delete(row)
        unit.commit()
    assert account(shop) == AccountView(None, ())


def test_nobody_elses_account_is_told(shop: SmallShop) -> None:
    stranger, methods = shop.customer(gift_cents=100)
    assert [method.id for method in account(shop, stranger).payment_methods] == list(methods.values())
