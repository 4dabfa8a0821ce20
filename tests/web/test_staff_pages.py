"""The pages inside: first admin, invitations, account, people, log, and the frame for other rooms."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, Request, Response

from shop import staff
from shop.audit import latest, write_audit
from shop.errors import AisleError, BadInput, Conflict, NotFound, NotReady
from shop.settings import Settings
from shop.tables import StaffLink, StaffMember
from shop.unit_of_work import Database
from tests.web.insiders import PASSWORD, Browser, cheap_passwords, make_member
from tests.web.served import served
from web.app import create_app
from web.serve import print_way_inside
from web.staff.browsers import browser_in_words
from web.staff.door import Insider
from web.staff.guards import require_role
from web.staff.pages import Pages, Room, add_room

ADA, MIA = "ada@shop.example", "mia@shop.example"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.staff.door.Passwords", cheap_passwords)


@pytest.fixture
def browser(address: str) -> Browser:
    return Browser(address)


@pytest.fixture
def ada(browser: Browser, database: Database, settings: Settings) -> Browser:
    make_member(database, settings, ADA, "admin")
    make_member(database, settings, MIA, "lead")
    browser.sign_in(ADA)
    return browser


def member(database: Database, staff_id: int) -> StaffMember:
    with database.read() as unit:
        return unit.session.get(StaffMember, staff_id)


# First steps


def first_link(database: Database, settings: Settings) -> str:
    with database.work() as unit:
        link = staff.first_admin_link(unit.session, settings)
        unit.commit()
    assert link
    return "/staff/first-admin" + link.split("/staff/first-admin")[1]


def test_the_first_admin_is_made_by_the_printed_link_once(
    browser: Browser, database: Database, settings: Settings
) -> None:
    assert "Nobody can sign in yet" in browser.get("/staff/sign-in").text
    link = first_link(database, settings)
    fields = {"name": "Ada Stone", "email": ADA}
    page = browser.send(link, "/staff/first-admin", **fields, password="password1234")
    assert page.status_code == 422
    assert "This is a very common password" in page.text
    assert 'value="Ada Stone"' in page.text
    assert browser.send(link, "/staff/first-admin", **fields, password=PASSWORD).status_code == 303
    home = browser.get("/staff")
    assert "Hello, Ada Stone" in home.text
    assert "Nobody can sign in yet" not in Browser(str(home.url.join("/"))).get("/staff/sign-in").text
    dead = browser.http.get(link)
    assert dead.status_code == 403
    assert "used already" in dead.text


def test_make_run_prints_the_link_while_there_is_no_admin(
    browser: Browser, database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    print_way_inside(settings)
    printed = capsys.readouterr().err
    link = re.search(r"^http://127\.0\.0\.1:8080(/staff/first-admin\?link=[\w-]{43})$", printed, re.MULTILINE)
    assert link
    assert "Nobody can sign in yet" in printed
    assert browser.http.get(link[1]).status_code == 200
    make_member(database, settings, ADA, "admin")
    print_way_inside(settings)
    assert capsys.readouterr().err.strip() == "Inside pages: http://127.0.0.1:8080/staff"
    assert browser.http.get(link[1]).status_code == 403


def test_whoever_has_no_link_makes_no_admin(browser: Browser, database: Database, settings: Settings) -> None:
    first_link(database, settings)
    for link in ("", "forged"):
        assert browser.http.get("/staff/first-admin", params={"link": link}).status_code == 403
        fields = {"link": link, "name": "Eve", "email": "eve@shop.example", "password": PASSWORD}
        assert browser.http.post("/staff/first-admin", data=fields).status_code == 403
    with database.read() as unit:
        assert unit.session.query(StaffMember).count() == 0


def test_an_invited_person_comes_in_by_the_link_of_the_page(ada: Browser, address: str, database: Database) -> None:
    fields = {"name": "Wei 王", "email": "wei@shop.example", "role": "agent"}
    page = ada.send("/staff/people", "/staff/people", **fields)
    assert page.status_code == 201
    found = re.search(r'value="http://127\.0\.0\.1:8080(/staff/password\?link=[\w-]+)"', page.text)
    assert found
    assert found[1] not in ada.get("/staff/people").text  # shown this once
    wei = Browser(address)
    assert "You join as <strong>agent</strong>" in wei.get(found[1]).text
    refused = wei.send(found[1], "/staff/password", password="wei@shop.example")
    assert refused.status_code == 422
    stale = wei.send(found[1], "/staff/password", password=PASSWORD, csrf_token="old")
    assert (stale.status_code, "open for too long" in stale.text) == (403, True)
    assert wei.send(found[1], "/staff/password", password=PASSWORD).headers["Location"] == "/staff"
    home = wei.get("/staff").text
    assert "Hello, Wei 王" in home
    assert "There is nothing here for your role yet." in home
    assert wei.http.get(found[1]).status_code == 403
    with database.read() as unit:
        assert unit.session.query(StaffLink).filter(StaffLink.used_at.is_(None)).count() == 0


# People and log


def test_only_admins_see_people_and_log(ada: Browser, address: str) -> None:
    mia = Browser(address)
    mia.sign_in(MIA)
    assert 'href="/staff/people"' in ada.get("/staff").text
    assert 'href="/staff/people"' not in mia.get("/staff").text
    for path in ("/staff/people", "/staff/log"):
        assert ada.get(path).status_code == 200
        page = mia.get(path)
        assert page.status_code == 403
        assert "This needs the role admin." in page.text
        assert mia.http.get(path, headers={"Accept": "application/json"}).json()["error"] == "other_role_needed"
    token = mia.http.get("/staff/session").json()["csrf_token"]
    answer = mia.http.post("/staff/people/2/role", data={"role": "admin", "csrf_token": token})
    assert answer.status_code == 403


def test_an_admin_changes_roles_disables_and_enables(ada: Browser, address: str, database: Database) -> None:
    mia = Browser(address)
    mia.sign_in(MIA)
    assert (
        ada.send("/staff/people", "/staff/people/2/role", role="agent").headers["Location"] == "/staff/people?done=role"
    )
    assert mia.http.get("/staff/session").json()["role"] == "agent"
    assert "The role is changed" in ada.get("/staff/people?done=role").text
    ada.send("/staff/people", "/staff/people/2/disable")
    assert mia.http.get("/staff/session").status_code == 303
    assert "disabled" in ada.get("/staff/people").text
    ada.send("/staff/people", "/staff/people/2/enable")
    assert mia.sign_in(MIA).status_code == 303
    page = ada.send("/staff/people", "/staff/people/2/link")
    assert "A link for Mia" in page.text


@pytest.mark.parametrize(
    ("action", "fields", "status", "complaint"),
    [
        ("", {"email": "x", "name": "X", "role": "lead"}, 422, "'x' is not an e-mail address"),
        ("", {"email": MIA, "name": "X", "role": "lead"}, 422, "has an account already"),
        ("", {"email": "x@y.zz", "name": "X", "role": "boss"}, 422, "There is no role 'boss'"),
        ("/2/role", {"role": "boss"}, 409, "There is no role 'boss'"),
        ("/1/disable", {}, 409, "Ada is the last admin"),
        ("/1/role", {"role": "lead"}, 409, "Ada is the last admin"),
        ("/99/disable", {}, 409, "There is no account number 99"),
        ("/99/link", {}, 409, "There is no account number 99"),
    ],
)
def test_what_cannot_be_is_said_on_the_page(
    action: str, fields: dict[str, str], status: int, complaint: str, ada: Browser, database: Database
) -> None:
    token = ada.http.get("/staff/session").json()["csrf_token"]
    page = ada.http.post(f"/staff/people{action}", data={**fields, "csrf_token": token})
    assert page.status_code == status
    assert complaint in html.unescape(page.text)
    assert [(member(database, n).role, member(database, n).disabled_at) for n in (1, 2)] == [
        ("admin", None),
        ("lead", None),
    ]


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_a_number_that_is_none_is_refused(number: str, ada: Browser) -> None:
    token = ada.http.get("/staff/session").json()["csrf_token"]
    answer = ada.http.post(f"/staff/people/{number}/disable", data={"csrf_token": token})
    assert answer.status_code == 422


def test_names_are_shown_as_text(ada: Browser, database: Database) -> None:
    ada.send("/staff/people", "/staff/people", name=HOSTILE, email="eve@shop.example", role="viewer")
    with database.work() as unit:
        write_audit(unit.session, "staff:1", HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, {HOSTILE: None})
        unit.commit()
    for path in ("/staff/people", "/staff/log"):
        page = ada.get(path).text
        assert HOSTILE not in page
        assert html.escape(HOSTILE, quote=False) in page


def test_the_log_tells_who_did_what_and_is_read_in_pages(ada: Browser, database: Database) -> None:
    ada.send("/staff/people", "/staff/people/2/role", role="agent")
    page = ada.get("/staff/log").text
    assert "staff role changed" in page
    assert "<del>lead</del> → agent" in page
    assert ">Older<" not in page
    with database.work() as unit:
        for number in range(60):
            write_audit(unit.session, "conversation:abc", "order_cancelled", f"order:{number}", after={"n": number})
        unit.commit()
    page = ada.get("/staff/log").text
    older = re.search(r'href="(/staff/log\?before=\d+)">Older', page)
    assert older
    assert "staff role changed" not in page
    assert "staff role changed" in ada.get(older[1]).text


# My account


def test_a_new_password_keeps_me_in_and_throws_others_out(ada: Browser, address: str) -> None:
    other = Browser(address)
    other.sign_in(ADA)
    old_cookie = ada.cookie
    new = "seven otters paint"

    def change(old_password: str, new_password: str) -> httpx.Response:
        fields = {"old_password": old_password, "new_password": new_password}
        return ada.send("/staff/account", "/staff/account/password", **fields)

    page = change("wrong", new)
    assert page.status_code == 403
    assert "not the one you typed" in page.text
    page = change(PASSWORD, "short")
    assert page.status_code == 422
    done = change(PASSWORD, new)
    assert done.headers["Location"] == "/staff/account?done=password"
    assert ada.get("/staff/account").status_code == 200
    assert ada.cookie != old_cookie
    for dead in (other.cookie, old_cookie):
        assert httpx.get(f"{address}/staff/session", cookies={"aisle_staff": dead}).status_code == 401
    assert Browser(address).sign_in(ADA, new).status_code == 303


def test_sessions_are_listed_and_ended(ada: Browser, address: str, database: Database) -> None:
    phone, pad = (Browser(address, **{"User-Agent": agent}) for agent in ("X iPhone Safari", "X iPad Safari"))
    for other in (phone, pad):
        other.sign_in(ADA)
    page = ada.get("/staff/account").text
    for words in ("Firefox on Linux", "this browser", "Safari on iPhone", "Safari on iPad", "127.0.0.1"):
        assert words in page
    first = re.findall(r"/staff/account/sessions/(\d+)/end", page)[-1]  # the least recently used comes last
    assert ada.send("/staff/account", f"/staff/account/sessions/{first}/end").status_code == 303
    assert [other.http.get("/staff/session").status_code for other in (phone, pad)] == [303, 200]
    ada.send("/staff/account", "/staff/account/sessions/end-others")
    assert pad.http.get("/staff/session").status_code == 303
    page = ada.get("/staff/account").text
    assert "Sign out everywhere else" not in page
    with database.read() as unit:
        actions = [row.action for row in latest(unit.session, 2)]
    assert actions == ["staff_sessions_ended", "staff_session_ended"]


def test_nobody_ends_the_session_of_another(ada: Browser, address: str) -> None:
    mia = Browser(address)
    mia.sign_in(MIA)
    token = mia.http.get("/staff/session").json()["csrf_token"]
    answer = mia.http.post("/staff/account/sessions/1/end", data={"csrf_token": token})
    assert answer.status_code == 404
    assert ada.get("/staff/account").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) AppleWebKit/605.1 Version/18 Safari/605.1", "Safari on Mac"),
        ("curl/8.1", "Some program"),
    ],
)
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words


# The frame, as another room uses it


@pytest.fixture
def room(tmp_path: Path, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The application with one more room."""
    app = create_app(settings)
    add_room(app, Room("Garden", "/garden", ("lead", "viewer"), "Where things grow."))
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "garden.html").write_text(
        '{% extends "staff/frame.html" %}{% block title %}Garden{% endblock %}'
        "{% block actions %}<button>Sow</button>{% endblock %}"
        "{% block content %}{{ plants | length }} plants of {{ person.name }}{% endblock %}"
    )
    pages = Pages(templates, {"sown": "It is sown."})

    @app.get("/garden")
    def garden(request: Request, gardener: Annotated[Insider, Depends(require_role("lead", "viewer"))]) -> Response:
        return pages.render(request, "garden.html", plants=["rose", "oak"])

    @app.put("/garden/{plant}")
    def sow(plant: str, gardener: Annotated[Insider, Depends(require_role("lead"))]) -> dict[str, str]:
        if plant in _TROUBLE:
            raise _TROUBLE[plant]
        return {"sown": plant, "by": gardener.person.actor}

    for role in staff.ROLES:
        make_member(database, settings, f"{role}@shop.example", role)
    monkeypatch.setattr("tests.web.served.create_app", lambda settings: app)
    with served(settings) as address:
        yield Browser(address)


_TROUBLE: dict[str, AisleError] = {
    "weed": BadInput("No weeds."),
    "oak": Conflict("There is one."),
    "yeti": NotFound("No such thing."),
    "frost": NotReady("The garden was never dug."),
}


def enter(room: Browser, role: str) -> dict[str, str]:
    """Sign in; the headers of a script's changes."""
    assert room.sign_in(f"{role}@shop.example").status_code == 303
    token = room.http.get("/staff/session").json()["csrf_token"]
    return {"X-CSRF-Token": token, "Accept": "application/json"}


@pytest.mark.parametrize(
    ("role", "sees", "sows"),
    [("viewer", 200, 403), ("lead", 200, 200), ("trainer", 403, 403), ("agent", 403, 403), ("admin", 200, 200)],
)
def test_a_room_is_for_its_roles(role: str, sees: int, sows: int, room: Browser) -> None:
    assert room.http.get("/garden").headers["Location"] == "/staff/sign-in?next=%2Fgarden"
    headers = enter(room, role)
    assert room.http.get("/garden").status_code == sees
    assert room.http.put("/garden/rose", headers=headers).status_code == sows
    assert ('href="/garden"' in room.http.get("/staff").text) is (sees == 200)


def test_a_rooms_page_stands_in_the_frame(room: Browser) -> None:
    enter(room, "lead")
    page = room.http.get("/garden?done=sown").text
    for words in (
        "<title>Garden · Aisle</title>",
        '<a href="/garden" aria-current="page">Garden</a>',
        "2 plants of Lead",
        "<button>Sow</button>",
        "It is sown.",
        "Sign out",
    ):
        assert words in page
    assert "Where things grow." in room.http.get("/staff").text


@pytest.mark.parametrize(
    ("plant", "status", "error"),
    [
        ("weed", 422, "bad_input"),
        ("oak", 409, "conflict"),
        ("yeti", 404, "not_found"),
        ("frost", 503, "not_ready"),
    ],
)
def test_a_rooms_errors_are_answered_as_a_page_or_as_json(plant: str, status: int, error: str, room: Browser) -> None:
    headers = enter(room, "lead")
    answer = room.http.put(f"/garden/{plant}", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    page = room.http.put(f"/garden/{plant}", headers={**headers, "Accept": "text/html"})
    assert page.status_code == status
    assert answer.json()["message"] in page.text
    assert "Sign out" in page.text  # the frame is around it


def test_a_role_that_does_not_exist_is_noticed_when_the_route_is_written() -> None:
    with pytest.raises(BadInput, match="There is no role 'gardener'"):
        require_role("gardener")
