"""Accounts of staff: the first admin, invitations, roles, the last admin, the audit log, the commands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from shop import staff
from shop.__main__ import app
from shop.audit import latest, write_audit
from shop.clock import now
from shop.errors import AisleError, BadInput, Conflict, NotFound, NotReady, Refused
from shop.settings import Settings
from shop.tables import AuditEntry, StaffLink, StaffMember
from shop.unit_of_work import Database
from tests.shop.staff_shop import BETTER, GOOD, CountingHasher, StaffShop, ago


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def shop(database: Database, hasher: CountingHasher) -> StaffShop:
    url = database.engine.url.render_as_string(hide_password=False)
    return StaffShop(database, hasher, Settings(database_url=url, public_url="https://aisle.example/"))


# The first admin


def _first(shop: StaffShop, link: str, email: str = "ada@shop.example", password: str = GOOD) -> staff.Person:
    fields = (email, "Ada Stone", password)
    return staff.create_first_admin(shop.database, shop.passwords, shop.settings, link.split("=")[1], fields)


def test_the_first_admin_comes_by_a_link_and_then_there_is_none_any_more(shop: StaffShop) -> None:
    assert shop.do(staff.first_admin_link, shop.settings).startswith("https://aisle.example/staff/first-admin?link=")
    link = shop.do(staff.first_admin_link, shop.settings)
    with pytest.raises(BadInput, match="not an e-mail address"):
        _first(shop, link, email="ada")
    with pytest.raises(BadInput, match="common password"):
        _first(shop, link, password="password1234")
    admin = _first(shop, link)
    assert (admin.role, admin.state) == ("admin", "active")
    assert shop.who(shop.enter("ada@shop.example"))
    assert shop.do(staff.first_admin_link, shop.settings) is None
    with pytest.raises(Refused):
        _first(shop, link, email="eve@shop.example")


def test_only_the_newest_link_makes_the_first_admin_and_not_for_long(shop: StaffShop) -> None:
    old, new = (shop.do(staff.first_admin_link, shop.settings) for _ in range(2))
    with pytest.raises(Refused):
        _first(shop, old)
    shop.set(StaffLink, expires_at=ago(seconds=1))
    with pytest.raises(Refused):
        _first(shop, new)
    assert shop.rows(StaffMember) == []


def test_a_link_that_waits_is_void_once_an_admin_came_another_way(shop: StaffShop) -> None:
    link = shop.do(staff.first_admin_link, shop.settings)
    shop.member("ada@shop.example", "admin")
    with pytest.raises(Refused):
        _first(shop, link, email="eve@shop.example")


def test_an_admin_who_was_only_invited_is_none_yet(shop: StaffShop) -> None:
    shop.invite("ada@shop.example", "admin")
    assert shop.do(staff.first_admin_link, shop.settings)


# Accounts


@pytest.mark.parametrize("email", ["", "mia", "mia@", "@shop.example", "mia@shop", "a b@shop.example", "m@x.y\x07z"])
def test_what_is_no_address_makes_no_account(email: str, shop: StaffShop) -> None:
    with pytest.raises(BadInput, match=r"not an e-mail address; one looks like mia@example\.com"):
        shop.invite(email)


def test_bad_fields_are_named(shop: StaffShop) -> None:
    shop.invite("mia@shop.example")
    with pytest.raises(Conflict, match=r"mia@shop\.example has an account already"):
        shop.invite("MIA@shop.example")
    with pytest.raises(BadInput, match="There is no role 'boss'; choose one of viewer, lead"):
        shop.invite("leo@shop.example", "boss")
    for name in (" ", "x" * 121, "M\x07ia"):
        with pytest.raises(BadInput, match="name"):
            shop.do(staff.add_member, "command", "leo@shop.example", name, "lead", shop.settings)


def test_a_disabled_account_is_out_at_once_and_may_come_back(shop: StaffShop) -> None:
    shop.member("ada@shop.example", "admin")
    person = shop.member()
    token = shop.enter()
    shop.do(staff.disable, "command", person.id)
    assert shop.who(token) is None
    with pytest.raises(Refused, match="disabled; enable the account first"):
        shop.do(staff.reset, "command", person.id, shop.settings)
    shop.do(staff.enable, "command", person.id)
    assert shop.who(token) is None
    assert shop.who(shop.enter())


def test_a_role_counts_from_the_next_click_on(shop: StaffShop) -> None:
    person = shop.member(role="viewer")
    token = shop.enter()
    shop.do(staff.change_role, "command", person.id, "trainer")
    with shop.database.read() as unit:
        found = staff.find_session(unit.session, token, shop.settings)
    assert found is not None
    assert (found.person.may("trainer"), found.person.may("lead", "viewer"), found.person.may()) == (True, False, True)


def test_an_admin_may_what_all_others_may(shop: StaffShop) -> None:
    admin = shop.member("ada@shop.example", "admin")
    assert all(admin.may(role) for role in staff.ROLES)


@pytest.mark.parametrize(
    "change", [lambda s, i: staff.disable(s, "x", i), lambda s, i: staff.change_role(s, "x", i, "lead")]
)
def test_the_last_admin_stays(change: Any, shop: StaffShop) -> None:
    admin = shop.member("ada@shop.example", "admin")
    shop.invite("leo@shop.example", "admin")  # has not come yet, and may never
    with pytest.raises(Refused, match="Mia Alder is the last admin"):
        shop.do(change, admin.id)
    other = shop.member("eve@shop.example", "admin")
    shop.do(change, admin.id)
    with pytest.raises(Refused):
        shop.do(change, other.id)


def test_of_two_who_add_the_same_person_at_once_one_is_told(shop: StaffShop) -> None:
    def invite(_: int) -> bool:
        try:
            shop.invite("mia@shop.example")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(invite, range(4))) == [False, False, False, True]


def test_two_admins_cannot_disable_each_other_at_once(shop: StaffShop) -> None:
    admins = [shop.member(f"{name}@shop.example", "admin").id for name in ("ada", "eve")]

    def disable(staff_id: int) -> bool:
        try:
            shop.do(staff.disable, "command", staff_id)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disable, admins)) == [False, True]


def test_nobody_of_that_number(shop: StaffShop) -> None:
    for change in (staff.disable, staff.enable):
        with pytest.raises(NotFound, match="no account number 7"):
            shop.do(change, "command", 7)
    with shop.database.read() as unit, pytest.raises(NotFound, match="no account number 7"):
        staff.get_member(unit.session, 7)


# The audit log


def test_what_is_done_to_accounts_is_in_the_audit_log(shop: StaffShop) -> None:
    admin = shop.member("ada@shop.example", "admin")
    person, _ = shop.invite("mia@shop.example")
    shop.do(staff.change_role, admin.actor, person.id, "trainer")
    shop.do(staff.disable, admin.actor, person.id)
    with shop.database.read() as unit:
        rows = latest(unit.session, 3)
    assert [(row.actor, row.action, row.subject) for row in rows] == [
        (admin.actor, "staff_disabled", person.actor),
        (admin.actor, "staff_role_changed", person.actor),
        ("command", "staff_added", person.actor),
    ]
    assert rows[1].detail == {"before": {"role": "lead"}, "after": {"role": "trainer"}}


def test_only_what_differs_is_kept_and_only_in_short(database: Database) -> None:
    before = {"title": "Returns", "body": "a" * 5000, "until": None, "slug": "returns"}
    after = {"title": "Returns", "body": "b" * 6000, "until": now().date(), "stars": 5}
    with database.work() as unit:
        write_audit(unit.session, "staff:1", "article_changed", "article:7", before, after)
        unit.commit()
    with database.read() as unit:
        detail = latest(unit.session, 1)[0].detail
    assert detail["before"] == {"body": "a" * 200 + "… (5,000 characters)", "until": None, "slug": "returns"}
    assert detail["after"] == {
        "body": "b" * 200 + "… (6,000 characters)",
        "until": now().date().isoformat(),
        "stars": 5,
    }


def test_what_is_not_committed_is_not_in_the_audit_log_either(database: Database) -> None:
    with database.work() as unit:
        write_audit(unit.session, "staff:1", "article_changed", "article:7")
    with database.read() as unit:
        assert latest(unit.session, 1) == []


def test_the_log_is_read_in_pages(database: Database) -> None:
    with database.work() as unit:
        for number in range(5):
            write_audit(unit.session, "system", f"act_{number}", "x:1")
            unit.session.flush()
        unit.commit()
    with database.read() as unit:
        newest = latest(unit.session, 2)
        older = latest(unit.session, 2, newest[-1].id)
    assert [row.action for row in newest + older] == ["act_4", "act_3", "act_2", "act_1"]


# The commands


@pytest.fixture
def run(shop: StaffShop, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("shop.staff.commands.get_settings", lambda: shop.settings)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["staff", *arguments])

    return invoke


def test_an_account_is_made_and_listed_from_the_terminal(run: Any, shop: StaffShop) -> None:
    assert "Nobody yet" in run("list").output
    made = run("add", "mia@shop.example", "--name", "Mia Alder", "--role", "agent")
    assert made.exit_code == 0
    assert "Mia Alder is an agent now." in made.output
    link = made.output.split("https://aisle.example/staff/password?link=")[1].strip()
    shop.choose(link)
    listed = run("list").output
    for words in ("mia@shop.example", "Mia Alder", "agent", "active", "never"):
        assert words in listed


def test_people_are_helped_and_closed_out_from_the_terminal(run: Any, shop: StaffShop) -> None:
    shop.member("ada@shop.example", "admin")
    shop.member()
    link = run("reset", "mia@shop.example").output.split("link=")[1].strip()
    shop.choose(link, BETTER)
    token = shop.enter(password=BETTER)
    assert "disabled and signed out" in run("disable", "mia@shop.example").output
    assert shop.who(token) is None
    assert "may sign in again" in run("enable", "mia@shop.example").output
    assert "is a trainer now" in run("role", "mia@shop.example", "trainer").output
    assert shop.rows(StaffMember)[1].role == "trainer"
    assert {row.actor for row in shop.rows(AuditEntry)} == {"command", "staff:1", "staff:2"}


@pytest.mark.parametrize(
    ("command", "kind", "complaint"),
    [
        (("add", "mia", "--name", "Mia"), BadInput, "'mia' is not an e-mail address"),
        (("add", "eve@x.org", "--name", "Eve", "--role", "boss"), BadInput, "no role 'boss'"),
        (("add", "ada@shop.example", "--name", "Ada"), Conflict, "has an account already"),
        (("reset", "eve@x.org"), NotFound, "Nobody here has the e-mail 'eve@x.org'"),
        (("disable", "ada@shop.example"), Refused, "is the last admin"),
        (("role", "ada@shop.example", "viewer"), Refused, "is the last admin"),
        (("first-admin",), Refused, "There is an admin already"),
    ],
)
def test_a_command_that_cannot_be_says_why(
    command: tuple[str, ...], kind: type[AisleError], complaint: str, run: Any, shop: StaffShop
) -> None:
    shop.member("ada@shop.example", "admin")
    before = len(shop.rows(StaffMember))
    error = run(*command).exception
    assert isinstance(error, kind)
    assert complaint in str(error)
    assert len(shop.rows(StaffMember)) == before


def test_a_database_without_tables_is_told_what_to_do(run: Any, shop: StaffShop, tmp_path: Path) -> None:
    shop.settings = shop.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'new.db'}"})
    error = run("list").exception
    assert isinstance(error, NotReady)
    assert "python -m shop migrate" in str(error)


def test_the_first_admins_link_is_printed_on_demand(run: Any, shop: StaffShop) -> None:
    link = run("first-admin").output.strip()
    assert _first(shop, link).role == "admin"


def test_demo_accounts_come_only_when_asked_for_with_a_password_made_then(run: Any, shop: StaffShop) -> None:
    shop.passwords = staff.Passwords()
    passwords = []
    for _ in range(2):
        output = run("demo").output
        passwords.append(output.split("Password of them all: ")[1].split()[0])
        assert shop.who(shop.enter("lead@demo.example", passwords[-1])) == "lead@demo.example"
    assert passwords[0] != passwords[1]
    assert [row.role for row in shop.rows(StaffMember)] == list(staff.ROLES)
    with pytest.raises(Refused):
        shop.enter("admin@demo.example", passwords[0])


def test_a_shop_of_ones_own_gets_no_demo_accounts(run: Any, shop: StaffShop) -> None:
    shop.settings = shop.settings.model_copy(update={"demo": False})
    assert "no demo shop" in str(run("demo").exception)
    assert shop.rows(StaffMember) == []
