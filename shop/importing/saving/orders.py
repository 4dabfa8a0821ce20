"""Saving orders with their items, parcels and payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from shop.clock import now
from shop.importing.records import OrderRecord, RecordRefused
from shop.importing.report import Outcome
from shop.importing.saving.rows import assign, keep_in_step, rows_by
from shop.tables import Customer, Order, OrderItem, Payment, PaymentMethod, Shipment, Variant


class OrderSaver:
    """Saves orders by their number; items, parcels and payments by their order in it."""

    def __init__(self, session: Session, records: Sequence[OrderRecord]) -> None:
        self._session = session
        self._orders = rows_by(session, Order.number, (record.number for record in records))
        self._customers = rows_by(session, Customer.external_id, (record.customer_id for record in records))
        self._variants = rows_by(session, Variant.sku, (sku for record in records for sku, _ in record.items))
        methods = (id_ for record in records for id_, _ in record.payments or ())
        self._methods = rows_by(session, PaymentMethod.external_id, methods)

    def save(self, record: OrderRecord) -> Outcome:
        """Write one order. Raises RecordRefused for an unknown customer, SKU or payment method, another
        customer's order or payment method, and a currency that is not the one of its items."""
        customer = self._customer(record)
        self._check_items(record)
        self._check_payments(record, customer)
        order = self._orders.get(record.number)
        if order is None:
            values = {"placed_at": now(), **self._values(record, customer.name)}
            order = Order(number=record.number, customer_id=customer.id, **values)
            self._session.add(order)
            self._orders[record.number] = order
            self._save_parts(order, record)
            return "added"
        changed = assign(order, self._values(record, order.shipping_address["name"]))
        return "changed" if self._save_parts(order, record) or changed else "unchanged"

    def _values(self, record: OrderRecord, name: str) -> dict[str, Any]:
        # An address that does not say who receives the parcel keeps the name it has.
        address = record.values["shipping_address"]
        return {**record.values, "shipping_address": {**address, "name": address["name"] or name}}

    def _save_parts(self, order: Any, record: OrderRecord) -> bool:
        items = [{"variant_id": self._variants[sku].id, **values} for sku, values in record.items]
        changed = keep_in_step(order.items, items, lambda values: OrderItem(**values))
        if record.shipments is not None:
            changed = keep_in_step(order.shipments, record.shipments, lambda values: Shipment(**values)) or changed
        if record.payments is not None:
            paid = [{"payment_method_id": self._methods[id_].id, **values} for id_, values in record.payments]
            made = keep_in_step(order.payments, paid, lambda values: Payment(**{"at": order.placed_at, **values}))
            changed = made or changed
        return changed

    def _customer(self, record: OrderRecord) -> Any:
        customer = self._customers.get(record.customer_id)
        if customer is None:
            raise RecordRefused(f"there is no customer {record.customer_id!r}", ("customer_id",))
        order = self._orders.get(record.number)
        if order is not None and order.customer_id != customer.id:
            raise RecordRefused(f"the order {record.number} belongs to another customer", ("customer_id",))
        return customer

    def _check_items(self, record: OrderRecord) -> None:
        for index, (sku, _) in enumerate(record.items):
            variant = self._variants.get(sku)
            if variant is None:
                raise RecordRefused(f"there is no variant with the SKU {sku!r}", ("items", index, "sku"))
            if variant.currency != record.values["currency"]:
                reason = f"the order is in {record.values['currency']}, but {sku!r} is sold in {variant.currency}"
                raise RecordRefused(reason, ("items", index, "sku"))

    def _check_payments(self, record: OrderRecord, customer: Any) -> None:
        for index, (external_id, _) in enumerate(record.payments or ()):
            method = self._methods.get(external_id)
            if method is None or method.customer_id != customer.id:
                reason = f"the customer {record.customer_id!r} has no payment method {external_id!r}"
                raise RecordRefused(reason, ("payments", index, "payment_method_id"))
