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
#: Digits of a code, and of one for an address that was asked for too many: those cannot be guessed in an hour.
_DIGITS, _MANY_DIGITS = 6, 10
#: To an address that was asked for too many, so much time at least lies between two mails.
_PAUSE_SECONDS = 60
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
    conversation is void from here on. Raises TooManyTries past ``codes_per_hour`` of the conversation.

    Nobody can lock the owner of an address out. Past ``codes_per_hour_of_email`` its codes are longer and mailed
    once a minute; who asks in between is served by the code that was mailed last.
    """
    email = email.strip().lower()
    _check_rate(session, conversation_id, settings)
    customer_id = session.scalars(select(Customer.id).where(Customer.email == email)).one_or_none()
    earlier = _codes_of(session, email)
    many = len(earlier) >= settings.codes_per_hour_of_email
    waiting = _mailed_just_now(earlier, settings) if many else None
    _void_earlier(session, conversation_id)
    row = OneTimeCode(conversation_id=conversation_id, email=email, customer_id=customer_id, created_at=now())
    session.add(row)
    if waiting is not None:
        row.code_hash, row.expires_at = waiting.code_hash, waiting.created_at + _lifetime(settings)
        return
    digits = _MANY_DIGITS if many else _DIGITS
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    row.code_hash, row.expires_at = _hash(email, code, settings), row.created_at + _lifetime(settings)
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
    right = hmac.compare_digest(row.code_hash, _hash(row.email, code, settings))
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


def _check_rate(session: Session, conversation_id: str, settings: Settings) -> None:
    here = OneTimeCode.conversation_id == conversation_id
    count = session.scalar(select(func.count()).where(OneTimeCode.created_at > now() - timedelta(hours=1), here))
    if count >= settings.codes_per_hour:
        raise TooManyTries(f"{count} codes were asked for within an hour; the limit is {settings.codes_per_hour}")


def _codes_of(session: Session, email: str) -> list[OneTimeCode]:
    """The codes that were asked for with an address within the last hour, the newest last."""
    recent = OneTimeCode.created_at > now() - timedelta(hours=1)
    query = select(OneTimeCode).where(OneTimeCode.email == email, recent).order_by(OneTimeCode.id)
    return list(session.scalars(query))


def _mailed_just_now(earlier: list[OneTimeCode], settings: Settings) -> OneTimeCode | None:
    """The long code that the last mail held, if it went out a moment ago. A short one serves one conversation only:
    each conversation has tries of its own."""
    mailed = {row.code_hash: (place, row) for place, row in reversed(list(enumerate(earlier)))}
    place, row = max(mailed.values(), key=lambda each: each[0])
    pause = min(timedelta(seconds=_PAUSE_SECONDS), _lifetime(settings) / 2)
    just_now = place >= settings.codes_per_hour_of_email and row.created_at > now() - pause
    return row if just_now else None


def _lifetime(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.code_ttl_seconds)


def _hash(email: str, code: str, settings: Settings) -> str:
    # Keyed, so that a copy of the database does not let six digits be guessed offline.
    key = settings.secret_key.encode()
    return hmac.new(key, f"{email}:{code}".encode(), hashlib.sha256).hexdigest()
