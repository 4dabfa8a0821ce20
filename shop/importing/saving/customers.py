"""Saving customers with their addresses and payment methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from shop.clock import now
from shop.importing.records import CustomerRecord, RecordRefused
from shop.importing.report import Outcome
from shop.importing.saving.rows import assign, keep_in_step, rows_by
from shop.tables import Address, Customer, PaymentMethod


class CustomerSaver:
    """Saves customers and payment methods by their external ids, addresses by their order.

    A payment method that the file does not name stays: payments may have used it.
    """

    def __init__(self, session: Session, records: Sequence[CustomerRecord]) -> None:
        self._session = session
        self._customers = rows_by(session, Customer.external_id, (record.external_id for record in records))
        holders = rows_by(session, Customer.email, (record.values["email"] for record in records))
        self._emails = {email: row.external_id for email, row in holders.items()}
        methods = rows_by(
            session, PaymentMethod.external_id, (id_ for record in records for id_, _ in record.payment_methods)
        )
        owners = rows_by(session, Customer.id, (row.customer_id for row in methods.values()))
        self._methods = {id_: (row, owners[row.customer_id].external_id) for id_, row in methods.items()}

    def save(self, record: CustomerRecord) -> Outcome:
        """Write one customer. Raises RecordRefused for another's e-mail address or payment method."""
        self._check(record)
        customer = self._customers.get(record.external_id)
        if customer is None:
            customer = Customer(external_id=record.external_id, **{"created_at": now(), **record.values})
            self._session.add(customer)
            self._customers[record.external_id] = customer
            self._save_parts(customer, record)
            result: Outcome = "added"
        else:
            self._emails.pop(customer.email, None)
            changed = assign(customer, record.values)
            result = "changed" if self._save_parts(customer, record) or changed else "unchanged"
        self._emails[record.values["email"]] = record.external_id
        if result != "unchanged":
            self._session.flush()  # an address given up must be free before the next customer takes it
        return result

    def _save_parts(self, customer: Any, record: CustomerRecord) -> bool:
        changed = False
        if record.addresses is not None:
            changed = keep_in_step(customer.addresses, record.addresses, lambda values: Address(**values))
        for external_id, values in record.payment_methods:
            if external_id in self._methods:
                changed = assign(self._methods[external_id][0], values) or changed
            else:
                method = PaymentMethod(external_id=external_id, **values)
                customer.payment_methods.append(method)
                self._methods[external_id] = (method, record.external_id)
                changed = True
        return changed

    def _check(self, record: CustomerRecord) -> None:
        email = record.values["email"]
        holder = self._emails.get(email, record.external_id)
        if holder != record.external_id:
            raise RecordRefused(f"email is {email!r}, which belongs to the customer {holder!r}", ("email",))
        for index, (external_id, _) in enumerate(record.payment_methods):
            _, owner = self._methods.get(external_id, (None, record.external_id))
            if owner != record.external_id:
                reason = f"the payment method {external_id!r} belongs to the customer {owner!r}"
                raise RecordRefused(reason, ("payment_methods", index))
