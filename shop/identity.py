"""Who the shopper is: an e-mail with a one-time code, or the shop's signed token (checked by the gateway)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import NotFound, Refused, TooManyTries
from shop.settings import Settings
from shop.tables import AuditEntry, Conversation, Customer, Mail, OneTimeCode

#: Delivers one mail: ``sender(session, recipient, subject, body)``.
MailSender = Callable[[Session, str, str, str], None]


def keep_in_mailbox(session: Session, recipient: str, subject: str, body: str) -> None:
    """The demo shop's mail sender: keeps the mail where its mailbox page shows it."""
    session.add(Mail(recipient=recipient, subject=subject, body=body, created_at=now()))


def customer_of(session: Session, conversation_id: str) -> Customer | None:
    """Who this conversation's shopper was shown to be; None while nobody knows."""
    query = select(Customer).join(Conversation, Conversation.customer_id == Customer.id)
    customer: Customer | None = session.scalars(query.where(Conversation.id == conversation_id)).one_or_none()
    return customer


def request_code(
    session: Session,
    conversation_id: str,
    email: str,
    settings: Settings,
    subject_and_body: tuple[str, str],
    send: MailSender = keep_in_mailbox,
) -> None:
    """Mail a fresh code, if the address has an account; without one, do all the same things but mail.

    ``subject_and_body`` is the mail, with ``{code}`` where the code goes. An earlier code of this
    conversation is void from here on. Raises TooManyTries past ``codes_per_hour``.
    """
    email = email.strip().lower()
    _check_rate(session, conversation_id, email, settings)
    customer_id = session.scalars(select(Customer.id).where(Customer.email == email)).one_or_none()
    _void_earlier(session, conversation_id)
    code = f"{secrets.randbelow(1_000_000):06d}"
    session.add(
        OneTimeCode(
            conversation_id=conversation_id,
            email=email,
            customer_id=customer_id,
            code_hash=_hash(conversation_id, code, settings),
            created_at=now(),
            expires_at=now() + timedelta(seconds=settings.code_ttl_seconds),
        )
    )
    subject, body = subject_and_body
    if customer_id is not None:
        send(session, email, subject.format(code=code), body.format(code=code))


def check_code(session: Session, conversation_id: str, code: str, settings: Settings) -> Customer:
    """Make the owner of the code this conversation's customer. The caller commits, also after Refused.

    Raises NotFound when no code was asked for or it ran out, TooManyTries when it was tried too often, and
    Refused when it is wrong.
    """
    row = _valid_code(session, conversation_id)
    if row is None:
        raise NotFound("no code is waiting in this conversation: it ran out or was never asked for")
    if row.tries >= settings.code_max_tries:
        raise TooManyTries(f"the code was tried {row.tries} times")
    row.tries += 1
    right = hmac.compare_digest(row.code_hash, _hash(conversation_id, code, settings))
    if not right or row.customer_id is None:
        raise Refused("the code is wrong")
    row.used_at = now()
    conversation = session.get(Conversation, conversation_id)
    conversation.customer_id, conversation.identified_by = row.customer_id, "code"
    actor = f"conversation:{conversation_id}"
    session.add(AuditEntry(at=now(), actor=actor, action="identify", subject=f"customer:{row.customer_id}"))
    customer: Customer = session.get(Customer, row.customer_id)
    return customer


def waiting_email(session: Session, conversation_id: str) -> str | None:
    """The address whose code this conversation waits for."""
    row = _valid_code(session, conversation_id)
    return row.email if row else None


def _valid_code(session: Session, conversation_id: str) -> OneTimeCode | None:
    query = (
        select(OneTimeCode)
        .where(
            OneTimeCode.conversation_id == conversation_id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now(),
        )
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    row: OneTimeCode | None = session.scalars(query).one_or_none()
    return row


def _void_earlier(session: Session, conversation_id: str) -> None:
    query = select(OneTimeCode).where(OneTimeCode.conversation_id == conversation_id, OneTimeCode.used_at.is_(None))
    for row in session.scalars(query):
        row.expires_at = min(row.expires_at, now())


def _check_rate(session: Session, conversation_id: str, email: str, settings: Settings) -> None:
    since = now() - timedelta(hours=1)
    same = or_(OneTimeCode.conversation_id == conversation_id, OneTimeCode.email == email)
    count = session.scalar(select(func.count()).where(OneTimeCode.created_at > since, same))
    if count >= settings.codes_per_hour:
        raise TooManyTries(f"{count} codes were asked for within an hour; the limit is {settings.codes_per_hour}")


def _hash(conversation_id: str, code: str, settings: Settings) -> str:
    # Keyed, so that a copy of the database does not let six digits be guessed offline.
    key = settings.secret_key.encode()
    return hmac.new(key, f"{conversation_id}:{code}".encode(), hashlib.sha256).hexdigest()
