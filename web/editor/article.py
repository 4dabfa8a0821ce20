"""One article: both its languages, saving, publishing, archiving, and what to do when two people save."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from knowledge.articles import AUDIENCES, draft_of, find_article, latest_revision
from knowledge.editing import StaleSave
from knowledge.history import compare
from knowledge.listing import categories
from knowledge.rendering import preview
from shop.errors import AisleError, BadInput, NotFound
from web.editor.engine import Engine, EngineOf
from web.editor.forms import DraftForm, slug_of
from web.editor.gaps import begun_from, note_drafted
from web.editor.parts import LargeForm, Lead, Reader, show, show_loading
from web.staff.parts import LANGUAGE_NAMES, go_to, language_or, names_of, sentence, status_of

router = APIRouter(prefix="/editor", include_in_schema=False)

Text = Annotated[str, Form()]
_DONE = {"archive": "archived", "withdraw": "withdrawn", "republish": "republished"}


@router.get("/new")
def begin(request: Request, engine: EngineOf, lead: Lead, language: str = "en", gap: int = 0) -> Response:
    """An empty form, or one about questions that had no answer."""
    if gap and not engine.is_ready():
        return show_loading(request)
    language = language_or(language)
    form = begun_from(engine, language, gap) if gap else DraftForm(language=language)
    return _new_page(request, engine, form, gap=gap)


@router.post("/new")
def create(request: Request, form: LargeForm, engine: EngineOf, lead: Lead) -> Response:
    """Keep a new article as a draft, or publish it at once."""
    language = language_or(str(form.get("language", "")))
    typed = str(form.get("slug", "")).strip()
    sent = DraftForm.sent(form, typed or slug_of(str(form.get("title", ""))), language)
    gap = _number(form.get("gap"))
    try:
        if not sent.slug:
            raise BadInput("the address is empty and cannot be made of this title; use letters, digits and hyphens")
        engine.editor.create(sent.draft(), lead.person.actor)
        if gap:
            note_drafted(engine, language, gap, sent.slug, lead.person.actor)
        if form.get("action") == "publish":
            engine.editor.publish(sent.slug, language, lead.person.actor)
            return go_to(f"/editor/articles/{sent.slug}?language={language}&done=published")
    except AisleError as error:
        return _new_page(request, engine, sent, status_of(error), gap=gap, error=sentence(error))
    return go_to(f"/editor/articles/{sent.slug}?language={language}&done=created")


@router.get("/articles/{slug}")
def article(
    request: Request,
    engine: EngineOf,
    reader: Reader,
    slug: str,
    language: str = "",
    undo: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """The article in one language, with the other beside it."""
    engine.warm_up()
    return _page(request, engine, slug, language, undo=undo)


@router.post("/articles/{slug}/status")
def change_status(
    request: Request, engine: EngineOf, lead: Lead, slug: str, to: Text = "", language: Text = ""
) -> Response:
    """Archive, take back to a draft, or let the bot answer again."""
    if to not in _DONE:
        raise BadInput(f"what to do must be one of {', '.join(_DONE)}, got {to!r}")
    try:
        getattr(engine.editor, to)(slug, lead.person.actor)
    except NotFound:
        raise
    except AisleError as error:
        return _page(request, engine, slug, language, status_of(error), error=sentence(error))
    return go_to(f"/editor/articles/{slug}?language={language_or(language)}&done={_DONE[to]}")


@router.post("/articles/{slug}/{language}")
def save(request: Request, form: LargeForm, engine: EngineOf, lead: Lead, slug: str, language: str) -> Response:
    """Keep the text as a draft, or publish it. Whatever cannot be done, the page comes back with what was typed."""
    sent = DraftForm.sent(form, slug, language)
    based_on, publishes = _number(form.get("based_on")), form.get("action") == "publish"
    try:
        live = _live_number(engine, slug, language)
        before = live if publishes else based_on
        change = engine.editor.save_and_publish if publishes else engine.editor.save
        number = change(sent.draft(), lead.person.actor, based_on)
    except StaleSave as stale:
        return _page(request, engine, slug, language, 409, form=sent, stale=stale, based_on=stale.number)
    except NotFound:
        raise
    except AisleError as error:
        return _page(
            request, engine, slug, language, status_of(error), form=sent, based_on=based_on, error=sentence(error)
        )
    undo = f"&undo={before}" if before and before != number else ""
    return go_to(f"/editor/articles/{slug}?language={language}&done={'published' if publishes else 'saved'}{undo}")


def _number(text: object) -> int:
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 10 else 0


def _live_number(engine: Engine, slug: str, language: str) -> int:
    """The revision the bot answers with, or 0. Raises NotFound."""
    with engine.database.read() as unit:
        found = find_article(unit.session, slug)
        edition = next((one for one in found.editions if one.language == language), None)
        return int(edition.published_number or 0) if edition and found.status == "published" else 0


def _new_page(request: Request, engine: Engine, form: DraftForm, status: int = 200, **values: Any) -> Response:
    with engine.database.read() as unit:
        known = categories(unit.session)
    return show(request, "new.html", status, form=form, categories=known, audiences=AUDIENCES, **values)


def _page(
    request: Request,
    engine: Engine,
    slug: str,
    language: str,
    status: int = 200,
    **values: Any,
) -> Response:
    with engine.database.read() as unit:
        found = find_article(unit.session, slug)
        editions = {one.language: one for one in found.editions}
        language = language if language in LANGUAGE_NAMES else next(iter(editions), "en")
        kept = _kept(unit.session, slug, language)
        other = next((_kept(unit.session, slug, one) for one in LANGUAGE_NAMES if one != language), None)
        edition = editions.get(language)
        shown = {
            "slug": slug,
            "language": language,
            "article": found,
            "editions": editions,
            "edition": edition,
            "kept": kept,
            "other": other,
            "based_on": edition.latest_number if edition else 0,
            "live_number": edition.published_number if edition and found.status == "published" else None,
            "ever_published": any(one.published_number for one in found.editions),
            "form": kept or _empty(slug, language, found, other),
            "categories": categories(unit.session),
            "audiences": AUDIENCES,
            "names": names_of(unit.session),
            "undo": 0,
            "stale": None,
            **values,
        }
        shown["difference"] = compare(shown["stale"].theirs, shown["stale"].yours) if shown["stale"] else None
        shown["seen"] = _preview(shown["form"])
        return show(request, "article.html", status, **shown)


def _kept(session: Session, slug: str, language: str) -> DraftForm | None:
    revision = latest_revision(session, slug, language)
    return DraftForm.of(draft_of(slug, revision)) if revision else None


def _empty(slug: str, language: str, found: Any, other: DraftForm | None) -> DraftForm:
    """Where a translation begins: all but the words is as in the other language."""
    if other is None:
        return DraftForm(slug, language, category=found.category, audience=found.audience)
    return DraftForm(
        slug,
        language,
        category=other.category,
        audience=other.audience,
        valid_from=other.valid_from,
        valid_until=other.valid_until,
    )


def _preview(form: DraftForm) -> Any:
    try:
        return preview(form.draft())
    except BadInput:
        return None
