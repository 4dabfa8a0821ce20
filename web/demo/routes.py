"""The demo shop over HTTP: pages, pretended sign-in, the mailbox that stands for e-mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nh3
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.articles import get_article
from shop.conversations import LANGUAGES
from shop.errors import NotFound
from shop.tables import Mail
from web.demo import shelves
from web.demo.illustrations import illustration
from web.demo.texts import TEXTS
from web.demo.visitor import choose_language, demo_people, sign_in, sign_out, visitor_of
from web.gateway.routes import GatewayOf, gateway_of
from web.static_files import RevalidatedFiles

_HERE = Path(__file__).parent
_DAY_SECONDS = 24 * 3600
_MAILS_SHOWN = 50
_MARKDOWN = MarkdownIt("commonmark").enable("table")

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def add_demo(app: FastAPI) -> None:
    """Serve the demo shop."""
    app.include_router(router)
    app.mount("/static/shop", RevalidatedFiles(directory=_HERE / "static"), name="shop")


@router.get("/")
def front(request: Request, gateway: GatewayOf) -> Response:
    """The front page."""
    with gateway.database.read() as unit:
        page = _Page(request, unit.session)
        return page.render("front.html", shelves=shelves.front(unit.session, page.language))


@router.get("/departments/{name}")
def department(request: Request, gateway: GatewayOf, name: str) -> Response:
    """All products of a department."""
    with gateway.database.read() as unit:
        page = _Page(request, unit.session)
        try:
            tiles = shelves.department(unit.session, name, page.language)
        except NotFound:
            return page.render("not_found.html", 404)
        return page.render("department.html", name=name, tiles=tiles)


@router.get("/products/{product_id}")
def product(request: Request, gateway: GatewayOf, product_id: str) -> Response:
    """One product."""
    with gateway.database.read() as unit:
        page = _Page(request, unit.session)
        try:
            number = int(product_id) if product_id.isascii() and product_id.isdigit() and len(product_id) < 10 else 0
            shown = shelves.product_page(unit.session, number, page.language)
        except NotFound:
            return page.render("not_found.html", 404)
        return page.render("product.html", product=shown)


@router.get("/help/{slug}")
def help_article(request: Request, gateway: GatewayOf, slug: str) -> Response:
    """One article of the help centre, whole."""
    with gateway.database.read() as unit:
        page = _Page(request, unit.session)
        try:
            article = get_article(unit.session, slug, page.language)
        except NotFound:
            return page.render("not_found.html", 404)
        body = Markup(nh3.clean(_MARKDOWN.render(article.body)))  # noqa: S704 - cleaned: leads may paste anything
        return page.render("help.html", article=article, body=body)


@router.get("/demo/mailbox")
def mailbox(request: Request, gateway: GatewayOf) -> Response:
    """What the shop would have mailed, the newest first."""
    with gateway.database.read() as unit:
        mails = unit.session.scalars(select(Mail).order_by(Mail.id.desc()).limit(_MAILS_SHOWN)).all()
        return _Page(request, unit.session).render("mailbox.html", mails=mails)


@router.post("/demo/sign-in/{external_id}")
def enter(gateway: GatewayOf, external_id: str, back: str = "/") -> Response:
    """Sign in as one of the demo customers."""
    with gateway.database.read() as unit:
        known = [person.external_id for person in demo_people(unit.session)]
    response = RedirectResponse(_local(back), 303)
    if external_id in known:
        sign_in(response, gateway.tokens, external_id)
    return response


@router.post("/demo/sign-out")
def leave(back: str = "/") -> Response:
    """Sign out."""
    response = RedirectResponse(_local(back), 303)
    sign_out(response)
    return response


@router.get("/demo/language/{language}")
def speak(language: str, back: str = "/") -> Response:
    """Read the shop in another language."""
    response = RedirectResponse(_local(back), 303)
    if language in LANGUAGES:
        choose_language(response, language)
    return response


@router.get("/static/demo/{slug}.svg")
def picture(slug: str, colour: str = "") -> Response:
    """The drawing of a category; a parcel where there is none."""
    headers = {"Cache-Control": f"public, max-age={_DAY_SECONDS}"}
    return Response(illustration(slug, colour), media_type="image/svg+xml", headers=headers)


class _Page:
    """What every page needs."""

    def __init__(self, request: Request, session: Session) -> None:
        gateway = gateway_of(request)
        self._people = demo_people(session)
        self._visitor = visitor_of(request, gateway.tokens, self._people)
        self._here = request.url.path
        self._shop_name = gateway.settings.shop_name
        self.language = self._visitor.language

    def render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page; it holds a token, so nobody may keep it."""
        text = _templates.get_template(template).render(
            t=TEXTS[self.language],
            language=self.language,
            visitor=self._visitor,
            people=self._people,
            here=self._here,
            shop_name=self._shop_name,
            departments=shelves.DEPARTMENTS,
            **values,
        )
        return HTMLResponse(text, status, {"Cache-Control": "no-store"})


def _local(path: str) -> str:
    """A path of this site, whatever was asked for."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
