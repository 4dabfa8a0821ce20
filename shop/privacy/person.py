"""Whose data it is: one customer, and by what the shop's records can be told to be theirs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shop.errors import NotFound
from shop.tables import Address, AuditEntry, Conversation, Customer, Order


@dataclass(frozen=True)
class Person:
    """A customer as of one moment. ``identifying`` are texts that point at this customer alone: where one of them
    stands, the customer is spoken of. ``shared`` are those that other customers have too (a family's address)."""

    customer_id: int
    external_id: str
    conversation_ids: tuple[str, ...]
    order_ids: tuple[int, ...]
    order_numbers: tuple[str, ...]
    emails: tuple[str, ...]
    names: tuple[str, ...]
    identifying: tuple[str, ...]
    shared: tuple[str, ...]


def find_customer(session: Session, given: str) -> int:
    """The id of the customer with this e-mail, external id or id. Raises NotFound."""
    ways = [Customer.email == given.strip().lower(), Customer.external_id == given]
    if given.isascii() and given.isdigit() and len(given) < 10:
        ways.append(Customer.id == int(given))
    for way in ways:
        found = session.scalars(select(Customer.id).where(way)).one_or_none()
        if found is not None:
            return int(found)
    raise NotFound(f"no customer has the e-mail, external id or id {given!r}")


def know(session: Session, customer_id: int) -> Person:
    """Gather what tells a customer's data. Raises NotFound."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound(f"there is no customer {customer_id}")
    orders = session.execute(select(Order.id, Order.number).where(Order.customer_id == customer_id)).all()
    own = {customer.email, customer.name, customer.phone, *(address.line1 for address in customer.addresses)}
    texts = sorted(text for text in own if text and text.strip())
    shared = tuple(text for text in texts if _others_have(session, customer_id, text))
    return Person(
        customer_id=customer_id,
        external_id=customer.external_id,
        conversation_ids=_conversations(session, customer_id),
        order_ids=tuple(id_ for id_, _ in orders),
        order_numbers=tuple(number for _, number in orders),
        emails=(customer.email,),
        names=known_names(session, customer_id),
        identifying=tuple(text for text in texts if text not in shared),
        shared=shared,
    )


def known_names(session: Session, customer_id: int | None) -> tuple[str, ...]:
    """The customer's name and those on their parcels: what ``language.redaction.redact`` takes as ``known``."""
    if customer_id is None:
        return ()
    names = {session.scalar(select(Customer.name).where(Customer.id == customer_id))}
    for address in session.scalars(select(Order.shipping_address).where(Order.customer_id == customer_id)):
        names.add((address or {}).get("name"))
    return tuple(sorted(name for name in names if name))


def known_names_in(session: Session, conversation_id: str | None) -> tuple[str, ...]:
    """The same of whoever a conversation's shopper is known to be."""
    customer = select(Conversation.customer_id).where(Conversation.id == conversation_id)
    return known_names(session, session.scalar(customer)) if conversation_id else ()


def _conversations(session: Session, customer_id: int) -> tuple[str, ...]:
    """Those that are the customer's now; where an earlier one has become another's, that one's remain."""
    own = select(Conversation.id).where(Conversation.customer_id == customer_id)
    actors = select(AuditEntry.actor).where(
        AuditEntry.action == "identify", AuditEntry.subject == f"customer:{customer_id}"
    )
    earlier = {actor.partition(":")[2] for actor in session.scalars(actors)}
    left = select(Conversation.id).where(Conversation.id.in_(earlier), Conversation.customer_id.is_(None))
    return tuple(sorted({*session.scalars(own), *session.scalars(left)}))


def _others_have(session: Session, customer_id: int, text: str) -> bool:
    folded = text.lower()
    others = select(Customer.id).where(
        Customer.id != customer_id,
        or_(func.lower(Customer.email) == folded, func.lower(Customer.name) == folded, Customer.phone == text),
    )
    homes = select(Address.id).where(Address.customer_id != customer_id, func.lower(Address.line1) == folded)
    return any(session.execute(query.limit(1)).first() for query in (others, homes))
