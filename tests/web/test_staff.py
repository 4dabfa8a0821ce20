"""The door to the inside pages: who gets in, who does not, and what they are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from shop import staff
from shop.clock import now
from shop.settings import Settings
from shop.tables import StaffMember, StaffSession
from shop.unit_of_work import Database
from tests.web.insiders import PASSWORD, Browser, cheap_passwords, make_member
from web.app import create_app

ADA, MIA = "ada@shop.example", "mia@shop.example"


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.staff.door.Passwords", cheap_passwords)


@pytest.fixture
def people(database: Database, settings: Settings) -> dict[str, staff.Person]:
    return {email: make_member(database, settings, email, role) for email, role in ((ADA, "admin"), (MIA, "lead"))}


@pytest.fixture
def browser(address: str, people: dict[str, staff.Person]) -> Browser:
    return Browser(address)


@pytest.fixture
def mia(browser: Browser) -> Browser:
    assert browser.sign_in(MIA).status_code == 303
    return browser


@pytest.fixture
def ada(browser: Browser) -> Browser:
    assert browser.sign_in(ADA).status_code == 303
    return browser


def age(database: Database, **values: Any) -> None:
    with database.work() as unit:
        unit.session.execute(update(StaffSession).values(**values))
        unit.commit()


# Signing in and out


def test_a_stranger_is_led_to_sign_in_and_on_to_where_they_wanted(browser: Browser) -> None:
    answer = browser.http.get("/staff/account?done=ended")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/staff/sign-in?next=%2Fstaff%2Faccount%3Fdone%3Dended",
    )
    entered = browser.sign_in(MIA, page=answer.headers["Location"])
    assert (entered.status_code, entered.headers["Location"]) == (303, "/staff/account?done=ended")
    assert "My account" in browser.get("/staff/account").text
    assert browser.get("/staff/sign-in").url.path == "/staff"  # who is in needs no form


def test_a_script_is_told_in_json(address: str, people: dict[str, staff.Person]) -> None:
    answer = httpx.get(f"{address}/staff/session")
    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in_needed")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    cookie = browser.sign_in(MIA).headers["Set-Cookie"]
    for part in ("aisle_staff=", "HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"):
        assert part in cookie
    assert "Secure" not in cookie  # this server speaks HTTP


def test_behind_https_the_cookies_are_for_this_host_and_https_only(
    address: str, people: dict[str, staff.Person]
) -> None:
    browser = Browser(address, **{"X-Forwarded-Proto": "https"})
    page = browser.http.get("/staff/sign-in")
    visit = re.search(r"__Host-aisle_staff_visit=([^;]+);.*Secure", page.headers["Set-Cookie"])
    token = re.search(r'name="csrf_token" value="(\w+)"', page.text)
    assert visit
    assert token
    form = {"email": MIA, "password": PASSWORD, "csrf_token": token[1]}
    cookies = {"Cookie": f"__Host-aisle_staff_visit={visit[1]}"}
    cookie = browser.http.post("/staff/sign-in", data=form, headers=cookies).headers["Set-Cookie"]
    assert re.match(r"__Host-aisle_staff=[\w-]{43};.*; Secure", cookie)
    assert "Domain" not in cookie


def test_wrong_words_are_answered_alike_for_everybody(browser: Browser) -> None:
    pages = [browser.sign_in(email, "not the password") for email in (MIA, "nobody@shop.example")]
    assert [page.status_code for page in pages] == [401, 401]
    known, unknown = (page.text.replace(MIA, "X").replace("nobody@shop.example", "X") for page in pages)
    assert known == unknown
    assert "E-mail and password do not match." in known
    assert 'value="X"' in known  # what they typed is still there, but for the password
    assert "not the password" not in known


def test_after_too_many_tries_the_page_says_when_to_come_back(browser: Browser, database: Database) -> None:
    for _ in range(10):
        assert browser.sign_in("nobody@shop.example", "guess").status_code == 401
    page = browser.sign_in("nobody@shop.example", "guess")
    assert page.status_code == 429
    assert "Too many tries. Try again in 15 minutes." in page.text
    assert 800 < int(page.headers["Retry-After"]) <= 900
    assert browser.sign_in(MIA).status_code == 303  # another account from here


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "x"]
)
def test_nobody_is_led_to_another_site(target: str, browser: Browser) -> None:
    page = browser.http.get("/staff/sign-in", params={"next": target})
    assert "evil" not in page.text
    answer = browser.send("/staff/sign-in", "/staff/sign-in", email=MIA, password=PASSWORD, next=target)
    assert answer.headers["Location"] == "/staff"


def test_after_sign_out_the_cookie_is_gone_and_a_copy_of_it_is_dead(mia: Browser, address: str) -> None:
    copy = mia.cookie
    answer = mia.send("/staff", "/staff/sign-out")
    assert answer.headers["Location"] == "/staff/sign-in?done=out"
    assert "aisle_staff" not in mia.http.cookies
    assert "You are signed out." in mia.get("/staff/sign-in?done=out").text
    assert httpx.get(f"{address}/staff/session", cookies={"aisle_staff": copy}).status_code == 401


@pytest.mark.parametrize("cookie", ["forged", "x" * 43, "", "é", "null"])
def test_a_forged_cookie_opens_nothing(cookie: str, mia: Browser, address: str) -> None:
    headers = {"Cookie": f"aisle_staff={cookie}".encode()}
    assert httpx.get(f"{address}/staff/session", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "values",
    [{"seen_at": now() - timedelta(minutes=121)}, {"expires_at": now() - timedelta(seconds=1)}],
    ids=["idle", "too old"],
)
def test_an_expired_session_opens_nothing(values: dict[str, Any], mia: Browser, database: Database) -> None:
    age(database, **values)
    assert mia.get("/staff/account").url.path == "/staff/sign-in"


def test_a_click_keeps_the_session_awake(mia: Browser, database: Database) -> None:
    age(database, seen_at=now() - timedelta(minutes=100))
    mia.get("/staff")
    with database.read() as unit:
        assert unit.session.query(StaffSession).one().seen_at > now() - timedelta(minutes=1)


def test_a_form_sent_after_the_session_ended_says_so_and_changes_nothing(ada: Browser, database: Database) -> None:
    page = ada.get("/staff/people")
    token = re.search(r'name="csrf_token" value="(\w+)"', page.text)
    assert token
    age(database, expires_at=now())
    answer = ada.http.post("/staff/people/2/disable", data={"csrf_token": token[1]})
    assert answer.status_code == 401
    assert "You are not signed in any more. Nothing was changed." in answer.text
    with database.read() as unit:
        assert unit.session.get(StaffMember, 2).disabled_at is None


# Forms of other sites


def flat(routes: Iterable[Any]) -> Iterator[Any]:
    """The routes, those of included routers too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        yield from flat(included.routes) if included else (route,)


def changing_routes(settings: Settings) -> list[tuple[str, str]]:
    """Every route of the inside that may change something."""
    found = []
    for route in flat(create_app(settings).routes):
        methods = set(getattr(route, "methods", None) or ()) - {"GET", "HEAD", "OPTIONS"}
        path = getattr(route, "path", "")
        if path.startswith(("/staff", "/editor", "/workbench", "/inbox")):
            found += [(method, re.sub(r"\{[^}]+\}", "1", path)) for method in methods]
    return found


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_no_change_without_the_token_of_our_form(token: str | None, ada: Browser, settings: Settings) -> None:
    routes = changing_routes(settings)
    assert ("POST", "/staff/people/1/role") in routes
    for method, path in routes:
        fields = {} if token is None else {"csrf_token": token}
        answer = ada.http.request(method, path, data=fields)
        assert answer.status_code == 403, (method, path)
        answer = ada.http.request(method, path, json=fields, headers={"Accept": "application/json"})
        assert answer.status_code == 403, (method, path)


def test_the_token_of_another_session_is_none(ada: Browser, address: str) -> None:
    other = Browser(address)
    other.sign_in(MIA)
    token = other.http.get("/staff/session").json()["csrf_token"]
    assert ada.send("/staff", "/staff/sign-out", csrf_token=token).status_code == 403
    assert ada.get("/staff").status_code == 200


def test_a_script_shows_the_token_in_a_header(mia: Browser) -> None:
    told = mia.http.get("/staff/session").json()
    assert (told["name"], told["role"]) == ("Mia", "lead")
    answer = mia.http.post("/staff/sign-out", headers={"X-CSRF-Token": told["csrf_token"]})
    assert answer.status_code == 303


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 303)])
def test_a_browser_that_names_another_site_as_sender_is_refused(site: str, status: int, mia: Browser) -> None:
    token = mia.http.get("/staff/session").json()["csrf_token"]
    headers = {"Sec-Fetch-Site": site}
    assert mia.http.post("/staff/sign-out", data={"csrf_token": token}, headers=headers).status_code == status


def test_a_sign_in_page_left_open_too_long_comes_back_with_what_was_typed(browser: Browser) -> None:
    answer = browser.send("/staff/sign-in", "/staff/sign-in", email=MIA, password=PASSWORD, csrf_token="old")
    assert answer.status_code == 403
    assert "open for too long" in answer.text
    assert f'value="{MIA}"' in answer.text


# What every page carries


def test_no_page_is_kept_framed_or_runs_what_is_written_in_it(ada: Browser) -> None:
    for path in ("/staff", "/staff/account", "/staff/people", "/staff/log", "/staff/sign-in"):
        page = ada.http.get(path)
        if page.status_code == 303:  # signed in already
            ada.http.cookies.clear()
            page = ada.http.get(path)
        assert page.status_code == 200
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page.text), path


def test_the_inside_is_not_in_the_public_api(browser: Browser) -> None:
    assert not [path for path in browser.http.get("/openapi.json").json()["paths"] if path.startswith("/staff")]
