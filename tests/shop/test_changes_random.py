"""Random sequences of changes: money balances, nothing is lost or made, and nothing happens unasked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from shop.changes import (
    CancelOrder,
    ChangeAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItem,
    ItemChoice,
    OrderWish,
    PostalAddress,
    Receipt,
    ReturnItem,
    Swap,
)
from shop.errors import NotAllowed, NotFound
from shop.policy import Policy, load_policy
from shop.tables import Variant
from shop.unit_of_work import Database
from tests.shop.shop_snapshot import take_snapshot
from tests.shop.small_shop import demo_policy, small_shop, tau2_policy

# Most of what is drawn is allowed and said yes to, or little would ever happen; some of it is neither.
YES = st.sampled_from([True, True, True, False])
STATUSES = ("pending", "pending", "delivered", "delivered")
PENDING, DELIVERED = st.sampled_from([0, 0, 0, 1, 1, 1, 2]), st.sampled_from([2, 2, 2, 3, 3, 3, 0])
REASONS = st.sampled_from(["no longer needed"] * 5 + ["boredom"])
METHODS = st.sampled_from(["card", "paypal", "gift"])
MAYBE_METHOD = st.sampled_from(["card", "card", "paypal", "paypal", "gift", ""])
VARIANTS = {"black": 4_000, "white": 5_000, "red": 3_000, "linear": 9_000, "clicky": 9_000}
LAMPS, KEYBOARDS = ("black", "white", "red"), ("linear", "clicky")
BASKETS = st.dictionaries(st.sampled_from(list(VARIANTS)), st.integers(1, 3), min_size=1, max_size=3)
LINES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([None, None, 1]), st.sampled_from([1, 1, 1, 2, 2, 0, 3])),
    min_size=1,
    max_size=2,
    unique_by=lambda line: line[0],
)

_ANY_METHOD = ("credit_card", "paypal", "gift_card")
_AFTER_DELIVERY = ("delivered", "return_requested", "exchange_requested", "returned")
# A shop that allows as much as the format can say, so that changes meet one another in every order.
_GENEROUS: dict[str, Any] = {
    "cancel_order": {"states": ("pending", "delivered")},
    "change_payment": {"states": ("pending", *_AFTER_DELIVERY)},
    "change_items": {"not_after": ()},
    "return_item": {"states": _AFTER_DELIVERY, "refund_to": ("original", *_ANY_METHOD), "reasons": ()},
    "exchange_item": {"states": _AFTER_DELIVERY, "not_after": (), "refund_to": _ANY_METHOD, "money": "on_receipt"},
}
POLICIES = {"demo": load_policy, "tau2": tau2_policy, "generous": lambda: demo_policy(**_GENEROUS)}


class Shopping(RuleBasedStateMachine):
    """One customer with four orders, a stranger who tries the customer's, and a shop that goes on working."""

    def __init__(self, database: Database, policy: Policy, tally: Counter[str]) -> None:
        super().__init__()
        self.shop = small_shop(database, policy)
        self.stranger = self.shop.conversation(self.shop.customer()[0])
        self.counts_stock = policy.changes.change_items.stock_out != "never"
        self.refunds_go_back = policy.changes.return_item.refund_to == ("original",)
        self.tally = tally
        self.numbers: list[str] = []
        self.proposals: dict[int, str] = {}  # id -> number of the order
        self.receipts: dict[int, Receipt] = {}

    @initialize(
        baskets=st.tuples(*[BASKETS] * len(STATUSES)),
        shipping_cents=st.sampled_from([0, 495]),
        gift_part_cents=st.sampled_from([0, 1_000, 3_000]),
        method=METHODS,
    )
    def place_orders(self, baskets: Any, shipping_cents: int, gift_part_cents: int, method: str) -> None:
        for status, basket in zip(STATUSES, baskets, strict=True):
            left = sum(VARIANTS[name] * quantity for name, quantity in basket.items()) + shipping_cents
            paid = {"gift": gift_part_cents} if gift_part_cents and method != "gift" else {}
            paid[method] = left - sum(paid.values())
            self.numbers.append(self.shop.order(status, basket, paid, shipping_cents))
        self.first = self.seen = take_snapshot(self.shop, self.numbers)

    @rule(which=PENDING, reason=REASONS, yes=st.sampled_from([True, False, False, False]))
    def cancel(self, which: int, reason: str, yes: bool) -> None:
        self._ask(CancelOrder(order_number=self.numbers[which], reason=reason), yes)

    @rule(which=PENDING, line1=st.sampled_from(["1 Lake St", "2 Lake St"]), yes=YES)
    def send_elsewhere(self, which: int, line1: str, yes: bool) -> None:
        address = PostalAddress(line1=line1, city="Chicago", country="United States")
        self._ask(ChangeAddress(order_number=self.numbers[which], address=address), yes)

    @rule(which=PENDING, method=METHODS, yes=YES)
    def pay_otherwise(self, which: int, method: str, yes: bool) -> None:
        self._ask(ChangePayment(order_number=self.numbers[which], payment_method_id=self.shop.methods[method]), yes)

    @rule(which=PENDING, lines=LINES, method=MAYBE_METHOD, yes=YES)
    def take_other_variants(self, which: int, lines: Any, method: str, yes: bool) -> None:
        self._ask(ChangeItems(**self._swaps(which, lines, method)), yes)

    @rule(which=DELIVERED, lines=LINES, method=MAYBE_METHOD, yes=YES)
    def exchange(self, which: int, lines: Any, method: str, yes: bool) -> None:
        self._ask(ExchangeItem(**self._swaps(which, lines, method)), yes)

    @rule(which=DELIVERED, lines=LINES, method=MAYBE_METHOD, reason=REASONS, yes=YES)
    def give_back(self, which: int, lines: Any, method: str, reason: str, yes: bool) -> None:
        items = tuple(ItemChoice(item_id=self._item(which, line).id, quantity=q) for line, q, _ in lines)
        wish = ReturnItem(
            order_number=self.numbers[which],
            items=items,
            reason=reason,
            payment_method_id=self.shop.methods.get(method),
        )
        self._ask(wish, yes)

    @precondition(lambda self: self.proposals)
    @rule(data=st.data())
    def say_yes_late_or_again(self, data: st.DataObject) -> None:
        self._say_yes(data.draw(st.sampled_from(list(self.proposals))))

    @precondition(lambda self: self.proposals)
    @rule(data=st.data())
    def think_better_of_it(self, data: st.DataObject) -> None:
        proposal_id = data.draw(st.sampled_from(list(self.proposals)))
        self._without_effect(lambda: self.shop.withdraw(proposal_id))

    @precondition(lambda self: self.proposals)
    @rule(data=st.data())
    def a_stranger_tries(self, data: st.DataObject) -> None:
        proposal_id = data.draw(st.sampled_from(list(self.proposals)))
        wish = CancelOrder(order_number=self.numbers[0], reason="no longer needed")
        with pytest.raises(NotFound):
            self.shop.commit(proposal_id, self.stranger)
        with pytest.raises(NotFound):
            self.shop.propose(wish, conversation_id=self.stranger)
        self._nothing_changed()

    @precondition(lambda self: self._waiting())
    @rule(data=st.data())
    def goods_come_back(self, data: st.DataObject) -> None:
        proposal_id = data.draw(st.sampled_from(self._waiting()))
        if self._with_effect(self.proposals[proposal_id])(lambda: self.shop.receive(proposal_id)):
            self.tally["receive_goods"] += 1

    @precondition(lambda self: len(self.receipts) > len(self._waiting()))
    @rule(data=st.data())
    def goods_come_back_that_nobody_expects(self, data: st.DataObject) -> None:
        proposal_id = data.draw(st.sampled_from(sorted(set(self.receipts) - set(self._waiting()))))
        self._without_effect(lambda: self.shop.receive(proposal_id))

    @rule(name=st.sampled_from(list(VARIANTS)), cents=st.sampled_from([2_500, 4_000, 5_000, 7_500]))
    def a_price_changes(self, name: str, cents: int) -> None:
        self.shop.set(Variant, self.shop.variants[name], price_cents=cents)

    @invariant()
    def all_balances(self) -> None:
        for order in self.seen.orders.values() if self.numbers else ():
            assert sum(order.paid_cents.values()) == order.kept_cents

    @invariant()
    def nothing_falls_below_nought(self) -> None:
        if not self.numbers:
            return
        assert min(self.seen.gift_cents, *self.seen.stock.values()) >= 0
        if self.refunds_go_back:  # no method gets more than it paid
            assert min(min(order.paid_cents.values()) for order in self.seen.orders.values()) >= 0

    @invariant()
    def nothing_is_lost_or_made(self) -> None:
        if not self.numbers:
            return
        assert self.seen.gift_money_cents == self.first.gift_money_cents
        if not self.counts_stock:
            assert self.seen.stock == self.first.stock
            return
        for names in (LAMPS, KEYBOARDS):
            ids = [self.shop.variants[name] for name in names]
            assert self.seen.pieces(ids) == self.first.pieces(ids)

    def _ask(self, wish: OrderWish, yes: bool) -> None:
        proposal = self._without_effect(lambda: self.shop.propose(wish))
        if proposal:
            self.proposals[proposal.id] = wish.order_number
            if yes:
                self._say_yes(proposal.id)

    def _say_yes(self, proposal_id: int) -> None:
        if proposal_id in self.receipts:
            again = self._without_effect(lambda: self.shop.commit(proposal_id))
            assert again.model_copy(update={"completed_at": None}) == self.receipts[proposal_id]
            return
        receipt = self._with_effect(self.proposals[proposal_id])(lambda: self.shop.commit(proposal_id))
        if receipt:
            self.receipts[proposal_id] = receipt.model_copy(update={"completed_at": None})
            self.tally[receipt.plan.kind] += 1

    def _without_effect(self, call: Callable[[], Any]) -> Any:
        """What the call gives, None if it is refused; it must leave the shop as it was."""
        result = self._outcome(call)
        self._nothing_changed()
        return result

    def _with_effect(self, number: str) -> Callable[[Callable[[], Any]], Any]:
        """The same for a call that must change this order and no other, unless it is refused."""

        def checked(call: Callable[[], Any]) -> Any:
            result = self._outcome(call)
            if result is None:
                self._nothing_changed()
                return None
            before, self.seen = self.seen, take_snapshot(self.shop, self.numbers)
            changed = [key for key in self.numbers if before.orders[key] != self.seen.orders[key]]
            assert changed == [number]
            assert self.seen.addresses == before.addresses
            return result

        return checked

    def _outcome(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except NotAllowed as refused:
            self.tally[refused.code] += 1
            return None

    def _nothing_changed(self) -> None:
        assert take_snapshot(self.shop, self.numbers) == self.seen

    def _waiting(self) -> list[int]:
        plans = [plan for order in self.seen.orders.values() for plan in order.waiting] if self.receipts else []
        return [proposal_id for proposal_id, receipt in self.receipts.items() if receipt.plan in plans]

    def _item(self, which: int, line: int) -> Any:
        items = self.seen.orders[self.numbers[which]].items
        return items[line % len(items)]

    def _swaps(self, which: int, lines: Any, method: str) -> dict[str, Any]:
        """Each line for a variant so many further on in the list of its product's, or of all products'."""
        ids = list(self.shop.variants.values())
        swaps = []
        for line, quantity, step in lines:
            item = self._item(which, line)
            same_product = [ids[:3], ids[3:]][item.variant_id in ids[3:]]
            choices = ids if step == 3 else same_product
            new_id = choices[(choices.index(item.variant_id) + step) % len(choices)]
            swaps.append(Swap(item_id=item.id, variant_id=new_id, quantity=quantity))
        return {
            "order_number": self.numbers[which],
            "swaps": tuple(swaps),
            "payment_method_id": self.shop.methods.get(method),
        }


@pytest.mark.parametrize("policy", POLICIES)
def test_random_sequences(database: Database, policy: str) -> None:
    tally: Counter[str] = Counter()
    run_machine(
        lambda: Shopping(database, POLICIES[policy](), tally),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # add Phase.shrink, and minutes, to see the shortest sequence that fails
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Sequences in which one of these never happened would have proved little.
    done = ["cancel_order", "change_address", "change_payment", "change_items", "return_item", "exchange_item"]
    assert [kind for kind in [*done, "receive_goods"] if not tally[kind]] == []
