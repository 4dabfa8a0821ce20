"""The shop's side of the order desk: everything read and written through ``shop``, for one turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from actions.desk.options import Choice
from actions.desk.request import Job, Target
from actions.desk.variants import of_shop
from actions.desk.words import pattern
from actions.turn import Turn
from shop.catalogue import products_called, spoken_of
from shop.changes import (
    AnyWish,
    CancelOrder,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItem,
    ItemChoice,
    KnownAddress,
    MethodChoice,
    Plan,
    PostalAddress,
    Proposal,
    Receipt,
    ReturnItem,
    Swap,
    VariantChoice,
    allowed_changes,
    check_change,
    commit,
    known_addresses,
    names_of_numbers,
    payment_choices,
    preview,
    propose,
    region_and_country,
    ruled_out,
    variant_choices,
    withdraw,
)
from shop.errors import NotAllowed
from shop.orders import OrderItemView, OrderView, list_orders
from shop.policy import CancelRule, Kind, Reason, ReturnRule

Result = TypeVar("Result")
_ID = re.compile(r"(?<![\d#W])\d{8,12}(?!\d)")


class ShopDesk:
    """What may be changed, what it would mean, and the change itself, for the customer of a turn's conversation."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._database = turn.services.database
        self._policy = turn.services.policy
        self._conversation_id = turn.conversation_id

    def orders(self) -> tuple[OrderView, ...]:
        """All orders of the customer, newest first."""
        customer = self._turn.customer
        if customer is None:
            return ()
        with self._database.read() as unit:
            return list_orders(unit.session, customer.id, self._turn.language)

    @staticmethod
    def order(orders: Iterable[OrderView], number: str) -> OrderView | None:
        """The order of a number."""
        return next((order for order in orders if order.number == number), None)

    def item(self, target: Target, orders: Iterable[OrderView]) -> OrderItemView:
        """The line of an order that a target is about."""
        return next(item for order in orders for item in order.items if item.id == target.item_id)

    def allowed(self, orders: Sequence[OrderView]) -> dict[Kind, set[str]]:
        """The numbers of the orders that allow each kind of change."""
        if not self._allowed:
            with self._database.read() as unit:
                self._allowed.update(allowed_changes(unit.session, self._policy, self._conversation_id))
        own = {order.number for order in orders}
        return {kind: numbers & own for kind, numbers in self._allowed.items()}

    @cached_property
    def _allowed(self) -> dict[Kind, set[str]]:
        return {}

    def forget(self) -> None:
        """Look again at what is allowed: something was changed."""
        self._allowed.clear()

    def check(self, job: Job) -> None:
        """Whether the order allows the change at all. Raises NotAllowed and NotFound."""
        with self._database.read() as unit:
            check_change(unit.session, self._policy, self._conversation_id, job.order_number, job.kind)

    def reasons(self, kind: Kind) -> tuple[Reason, ...]:
        """The reasons that the policy accepts; none where it asks for none."""
        rule = self._policy.rule(kind)
        return rule.reasons if isinstance(rule, CancelRule | ReturnRule) else ()

    def methods(self, job: Job) -> tuple[MethodChoice, ...]:
        """The customer's payment methods, with what each may do in this change."""
        with self._database.read() as unit:
            return payment_choices(unit.session, self._policy, self._conversation_id, job.order_number, job.kind)

    def variants(self, target: Target, orders: Iterable[OrderView]) -> tuple[list[Choice], Choice | None]:
        """All variants of a target's product, and the one it is now."""
        item = self.item(target, orders)
        choices = of_shop(self._variants(item.variant_id))
        return choices, next((choice for choice in choices if choice.id == item.variant_id), None)

    def numbered(self, target: Target, text: str) -> list[Choice]:
        """The variants of a target's product whose item number stands in the text."""
        numbers = set(_ID.findall(text))
        if not numbers:
            return []
        item = self.item(target, self.orders())
        return of_shop(v for v in self._variants(item.variant_id) if v.external_id in numbers)

    def names_of_numbers(self, text: str) -> dict[str, str]:
        """The item and product numbers in a text, with the English names of what they number."""
        numbers = set(_ID.findall(text))
        if not numbers:
            return {}
        with self._database.read() as unit:
            return names_of_numbers(unit.session, numbers)

    def _variants(self, variant_id: int) -> tuple[VariantChoice, ...]:
        with self._database.read() as unit:
            return variant_choices(unit.session, variant_id)

    def is_other_product(self, item: OrderItemView, text: str) -> bool:
        """Whether a text wants something else than another variant of an item: "for a coat"."""
        named = " ".join(group for match in pattern("other_goods").finditer(text) for group in match.groups() if group)
        if not named:
            return False
        with self._database.read() as unit:
            mention = spoken_of(unit.session, named)
            called = products_called(unit.session, mention, self._turn.language) if mention else ()
        return bool(called) and item.product_id not in [product.id for product in called]

    def in_words(self, values: Iterable[str], choices: Iterable[Choice]) -> str:
        """Values of options in the shopper's language."""
        chinese = {v: choice.options_zh.get(z, v) for choice in choices for v, z in _paired(choice)}
        return ", ".join(chinese.get(value, value) if self._turn.language == "zh" else value for value in values)

    def addresses(self, job: Job, orders: Iterable[OrderView]) -> tuple[PostalAddress | None, Sequence[KnownAddress]]:
        """The address that a job would change, and all that the customer has."""
        with self._database.read() as unit:
            known = known_addresses(unit.session, self._policy, self._conversation_id)
        if job.kind == "change_default_address":
            return next((each.address for each in known if each.is_default), None), known
        return next((each.address for each in known if job.order_number in each.order_numbers), None), known

    def places(self, city: str, postcode: str) -> tuple[str, str] | None:
        """(region, country) of a city, as far as the shop knows it."""
        with self._database.read() as unit:
            return region_and_country(unit.session, city, postcode)

    # --- the change itself

    def propose(self, job: Job, number: int) -> Proposal:
        """Put the change down as a proposal. Raises NotAllowed, with nothing written."""
        key = f"{self._turn.message_id}:{number}" if self._turn.message_id else ""

        def put_down(wish: AnyWish) -> Proposal:
            with self._database.work() as unit:
                proposal = propose(unit.session, self._policy, self._conversation_id, wish, key)
                unit.commit()
            return proposal

        return self._with_payer(job, put_down)

    def preview(self, job: Job) -> Plan:
        """What the change would do, with nothing written. Raises like ``propose``."""

        def look_at(wish: AnyWish) -> Plan:
            with self._database.read() as unit:
                return preview(unit.session, self._policy, self._conversation_id, wish)

        return self._with_payer(job, look_at)

    def _with_payer(self, job: Job, use: Callable[[AnyWish], Result]) -> Result:
        """Use the wish of a job; where a method is needed and none was said, the one that paid most of the order."""
        try:
            return use(_wish(job))
        except NotAllowed as refusal:
            payer = self._payer(job) if refusal.code == "method_needed" and not job.method_said else None
            if payer is None:
                raise
            return use(_wish(job.model_copy(update={"method_id": payer})))

    def ruled_out(self, kind: Kind, order: OrderView, earlier: Kind) -> bool:
        """Whether a kind of change of an order is impossible after an earlier one."""
        return ruled_out(self._policy, kind, order.status, earlier)  # type: ignore[arg-type]

    def rule_each_other_out(self, one: Kind, other: Kind, order: OrderView) -> bool:
        """Whether of two kinds of change of an order only one is possible."""
        return one != other and self.ruled_out(one, order, other) and self.ruled_out(other, order, one)

    def _payer(self, job: Job) -> int | None:
        paid = [method for method in self.methods(job) if method.paid.cents > 0]
        return max(paid, key=lambda method: method.paid.cents).id if paid else None

    def commit(self, job: Job) -> Receipt:
        """Do what was proposed. Raises NotAllowed; that it was refused is remembered."""
        if job.proposal_id is None:
            raise NotAllowed("changed_since", "nothing was proposed")
        with self._database.work() as unit:
            try:
                return commit(unit.session, self._policy, self._conversation_id, job.proposal_id)
            finally:
                unit.commit()

    def withdraw(self, job: Job) -> None:
        """Drop the proposal of a job, if it has one that was not carried out."""
        if job.proposal_id is None:
            return
        with self._database.work() as unit:
            try:
                withdraw(unit.session, self._policy, self._conversation_id, job.proposal_id)
            except NotAllowed:
                return
            unit.commit()


def _paired(choice: Choice) -> list[tuple[str, str]]:
    """(English value, Chinese option name): both languages name a variant's options in one order."""
    return list(zip(choice.options.values(), choice.options_zh, strict=False))


def _wish(job: Job) -> AnyWish:
    number, method_id = job.order_number, job.method_id
    if job.kind == "cancel_order":
        return CancelOrder(order_number=number, reason=job.reason)
    if job.kind == "return_item":
        items = tuple(ItemChoice(item_id=t.item_id, quantity=t.quantity) for t in job.targets)
        return ReturnItem(order_number=number, items=items, reason=job.reason, payment_method_id=method_id)
    if job.kind == "change_address":
        return ChangeAddress(order_number=number, address=PostalAddress.read(job.address or {}))
    if job.kind == "change_default_address":
        return ChangeDefaultAddress(address=PostalAddress.read(job.address or {}))
    if job.kind == "change_payment":
        return ChangePayment(order_number=number, payment_method_id=method_id or 0)
    swaps = tuple(Swap(item_id=t.item_id, quantity=t.quantity, variant_id=t.variant_id or 0) for t in job.targets)
    kind = ChangeItems if job.kind == "change_items" else ExchangeItem
    return kind(order_number=number, swaps=swaps, payment_method_id=method_id)
