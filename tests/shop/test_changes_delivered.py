"""Returns and exchanges of delivered orders, and what happens when the goods are back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import changes
from shop.changes import AnyWish, ExchangeItem, ItemChoice, ReturnItem, Swap
from shop.clock import now
from shop.errors import NotAllowed
from shop.tables import PaymentMethod, Shipment
from shop.unit_of_work import Database
from tests.shop.small_shop import SmallShop, demo_policy, small_shop, tau2_policy


@pytest.fixture
def shop(database: Database) -> SmallShop:
    return small_shop(database)


def refusal(shop: SmallShop, wish: AnyWish) -> str:
    with pytest.raises(NotAllowed) as refused:
        shop.propose(wish)
    return refused.value.code


def returning(shop: SmallShop, number: str, *names: str, quantity: int | None = None, method: str = "") -> ReturnItem:
    items = shop.items(number)
    return ReturnItem(
        order_number=number,
        items=tuple(ItemChoice(item_id=items[name], quantity=quantity) for name in names),
        reason="does not fit" if shop.policy.changes.return_item.reasons else "",  # type: ignore[union-attr]
        payment_method_id=shop.methods[method] if method else None,
    )


def exchanging(shop: SmallShop, number: str, old: str, new: str, method: str = "") -> ExchangeItem:
    return ExchangeItem(
        order_number=number,
        swaps=(Swap(item_id=shop.items(number)[old], variant_id=shop.variants[new]),),
        payment_method_id=shop.methods[method] if method else None,
    )


def states(shop: SmallShop, number: str) -> list[tuple[str, int, str]]:
    names = {variant_id: name for name, variant_id in shop.variants.items()}
    return sorted((names[item.variant_id], item.quantity, item.state) for item in shop.look(number).items)


def test_a_returns_money_and_stock_wait_for_the_goods(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1, "linear": 1}, {"gift": 3_000, "card": 10_000}, shipping_cents=0)
    receipt = shop.make(returning(shop, number, "linear"))
    assert (receipt.plan.total.cents, receipt.plan.money, receipt.plan.goods_check_days) == (-9_000, "on_receipt", 2)
    assert [(move.label, move.to_days) for move in receipt.plan.moves] == [("Emma's card", 7)]
    assert receipt.completed_at is None
    assert shop.look(number).status == "return_requested"
    assert states(shop, number) == [("black", 1, "ordered"), ("linear", 1, "returned")]
    assert (shop.paid(number), shop.stock("linear")) == ({"gift": 3_000, "card": 10_000}, 3)

    received = shop.receive(receipt.proposal_id)

    assert received.completed_at is not None
    assert (shop.paid(number), shop.stock("linear")) == ({"gift": 3_000, "card": 1_000}, 4)
    assert shop.look(number).status == "returned"
    assert shop.receive(receipt.proposal_id) == received
    assert shop.paid(number) == {"gift": 3_000, "card": 1_000}


def test_a_later_return_counts_money_that_is_on_its_way(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1, "linear": 1}, {"gift": 3_000, "card": 10_000}, shipping_cents=0)
    first = shop.make(returning(shop, number, "linear"))
    second = shop.make(returning(shop, number, "black"))
    assert [(move.label, -move.cents) for move in second.plan.moves] == [("Emma's card", 1_000), ("Emma's gift", 3_000)]
    shop.receive(first.proposal_id)
    assert shop.look(number).status == "return_requested"
    shop.receive(second.proposal_id)
    assert (shop.paid(number), shop.balance(), shop.look(number).status) == ({}, 9_000, "returned")


def test_some_of_a_line_and_only_once(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 3}, {"card": 12_495})
    shop.make(returning(shop, number, "black", quantity=2))
    assert states(shop, number) == [("black", 1, "ordered"), ("black", 2, "returned")]
    assert {item.unit_price_cents for item in shop.look(number).items} == {4_000}
    gone = next(item.id for item in shop.look(number).items if item.state == "returned")
    again = ReturnItem(order_number=number, items=(ItemChoice(item_id=gone),), reason="other")
    assert refusal(shop, again) == "item_already_returned"


def test_the_delivery_charge_is_not_returned(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_495})
    shop.receive(shop.make(returning(shop, number, "black")).proposal_id)
    assert shop.paid(number) == {"card": 495}


def test_the_window_is_counted_in_days(shop: SmallShop) -> None:
    for days_ago, allowed in ((30, True), (31, False)):
        number = shop.order("delivered", {"black": 1}, {"card": 4_495}, days_ago=days_ago)
        for wish in (returning(shop, number, "black"), exchanging(shop, number, "black", "red")):
            if allowed:
                shop.propose(wish)
            else:
                assert refusal(shop, wish) == "window_over"


def test_the_last_parcel_counts_and_a_missing_date_is_no_date(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_495}, days_ago=40)
    order = shop.look(number)
    with shop.database.work() as unit:
        late = Shipment(order_id=order.id, carrier="UPS", tracking_number="2", delivered_at=now() - timedelta(days=3))
        unit.session.add(late)
        unit.commit()
        late_id = late.id
    shop.propose(returning(shop, number, "black"))
    shop.set(Shipment, late_id, delivered_at=None)
    assert refusal(shop, returning(shop, number, "black")) == "delivery_unknown"


def test_a_refund_may_go_to_a_gift_card_where_the_policy_says_so(database: Database) -> None:
    shop = small_shop(database, tau2_policy())
    number = shop.order("delivered", {"black": 1}, {"card": 4_495}, days_ago=400)
    assert refusal(shop, returning(shop, number, "black", method="paypal")) == "method_not_accepted"
    receipt = shop.make(returning(shop, number, "black", method="gift"))
    assert [(move.label, move.cents, move.to_days) for move in receipt.plan.moves] == [("Emma's gift", -4_000, 0)]
    shop.receive(receipt.proposal_id)
    assert (shop.balance(), shop.stock("black")) == (10_000, 3)


def test_the_demo_shop_refunds_only_what_the_order_was_paid_with(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_000}, shipping_cents=0)
    assert refusal(shop, returning(shop, number, "black", method="gift")) == "method_not_accepted"
    shop.propose(returning(shop, number, "black", method="card"))


def test_no_more_goes_back_than_was_paid(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 3_000}, shipping_cents=0)
    assert refusal(shop, returning(shop, number, "black")) == "paid_too_little"


def test_a_return_needs_an_accepted_reason_where_the_policy_has_some(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_495})
    wish = returning(shop, number, "black").model_copy(update={"reason": ""})
    assert refusal(shop, wish) == "reason_not_accepted"


@pytest.mark.parametrize("status", ["pending", "processed", "shipped", "cancelled"])
def test_only_delivered_orders_come_back(shop: SmallShop, status: str) -> None:
    number = shop.order(status, {"black": 1}, {"card": 4_495})
    assert refusal(shop, returning(shop, number, "black")) == "wrong_state"
    assert refusal(shop, exchanging(shop, number, "black", "red")) == "wrong_state"


def test_an_exchange_charges_now_and_replaces_the_item_later(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1, "linear": 1}, {"card": 13_000}, shipping_cents=0)
    assert refusal(shop, exchanging(shop, number, "black", "white")) == "method_needed"
    receipt = shop.make(exchanging(shop, number, "black", "white", "gift"))
    assert (shop.paid(number), shop.balance()) == ({"card": 13_000, "gift": 1_000}, 5_000)
    assert (shop.stock("white"), shop.stock("black")) == (2, 3)
    assert states(shop, number) == [("black", 1, "exchanged"), ("linear", 1, "ordered")]
    assert shop.look(number).status == "exchange_requested"

    shop.receive(receipt.proposal_id)

    assert (shop.stock("white"), shop.stock("black")) == (2, 4)
    assert states(shop, number) == [("linear", 1, "ordered"), ("white", 1, "ordered")]
    assert shop.look(number).status == "delivered"
    assert refusal(shop, exchanging(shop, number, "linear", "clicky")) == "changed_before"


def test_a_policy_may_let_the_exchanges_money_wait(database: Database) -> None:
    shop = small_shop(database, tau2_policy())
    number = shop.order("delivered", {"black": 1}, {"card": 4_000}, shipping_cents=0)
    receipt = shop.make(exchanging(shop, number, "black", "white", "gift"))
    assert (shop.paid(number), shop.balance()) == ({"card": 4_000}, 6_000)
    shop.set(PaymentMethod, shop.methods["gift"], balance_cents=999)
    with pytest.raises(NotAllowed) as refused:
        shop.receive(receipt.proposal_id)
    assert refused.value.code == "gift_card_too_small"
    assert states(shop, number) == [("black", 1, "exchanged")]
    shop.set(PaymentMethod, shop.methods["gift"], balance_cents=1_000)
    shop.receive(receipt.proposal_id)
    assert (shop.paid(number), shop.balance()) == ({"card": 4_000, "gift": 1_000}, 0)


def test_the_gift_card_must_cover_the_difference(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_000}, shipping_cents=0)
    shop.set(PaymentMethod, shop.methods["gift"], balance_cents=999)
    assert refusal(shop, exchanging(shop, number, "black", "white", "gift")) == "gift_card_too_small"
    shop.propose(exchanging(shop, number, "black", "red", "card"))


def test_a_change_without_goods_expects_none(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    made = shop.make(changes.CancelOrder(order_number=number, reason="no longer needed"))
    with pytest.raises(NotAllowed) as refused:
        shop.receive(made.proposal_id)
    assert refused.value.code == "no_goods_expected"


def test_what_may_be_asked_for_is_known_beforehand(database: Database) -> None:
    shop = small_shop(database, demo_policy(return_item={"refund_to": ("original", "gift_card")}))
    number = shop.order("delivered", {"black": 1}, {"card": 4_495})
    with database.read() as unit:
        ask = (unit.session, shop.policy, shop.conversation_id, number)
        changes.check_change(*ask, "return_item")
        with pytest.raises(NotAllowed) as refused:
            changes.check_change(*ask, "cancel_order")
        assert refused.value.code == "wrong_state"
        found = {choice.label: choice for choice in changes.payment_choices(*ask, "return_item")}
    assert {label: choice.may_get_refund for label, choice in found.items()} == {
        "Emma's card": True,
        "Emma's paypal": False,
        "Emma's gift": True,
    }
    assert str(found["Emma's gift"].balance) == "$60.00"
    assert str(found["Emma's card"].paid) == "$44.95"


def test_receipts_of_an_order_can_be_looked_up(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1, "linear": 1}, {"card": 13_000}, shipping_cents=0)
    first = shop.make(returning(shop, number, "black"))
    second = shop.make(returning(shop, number, "linear"))
    shop.propose(returning(shop, shop.order("delivered", {"black": 1}, {"card": 4_495}), "black"))
    with shop.database.read() as unit:
        made = changes.changes_made(unit.session, shop.policy, shop.conversation_id, number)
    assert made == (first, second)
