"""Changes of pending orders: cancelling, the address, the payment method, other variants."""

from __future__ import annotations

import pytest

from shop.changes import (
    AnyWish,
    CancelOrder,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeItems,
    ChangePayment,
    PostalAddress,
    Swap,
)
from shop.errors import BadInput, NotAllowed, NotFound
from shop.tables import Customer, Order, Product, Variant
from shop.unit_of_work import Database
from tests.shop.small_shop import HOME, SmallShop, demo_policy, small_shop, tau2_policy

CHICAGO = PostalAddress(line1="1 Lake St", city="Chicago", region="IL", postcode="60601", country="United States")


@pytest.fixture
def shop(database: Database) -> SmallShop:
    return small_shop(database)


def refusal(shop: SmallShop, wish: AnyWish) -> str:
    with pytest.raises(NotAllowed) as refused:
        shop.propose(wish)
    return refused.value.code


def swap(shop: SmallShop, number: str, old: str, new: str, quantity: int | None = None) -> Swap:
    return Swap(item_id=shop.items(number)[old], variant_id=shop.variants[new], quantity=quantity)


def test_cancelling_gives_all_money_back_the_way_it_came(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 2}, {"gift": 2_000, "card": 6_495})
    proposal = shop.propose(CancelOrder(order_number=number, reason="no longer needed"))
    moves = {move.label: (move.cents, move.from_days, move.to_days) for move in proposal.plan.moves}
    assert moves == {"Emma's card": (-6_495, 5, 7), "Emma's gift": (-2_000, 0, 0)}
    assert str(proposal.plan.total) == "-$84.95"
    assert [(line.names["zh"], line.options["en"], line.quantity) for line in proposal.plan.lines] == [
        ("台灯", "black", 2)
    ]
    assert shop.paid(number) == {"gift": 2_000, "card": 6_495}  # proposed, not done

    shop.commit(proposal.id)

    order = shop.look(number)
    assert (order.status, order.cancelled_reason) == ("cancelled", "no longer needed")
    assert (shop.paid(number), shop.balance(), shop.stock("black")) == ({}, 8_000, 5)


def test_a_policy_may_keep_the_delivery_charge_and_the_stock(database: Database) -> None:
    shop = small_shop(database, demo_policy(cancel_order={"refund_shipping": False, "stock_back": "never"}))
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.make(CancelOrder(order_number=number, reason="no longer needed"))
    assert (shop.paid(number), shop.stock("black")) == ({"card": 495}, 3)


def test_cancelling_needs_an_accepted_reason(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    assert refusal(shop, CancelOrder(order_number=number, reason="too slow")) == "reason_not_accepted"


@pytest.mark.parametrize("status", ["processed", "shipped", "delivered", "cancelled", "returned"])
def test_only_a_pending_order_can_be_cancelled(shop: SmallShop, status: str) -> None:
    number = shop.order(status, {"black": 1}, {"card": 4_495})
    assert refusal(shop, CancelOrder(order_number=number, reason="no longer needed")) == "wrong_state"


def test_the_address_changes_and_the_name_stays(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    receipt = shop.make(ChangeAddress(order_number=number.strip("#").lower(), address=CHICAGO))
    assert receipt.plan.address_before == {"name": "Emma Clarke", **HOME}
    assert shop.look(number).shipping_address == {"name": "Emma Clarke", **CHICAGO.model_dump()}
    assert shop.look(number).status == "pending"


def test_the_same_address_and_another_country_are_refused(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    same = PostalAddress.read({**HOME, "line1": "  48 Heron Way "})
    assert refusal(shop, ChangeAddress(order_number=number, address=same)) == "same_address"
    abroad = CHICAGO.model_copy(update={"country": "Canada"})
    assert refusal(shop, ChangeAddress(order_number=number, address=abroad)) == "other_country"


def test_an_incomplete_address_is_bad_input_and_names_the_fields() -> None:
    with pytest.raises(BadInput, match=r"line1.*country"):
        PostalAddress.read({"line1": "  ", "city": "Chicago"})


def test_one_other_method_pays_all(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"gift": 1_000, "card": 3_495})
    receipt = shop.make(ChangePayment(order_number=number, payment_method_id=shop.methods["paypal"]))
    assert [(move.label, move.cents, move.to_days) for move in receipt.plan.moves] == [
        ("Emma's paypal", 4_495, 0),
        ("Emma's gift", -1_000, 0),
        ("Emma's card", -3_495, 7),
    ]
    assert (shop.paid(number), shop.balance(), shop.look(number).status) == ({"paypal": 4_495}, 7_000, "pending")


def test_a_method_that_paid_a_part_is_charged_the_rest(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"gift": 1_000, "card": 3_495})
    shop.make(ChangePayment(order_number=number, payment_method_id=shop.methods["gift"]))
    assert (shop.paid(number), shop.balance()) == ({"gift": 4_495}, 6_000 - 3_495)


def test_the_gift_card_must_cover_all(shop: SmallShop) -> None:
    number = shop.order("pending", {"clicky": 1}, {"card": 9_000}, shipping_cents=0)
    wish = ChangePayment(order_number=number, payment_method_id=shop.methods["gift"])
    assert refusal(shop, wish) == "gift_card_too_small"


def test_the_same_method_and_one_the_policy_leaves_out_are_refused(database: Database) -> None:
    shop = small_shop(database, demo_policy(change_payment={"pay_with": ("credit_card",)}))
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    same = ChangePayment(order_number=number, payment_method_id=shop.methods["card"])
    assert refusal(shop, same) == "same_method"
    other = ChangePayment(order_number=number, payment_method_id=shop.methods["paypal"])
    assert refusal(shop, other) == "method_not_accepted"


def test_a_dearer_variant_is_charged_and_the_stock_moves(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 2}, {"card": 8_000}, shipping_cents=0)
    wish = ChangeItems(
        order_number=number,
        swaps=(swap(shop, number, "black", "white"),),
        payment_method_id=shop.methods["gift"],
    )
    receipt = shop.make(wish)
    (line,) = receipt.plan.lines
    assert (line.options["en"], line.new_options["en"], line.difference_cents) == ("black", "white", 2_000)
    assert (shop.paid(number), shop.balance()) == ({"card": 8_000, "gift": 2_000}, 4_000)
    assert (shop.stock("black"), shop.stock("white")) == (5, 1)
    assert [(i.variant_id, i.unit_price_cents) for i in shop.look(number).items] == [(shop.variants["white"], 5_000)]


def test_a_cheaper_variant_is_refunded_the_way_the_money_came(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    wish = ChangeItems(order_number=number, swaps=(swap(shop, number, "black", "red"),))
    assert shop.make(wish).plan.total.cents == -1_000
    assert shop.paid(number) == {"card": 3_495}


def test_a_part_of_a_line_is_split_off(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 3}, {"card": 12_000}, shipping_cents=0)
    swaps = (swap(shop, number, "black", "red", 1), swap(shop, number, "black", "white", 1))
    shop.make(ChangeItems(order_number=number, swaps=swaps))
    names = {variant_id: name for name, variant_id in shop.variants.items()}
    items = [(names[item.variant_id], item.quantity, item.unit_price_cents) for item in shop.look(number).items]
    assert sorted(items) == [("black", 1, 4_000), ("red", 1, 3_000), ("white", 1, 5_000)]
    assert shop.paid(number) == {"card": 12_000}  # ten dollars more and ten less


def test_items_change_only_once(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1, "linear": 1}, {"card": 13_000}, shipping_cents=0)
    shop.make(ChangeItems(order_number=number, swaps=(swap(shop, number, "black", "red"),)))
    again = ChangeItems(order_number=number, swaps=(swap(shop, number, "linear", "clicky"),))
    assert refusal(shop, again) == "changed_before"
    shop.make(CancelOrder(order_number=number, reason="ordered by mistake"))  # the demo shop still allows this
    assert shop.paid(number) == {}


def test_another_policy_closes_the_order_after_items_changed(database: Database) -> None:
    shop = small_shop(database, tau2_policy())
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.make(ChangeAddress(order_number=number, address=CHICAGO))
    swaps = (swap(shop, number, "black", "red"),)
    assert refusal(shop, ChangeItems(order_number=number, swaps=swaps)) == "method_needed"
    shop.make(ChangeItems(order_number=number, swaps=swaps, payment_method_id=shop.methods["paypal"]))
    assert shop.paid(number) == {"card": 4_495, "paypal": -1_000}
    assert (shop.stock("black"), shop.stock("red")) == (3, 3)  # it counts no stock
    assert refusal(shop, CancelOrder(order_number=number, reason="no longer needed")) == "changed_before"
    back = ChangeAddress(order_number=number, address=PostalAddress.read(HOME))
    assert refusal(shop, back) == "changed_before"


def test_what_cannot_come_instead(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 2, "linear": 1}, {"card": 17_000}, shipping_cents=0)
    card = shop.methods["card"]

    def code(*swaps: Swap) -> str:
        return refusal(shop, ChangeItems(order_number=number, swaps=swaps, payment_method_id=card))

    assert code() == "nothing_chosen"
    assert code(swap(shop, number, "black", "clicky")) == "other_product"
    assert code(swap(shop, number, "black", "black")) == "same_variant"
    assert code(swap(shop, number, "black", "white", 3)) == "quantity_too_high"
    assert code(swap(shop, number, "black", "white"), swap(shop, number, "black", "red", 1)) == "quantity_too_high"
    shop.set(Variant, shop.variants["white"], stock=1)
    assert code(swap(shop, number, "black", "white")) == "sold_out"
    assert code(*[swap(shop, number, "black", "white", 1)] * 2) == "sold_out"
    shop.set(Variant, shop.variants["white"], stock=5, currency="EUR")
    assert code(swap(shop, number, "black", "white")) == "other_currency"


def test_where_stock_is_not_counted_any_number_will_do(database: Database) -> None:
    shop = small_shop(database, tau2_policy(), stock=1)
    number = shop.order("pending", {"black": 2}, {"card": 8_000}, shipping_cents=0)
    wish = ChangeItems(
        order_number=number,
        swaps=(swap(shop, number, "black", "white"),),
        payment_method_id=shop.methods["card"],
    )
    shop.make(wish)
    shop.set(Variant, shop.variants["red"], stock=0)
    other = shop.order("pending", {"black": 1}, {"card": 4_000}, shipping_cents=0)
    sold_out = wish.model_copy(update={"order_number": other, "swaps": (swap(shop, other, "black", "red"),)})
    assert refusal(shop, sold_out) == "sold_out"


def test_excluded_goods_are_neither_given_nor_taken(database: Database) -> None:
    shop = small_shop(database, demo_policy(change_items={"excluded_options": {"colour": ["red"]}}))
    number = shop.order("pending", {"black": 1, "red": 1}, {"card": 7_000}, shipping_cents=0)
    for old, new in (("black", "red"), ("red", "black")):
        wish = ChangeItems(order_number=number, swaps=(swap(shop, number, old, new),))
        assert refusal(shop, wish) == "excluded_goods"


def test_the_default_address_changes_without_touching_orders(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.make(ChangeDefaultAddress(address=CHICAGO))
    shop.make(ChangeDefaultAddress(address=PostalAddress.read(HOME)))  # a known one is not written twice
    assert refusal(shop, ChangeDefaultAddress(address=PostalAddress.read(HOME))) == "same_address"
    with shop.database.read() as unit:
        addresses = unit.session.get(Customer, shop.customer_id).addresses
        assert sorted((row.city, row.is_default) for row in addresses) == [("Chicago", False), ("Seattle", True)]
    assert shop.look(number).shipping_address["city"] == "Seattle"


def test_what_is_not_there_is_not_found(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    swaps = (Swap(item_id=shop.items(number)["black"], variant_id=999_999),)
    for wish in (
        CancelOrder(order_number="#W0000000", reason="no longer needed"),
        ChangePayment(order_number=number, payment_method_id=999_999),
        ChangeItems(order_number=number, swaps=swaps),
        ChangeItems(order_number=number, swaps=(Swap(item_id=999_999, variant_id=shop.variants["red"]),)),
    ):
        with pytest.raises(NotFound):
            shop.propose(wish)


def test_what_another_state_brings_with_it_is_not_changed(shop: SmallShop) -> None:
    first = shop.order("pending", {"black": 1}, {"card": 4_495})
    second = shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.make(CancelOrder(order_number=first, reason="no longer needed"))
    assert shop.look(second).status == "pending"
    assert shop.paid(second) == {"card": 4_495}
    with shop.database.read() as unit:
        assert unit.session.query(Order).count() == 2
        assert unit.session.query(Product).count() == 2
