"""Who the shopper is: an e-mail with a one-time code, the shop's signed token (checked by the gateway), or what
else the shop's policy takes for enough: the e-mail alone, or name and postcode."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import NotFound, Refused, TooManyTries
from shop.settings import Settings
from shop.tables import Address, AuditEntry, Conversation, Customer, Mail, OneTimeCode

#: Delivers one mail: ``sender(session, recipient, subject, body)``.
MailSender = Callable[[Session, str, str, str], None]
#: Wrong answers to "who are you" in one conversation, or with one answer, before an hour's wait.
WRONG_ANSWERS_PER_HOUR = 6
_POSTCODE = re.compile(r"(?<![\w#-])[0-9][0-9A-Za-z]{3,6}(?:-[0-9]{4})?(?![\w-])")


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
    _bind(session, conversation_id, row.customer_id, "code")
    customer: Customer = session.get(Customer, row.customer_id)
    return customer


def identify_by_email(session: Session, conversation_id: str, email: str) -> Customer:
    """Take the owner of an address for this conversation's customer, where the shop's policy asks for no more.

    The caller commits, also after Refused. Raises Refused where no account has it, TooManyTries after too many.
    """
    address = email.strip().lower()
    query = select(Customer).where(Customer.email == address)
    return _identify(session, conversation_id, address, list(session.scalars(query)), "email")


def identify_by_name_and_postcode(session: Session, conversation_id: str, text: str) -> Customer | None:
    """Take the customer whose whole name and postcode stand in the text for this conversation's.

    None where the text holds no postcode of the shop's customers and no other number that could be one; raises
    like ``identify_by_email``, also where the name does not belong to the postcode.
    """
    postcodes = _POSTCODE.findall(text)
    if not postcodes:
        return None
    folded = " ".join(text.casefold().split())
    query = select(Customer).join(Address).where(Address.postcode.in_(postcodes)).distinct()
    found = [customer for customer in session.scalars(query) if _holds_name(folded, customer.name)]
    return _identify(session, conversation_id, folded, found, "name_and_postcode")


def _holds_name(folded: str, name: str) -> bool:
    wanted = " ".join(name.casefold().split())
    if wanted.isascii():
        return re.search(rf"\b{re.escape(wanted)}\b", folded) is not None
    return wanted in folded


def _identify(session: Session, conversation_id: str, shown: str, found: list[Customer], way: str) -> Customer:
    """Bind the one customer found; none and several are the same wrong answer, and wrong answers are counted."""
    actor, subject = f"conversation:{conversation_id}", f"identity:{hashlib.sha256(shown.encode()).hexdigest()[:16]}"
    failed = select(func.count()).where(
        AuditEntry.action == "identify_failed",
        AuditEntry.at > now() - timedelta(hours=1),
        or_(AuditEntry.actor == actor, AuditEntry.subject == subject),
    )
    tries = session.scalar(failed)
    if tries >= WRONG_ANSWERS_PER_HOUR:
        raise TooManyTries(f"{tries} wrong answers within an hour")
    if len(found) != 1:
        session.add(AuditEntry(at=now(), actor=actor, action="identify_failed", subject=subject))
        raise Refused("nobody is known by that")
    _bind(session, conversation_id, found[0].id, way)
    return found[0]


def _bind(session: Session, conversation_id: str, customer_id: int, way: str) -> None:
    conversation = session.get(Conversation, conversation_id)
    conversation.customer_id, conversation.identified_by = customer_id, way
    actor = f"conversation:{conversation_id}"
    session.add(AuditEntry(at=now(), actor=actor, action="identify", subject=f"customer:{customer_id}"))


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
