"""How staff get in: passwords, tries, sessions, one-time links."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from argon2 import extract_parameters

from shop import staff
from shop.clock import now
from shop.errors import BadInput, NotFound, Refused, Unavailable
from shop.settings import Settings
from shop.staff.passwords import check_strength
from shop.tables import AuditEntry, SignInTry, StaffLink, StaffMember, StaffSession
from shop.unit_of_work import Database
from tests.shop.staff_shop import BETTER, DESK, GOOD, CountingHasher, StaffShop, ago


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def shop(database: Database, hasher: CountingHasher) -> StaffShop:
    url = database.engine.url.render_as_string(hide_password=False)
    return StaffShop(database, hasher, Settings(database_url=url, public_url="https://aisle.example/"))


# Passwords


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("short", "has 5 characters; it needs 12"),
        ("x" * 201, "has 201 characters; 200 is the most"),
        ("password1234", "very common password"),
        ("qwertyuiop12", "commonly used"),
        ("aaaaaaaaaaaaaaaa", "easy to guess"),
        ("mia@shop.example", "easily guessed"),
    ],
)
def test_a_guessable_password_is_refused_with_the_reason(password: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        check_strength(password, ("mia@shop.example", "Mia Alder", "Alder & Finch"))


@pytest.mark.parametrize("password", [GOOD, "七只水獭在粉刷墙壁并唱歌呢", GOOD * 9, "Tr0ub4dor&3xkcd!"])
def test_other_passwords_will_do(password: str) -> None:
    check_strength(password, ("mia@shop.example", "Mia Alder"))


def test_the_same_characters_typed_on_another_keyboard_are_the_same_password(shop: StaffShop) -> None:
    composed, decomposed = "cafe\u0301 lantern drifts", "caf\u00e9 lantern drifts"
    assert shop.passwords.verify(shop.passwords.hash(composed), decomposed)


def test_what_is_kept_is_argon2id_with_the_parameters_of_rfc_9106(shop: StaffShop) -> None:
    kept = staff.Passwords().hash(GOOD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not shop.passwords.verify("not a hash", GOOD)


def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(shop: StaffShop) -> None:
    shop.member()
    old = shop.rows(StaffMember)[0].password_hash
    shop.passwords = staff.Passwords(CountingHasher(time_cost=2))
    shop.enter()
    new = shop.rows(StaffMember)[0].password_hash
    assert (extract_parameters(old).time_cost, extract_parameters(new).time_cost) == (1, 2)
    shop.enter()
    assert shop.rows(StaffMember)[0].password_hash == new


def test_a_flood_of_sign_ins_is_turned_away_instead_of_filling_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.staff.passwords._PATIENCE_SECONDS", 0.05)
    release, entered = threading.Event(), threading.Barrier(3)

    class Slow(CountingHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            entered.wait(10)
            return release.wait(10)

    passwords = staff.Passwords(Slow())
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(passwords.verify, "kept", GOOD) for _ in range(2)]
        entered.wait(10)
        with pytest.raises(Unavailable, match="try again in a minute"):
            passwords.verify("kept", GOOD)
        release.set()
        assert all(one.result() for one in running)


# Signing in


def test_an_invited_person_chooses_a_password_and_signs_in(shop: StaffShop) -> None:
    person, link = shop.invite(" Mia@Shop.example ")
    assert (person.email, person.state) == ("mia@shop.example", "invited")
    assert shop.choose(link).state == "active"
    token = shop.enter("MIA@shop.example ")
    assert shop.who(token) == "mia@shop.example"
    assert shop.rows(StaffMember)[0].signed_in_at is not None


def test_nothing_that_opens_a_door_is_kept(shop: StaffShop) -> None:
    _, link = shop.invite("mia@shop.example")
    shop.choose(link)
    token = shop.enter()
    kept = [vars(row) for table in (StaffMember, StaffSession, StaffLink, AuditEntry) for row in shop.rows(table)]
    for secret in (link, token, GOOD):
        assert secret not in str(kept)


@pytest.mark.parametrize("case", ["unknown", "invited", "disabled", "wrong password", "null characters"])
def test_nothing_tells_whether_there_is_an_account(case: str, shop: StaffShop, hasher: CountingHasher) -> None:
    email, password = "mia@shop.example", GOOD
    if case == "invited":
        shop.invite(email)
    elif case == "disabled":
        shop.member(role="admin")
        shop.do(staff.disable, "command", shop.member(email := "leo@shop.example").id)
    elif case == "wrong password":
        shop.member()
        password = BETTER
    elif case == "null characters":
        email = "mia\0@shop.example"
    hasher.verified.clear()
    with pytest.raises(Refused) as refusal:
        shop.enter(email, password)
    assert str(refusal.value) == "E-mail and password do not match. Check both and try again."
    [verified] = hasher.verified  # the same work in every case
    assert extract_parameters(verified) == extract_parameters(hasher.hash("x"))


def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait(shop: StaffShop, hasher: CountingHasher) -> None:
    shop.member()
    _guess(shop, 10)
    hasher.verified.clear()
    with pytest.raises(staff.SignInBlocked, match="Try again in 15 minutes") as blocked:
        shop.enter()
    assert 890 < blocked.value.wait_seconds <= 900
    assert not hasher.verified
    shop.set(SignInTry, at=ago(minutes=14))
    with pytest.raises(staff.SignInBlocked, match="in 1 minute\\.") as blocked:
        shop.enter()
    assert len(shop.rows(SignInTry)) == 10  # to go on trying does not make the wait longer
    shop.set(SignInTry, at=ago(minutes=15, seconds=1))
    assert shop.who(shop.enter())


def test_an_account_that_does_not_exist_is_blocked_alike(shop: StaffShop) -> None:
    _guess(shop, 10, "nobody@shop.example")
    with pytest.raises(staff.SignInBlocked, match="Try again in 15 minutes"):
        shop.enter("nobody@shop.example")
    with pytest.raises(staff.SignInBlocked):
        shop.enter("Nobody\0@shop.example ")  # another spelling is no new account


def test_the_right_password_starts_the_count_anew(shop: StaffShop) -> None:
    shop.member()
    for _ in range(3):
        _guess(shop, 9)
        shop.enter()
    assert shop.rows(SignInTry) == []


def test_one_address_that_tries_many_accounts_is_blocked_and_others_are_not(shop: StaffShop) -> None:
    shop.member()
    for number in range(50):
        _guess(shop, 1, f"person{number}@shop.example")
    with pytest.raises(staff.SignInBlocked):
        shop.enter()
    assert shop.who(shop.enter(browser=staff.Browser("", "192.0.2.2")))


def test_of_many_guesses_at_once_no_more_than_the_limit_are_looked_at(shop: StaffShop, hasher: CountingHasher) -> None:
    shop.member()
    hasher.verified.clear()

    def guess(number: int) -> bool:
        try:
            shop.enter(password=f"guess {number}")
        except staff.SignInBlocked:
            return False
        except Refused:
            return True
        raise AssertionError("it let a wrong password in")

    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(pool.map(guess, range(24)))
    assert looked_at == len(hasher.verified) <= 10


def _guess(shop: StaffShop, times: int, email: str = "mia@shop.example") -> None:
    for _ in range(times):
        with pytest.raises(Refused, match="do not match"):
            shop.enter(email, "not the password")


@pytest.mark.parametrize("change", [{"password_hash": "another"}, {"disabled_at": now()}], ids=["password", "disabled"])
def test_what_changes_while_the_password_is_checked_counts(change: dict[str, Any], shop: StaffShop) -> None:
    shop.member()

    class Interrupted(CountingHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            right = super().verify(hash, password)
            shop.set(StaffMember, **change)
            return right

    shop.passwords = staff.Passwords(Interrupted())
    with pytest.raises(Refused, match="do not match"):
        shop.enter()
    assert shop.rows(StaffSession) == []


# Sessions


def test_a_session_ends_when_it_is_idle_and_after_hours_however_busy(shop: StaffShop) -> None:
    shop.member()
    token = shop.enter()
    shop.set(StaffSession, seen_at=ago(minutes=119))
    assert shop.who(token)
    shop.set(StaffSession, seen_at=ago(minutes=121))
    assert shop.who(token) is None
    shop.set(StaffSession, seen_at=now(), expires_at=ago(seconds=1))
    assert shop.who(token) is None
    assert shop.rows(StaffSession)[0].created_at + timedelta(hours=12) > now()
    shop.enter()
    assert len(shop.rows(StaffSession)) == 1  # the expired row is swept away


def test_a_click_is_noted_once_a_minute(shop: StaffShop) -> None:
    shop.member()
    token = shop.enter()

    def is_seen() -> bool:
        with shop.database.read() as unit:
            found = staff.find_session(unit.session, token, shop.settings)
        assert found is not None
        return found.is_seen

    assert is_seen()
    shop.set(StaffSession, seen_at=ago(minutes=2))
    assert not is_seen()
    shop.do(staff.note_seen, shop.rows(StaffSession)[0].id)
    assert is_seen()


def test_a_session_of_a_disabled_account_opens_nothing(shop: StaffShop) -> None:
    shop.member()
    token = shop.enter()
    shop.set(StaffMember, disabled_at=now())
    assert shop.who(token) is None


@pytest.mark.parametrize("token", ["", "forged", "' OR 1=1 --", "x" * 5000])
def test_a_forged_token_opens_nothing(token: str, shop: StaffShop) -> None:
    shop.member()
    shop.enter()
    assert shop.who(token) is None


def test_who_signs_out_is_out_and_the_old_token_stays_dead(shop: StaffShop) -> None:
    person = shop.member()
    token, other = shop.enter(), shop.enter()
    shop.do(staff.sign_out, person, shop.rows(StaffSession)[0].id)
    assert (shop.who(token), shop.who(other)) == (None, "mia@shop.example")


def test_sessions_are_ended_one_by_one_or_all_but_this(shop: StaffShop) -> None:
    person, stranger = shop.member(), shop.member("leo@shop.example")
    tokens = [shop.enter() for _ in range(4)]
    ids = [row.id for row in shop.rows(StaffSession)]
    with pytest.raises(NotFound):
        shop.do(staff.end_session, stranger.id, ids[0])
    shop.do(staff.end_session, person.id, ids[0])
    assert shop.do(staff.end_sessions, person.id, ids[3]) == 2
    assert [shop.who(token) is not None for token in tokens] == [False, False, False, True]
    with shop.database.read() as unit:
        [left] = staff.list_sessions(unit.session, person.id, shop.settings)
    assert (left.browser, left.address) == (DESK.name, DESK.address)


def test_a_new_password_signs_everybody_else_out(shop: StaffShop) -> None:
    person = shop.member()
    old = shop.enter()
    with pytest.raises(BadInput, match="needs 12"):
        _change(shop, person, GOOD, "short")
    with pytest.raises(Refused, match="not the one you typed"):
        _change(shop, person, BETTER, BETTER)
    assert shop.who(old)
    token = _change(shop, person, GOOD, BETTER)
    assert (shop.who(old), shop.who(token)) == (None, person.email)
    with pytest.raises(Refused):
        shop.enter(password=GOOD)
    assert shop.who(shop.enter(password=BETTER))


def test_the_present_password_cannot_be_guessed_there_either(shop: StaffShop) -> None:
    person = shop.member()
    for _ in range(10):
        with pytest.raises(Refused, match="not the one you typed"):
            _change(shop, person, "not the password", BETTER)
    with pytest.raises(staff.SignInBlocked):
        _change(shop, person, GOOD, BETTER)


def _change(shop: StaffShop, person: staff.Person, old: str, new: str) -> str:
    return staff.change_password(shop.database, shop.passwords, shop.settings, person, (old, new), DESK)


# Links


def test_a_link_works_once(shop: StaffShop) -> None:
    _, link = shop.invite("mia@shop.example")
    with pytest.raises(BadInput):
        shop.choose(link, "short")  # which uses nothing up
    shop.choose(link)
    with pytest.raises(Refused, match="used already"):
        shop.choose(link, BETTER)


@pytest.mark.parametrize("why", ["expired", "replaced", "disabled", "forged", "other purpose"])
def test_a_dead_link_sets_no_password(why: str, shop: StaffShop) -> None:
    shop.member("ada@shop.example", "admin")
    person, link = shop.invite("mia@shop.example")
    if why == "expired":
        shop.set(StaffLink, expires_at=ago(seconds=1))
    elif why == "replaced":
        shop.do(staff.reset, "command", person.id, shop.settings)
    elif why == "disabled":
        shop.do(staff.disable, "command", person.id)
    elif why == "forged":
        link = "forged"
    else:
        shop.set(StaffLink, purpose="first_admin")
    with pytest.raises(Refused, match="Ask for a new one"):
        shop.choose(link)
    assert all(row.password_hash is None for row in shop.rows(StaffMember) if row.id == person.id)


def test_of_two_who_use_a_link_at_once_one_gets_in(shop: StaffShop) -> None:
    _, link = shop.invite("mia@shop.example")
    together = threading.Barrier(2)

    class Together(CountingHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            together.wait(20)  # both have looked at the link, and it was good
            return super().hash(password, salt=salt)

    shop.passwords = staff.Passwords(Together())

    def choose(password: str) -> bool:
        try:
            shop.choose(link, password)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(choose, (GOOD, BETTER))) == [False, True]


def test_a_new_link_lets_the_old_password_work_until_it_is_used(shop: StaffShop) -> None:
    person = shop.member()
    _guess(shop, 10)
    link = shop.do(staff.reset, "command", person.id, shop.settings)
    token = shop.enter()  # whoever locked themselves out is helped, too
    shop.choose(link, BETTER)
    assert shop.who(token) is None
    assert shop.who(shop.enter(password=BETTER))
