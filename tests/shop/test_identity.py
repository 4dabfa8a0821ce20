"""One-time codes: who gets one, what it opens, and everything it must not open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from shop import identity
from shop.clock import now
from shop.errors import AisleError, NotFound, Refused, TooManyTries
from shop.settings import Settings
from shop.tables import AuditEntry, Conversation, Mail, OneTimeCode
from shop.unit_of_work import Database
from tests.shop.small_shop import small_shop

MAIL = ("Your code", "It is {code}.")
UNKNOWN = "nobody@example.com"


class Desk:
    """Asks for codes and tries them, each in a unit of work of its own, as the action server does."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        shop = small_shop(database)
        self.customer_id, self.open = shop.customer_id, shop.conversation
        self.here = self.open(None)
        with database.read() as unit:
            self.email: str = unit.session.get(identity.Customer, self.customer_id).email

    def request(self, email: str = "", conversation_id: str = "") -> str:
        """The code that was mailed for this request; empty when no mail went out."""
        before = len(self.mails())
        with self.database.work() as unit:
            place = conversation_id or self.here
            identity.request_code(unit.session, place, email or self.email, self.settings, MAIL)
            unit.commit()
        sent = self.mails()[before:]
        return "".join(re.findall(r"\d{6}", sent[0].body)) if sent else ""

    def check(self, code: str, conversation_id: str = "") -> int:
        """The id of the customer a code identifies."""
        with self.database.work() as unit:
            try:
                return int(identity.check_code(unit.session, conversation_id or self.here, code, self.settings).id)
            finally:
                unit.commit()

    def outcome(self, code: str, conversation_id: str = "") -> type[AisleError] | int:
        """The customer, or the very class of the error."""
        try:
            return self.check(code, conversation_id)
        except AisleError as error:
            return type(error)

    def mails(self) -> list[Mail]:
        with self.database.read() as unit:
            return list(unit.session.scalars(select(Mail).order_by(Mail.id)))

    def known_here(self, conversation_id: str = "") -> int | None:
        with self.database.read() as unit:
            customer = identity.customer_of(unit.session, conversation_id or self.here)
        return customer.id if customer else None

    def waiting(self) -> str | None:
        with self.database.read() as unit:
            return identity.waiting_email(unit.session, self.here)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    limits = {"code_ttl_seconds": 600, "code_max_tries": 3, "codes_per_hour": 4, "codes_per_hour_of_email": 5}
    return Desk(database, Settings(state_dir=tmp_path, **limits))


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock of the identity check forward by so many seconds from the real time."""

    def forward(seconds: float) -> None:
        monkeypatch.setattr(identity, "now", lambda: now() + timedelta(seconds=seconds))

    return forward


def wrong(code: str) -> str:
    return f"{(int(code or 0) + 1) % 1_000_000:06d}"


def test_the_right_code_shows_who_the_shopper_is(desk: Desk) -> None:
    code = desk.request()
    assert desk.known_here() is None
    assert desk.check(code) == desk.customer_id
    assert desk.known_here() == desk.customer_id
    with desk.database.read() as unit:
        assert unit.session.get(Conversation, desk.here).identified_by == "code"
        entry = unit.session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == (
        f"conversation:{desk.here}",
        "identify",
        f"customer:{desk.customer_id}",
    )


def test_the_mail_goes_to_the_account_and_holds_the_code(desk: Desk) -> None:
    code = desk.request(f"  {desk.email.upper()} ")
    (mail,) = desk.mails()
    assert (mail.recipient, mail.subject, mail.body) == (desk.email, "Your code", f"It is {code}.")
    assert desk.waiting() == desk.email


def test_a_code_works_once(desk: Desk) -> None:
    code = desk.request()
    desk.check(code)
    assert desk.outcome(code) is NotFound
    assert desk.waiting() is None


def test_a_code_works_once_also_when_it_comes_twice_at_the_same_time(desk: Desk) -> None:
    code = desk.request()
    with ThreadPoolExecutor(4) as pool:
        outcomes = Counter(pool.map(desk.outcome, [code] * 4))
    assert outcomes == {desk.customer_id: 1, NotFound: 3}


def test_without_a_request_there_is_no_code(desk: Desk) -> None:
    assert desk.outcome("123456") is NotFound
    assert desk.waiting() is None


def test_a_code_expires(desk: Desk, pass_time: Callable[[float], None]) -> None:
    code = desk.request()
    pass_time(590)
    assert desk.waiting() == desk.email
    pass_time(601)
    assert desk.waiting() is None
    assert desk.outcome(code) is NotFound
    pass_time(590)
    assert desk.outcome(code) == desk.customer_id


def test_tries_are_limited_and_the_right_code_comes_too_late(desk: Desk) -> None:
    code = desk.request()
    assert [desk.outcome(wrong(code)) for _ in range(4)] == [Refused, Refused, Refused, TooManyTries]
    assert desk.outcome(code) is TooManyTries
    assert desk.known_here() is None


def test_tries_at_the_same_time_are_all_counted(desk: Desk) -> None:
    code = desk.request()
    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(pool.map(desk.outcome, [wrong(code)] * 6))
    assert outcomes == {Refused: 3, TooManyTries: 3}


def test_a_wrong_try_leaves_the_others(desk: Desk) -> None:
    code = desk.request()
    assert [desk.outcome(wrong(code)), desk.outcome("")] == [Refused, Refused]
    assert desk.outcome(code) == desk.customer_id


def test_a_new_code_voids_the_old_one(desk: Desk) -> None:
    old = desk.request()
    new = desk.request()
    assert desk.outcome(old) is (Refused if old != new else desk.customer_id)
    assert desk.outcome(new) == desk.customer_id


def test_a_new_code_does_not_bring_the_old_one_back_once_it_was_used(desk: Desk) -> None:
    old = desk.request()
    desk.check(desk.request())
    assert desk.outcome(old) is NotFound


def test_a_code_opens_only_the_conversation_it_was_asked_for_in(desk: Desk) -> None:
    code = desk.request()
    elsewhere = desk.open(None)
    assert desk.outcome(code, elsewhere) is NotFound
    desk.request(UNKNOWN, elsewhere)
    assert desk.outcome(code, elsewhere) is Refused
    assert desk.known_here(elsewhere) is None
    assert desk.outcome(code) == desk.customer_id


def test_an_unknown_address_gets_no_mail_and_is_told_apart_by_nothing_else(desk: Desk) -> None:
    known, unknown = desk.request(), desk.request(UNKNOWN, desk.open(None))
    assert known
    assert (unknown, len(desk.mails())) == ("", 1)

    def steps(email: str) -> list[object]:
        desk.here = desk.open(None)
        code = desk.request(email)
        seen: list[object] = [desk.waiting() == email]
        seen += [desk.outcome(wrong(code)) for _ in range(4)]
        for _ in range(4):
            try:
                desk.request(email)
            except TooManyTries:
                seen.append("too often")
        return seen

    assert steps(desk.email) == steps(UNKNOWN)


def test_even_the_right_code_opens_nothing_for_an_unknown_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity.secrets, "randbelow", lambda limit: 424_242)
    desk.request(UNKNOWN)
    assert desk.outcome("424242") is Refused
    assert desk.known_here() is None


def test_requests_are_limited_for_a_conversation(desk: Desk) -> None:
    for number in range(4):
        desk.request(f"somebody{number}@example.com")
    with pytest.raises(TooManyTries):
        desk.request()
    assert desk.mails() == []


def use_up(desk: Desk, email: str = "", times: int = 6) -> None:
    """A stranger asks for codes with somebody's address, each in a conversation of its own."""
    for _ in range(times):
        desk.request(email, desk.open(None))


def test_a_stranger_cannot_use_up_the_codes_of_an_address(desk: Desk) -> None:
    use_up(desk)
    code = desk.mails()[-1].body.removeprefix("It is ").rstrip(".")
    assert desk.outcome(desk.request() or code) == desk.customer_id


def test_an_address_that_was_asked_for_many_codes_gets_longer_ones(desk: Desk) -> None:
    use_up(desk, times=5)
    assert [len(mail.body) for mail in desk.mails()] == [len("It is 123456.")] * 5
    use_up(desk, times=1)
    assert len(desk.mails()[-1].body) == len("It is 1234567890.")


def test_past_many_codes_mails_go_out_once_a_minute_and_the_last_one_counts(
    desk: Desk, pass_time: Callable[[float], None]
) -> None:
    use_up(desk, times=12)
    assert len(desk.mails()) == 6  # five short codes, one long
    pass_time(30)
    use_up(desk, times=1)
    assert len(desk.mails()) == 6
    pass_time(61)  # counted from the mail, not from who asked last
    use_up(desk, times=2)
    assert len(desk.mails()) == 7
    desk.request()
    assert desk.outcome(desk.mails()[-1].body.removeprefix("It is ").rstrip(".")) == desk.customer_id


def test_a_short_code_never_serves_a_second_conversation(desk: Desk) -> None:
    use_up(desk, times=4)
    code, elsewhere = desk.request(), desk.open(None)
    desk.request(conversation_id=elsewhere)
    assert len(code) == 6
    assert desk.outcome(code, elsewhere) is Refused


def test_an_unknown_address_asked_for_many_codes_is_told_apart_by_nothing(desk: Desk) -> None:
    def rows(email: str) -> list[tuple[int, float]]:
        use_up(desk, email, times=8)
        with desk.database.read() as unit:
            found = unit.session.scalars(select(OneTimeCode).where(OneTimeCode.email == email)).all()
        hashes = [row.code_hash for row in found]
        return [
            (hashes.index(row.code_hash), round((row.expires_at - found[0].expires_at).total_seconds()))
            for row in found
        ]

    assert rows(desk.email) == rows(UNKNOWN)


def test_a_refused_request_leaves_the_code_that_waits(desk: Desk) -> None:
    for _ in range(3):
        desk.request()
    code = desk.request()
    with pytest.raises(TooManyTries):
        desk.request()
    assert desk.outcome(code) == desk.customer_id


def test_after_an_hour_codes_can_be_asked_for_again(desk: Desk, pass_time: Callable[[float], None]) -> None:
    for _ in range(4):
        desk.request()
    pass_time(3_601)
    assert desk.outcome(desk.request()) == desk.customer_id


def test_a_code_is_not_stored_in_the_clear(desk: Desk) -> None:
    code, again = desk.request(), desk.request()
    with desk.database.read() as unit:
        hashes = set(unit.session.scalars(select(OneTimeCode.code_hash)))
    assert all(code not in stored and again not in stored for stored in hashes)
    assert identity._hash("a", code, desk.settings) != identity._hash("b", code, desk.settings)


def test_when_the_mail_cannot_go_out_nothing_is_kept(desk: Desk) -> None:
    def broken(*_: object) -> None:
        raise OSError("no mail server")

    with pytest.raises(OSError, match="no mail server"), desk.database.work() as unit:
        identity.request_code(unit.session, desk.here, desk.email, desk.settings, MAIL, broken)
    assert desk.waiting() is None
