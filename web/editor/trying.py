"""Trying a text before it is published: how the widget shows it, and what the bot would answer. Nothing is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from knowledge.answering import Explanation
from knowledge.articles import LONGEST, ArticleDraft
from knowledge.rendering import preview
from shop.errors import AisleError, BadInput
from web.editor.engine import EngineOf
from web.editor.forms import DraftForm
from web.editor.parts import LargeForm, Reader, show
from web.staff.parts import language_or, sentence, status_of

_UNNAMED = "unsaved-draft"
_LONGEST_QUESTION = 300

router = APIRouter(prefix="/editor/try", include_in_schema=False)


@router.post("/preview")
def show_preview(request: Request, form: LargeForm, reader: Reader) -> Response:
    """The part of a page that shows a text as shoppers will see it."""
    sent = _sent(form)
    try:
        return show(request, "preview.html", seen=preview(sent.draft()), form=sent, problem="")
    except BadInput as error:
        return show(request, "preview.html", seen=None, form=sent, problem=sentence(error))


@router.post("/ask")
def ask(request: Request, form: LargeForm, engine: EngineOf, reader: Reader) -> Response:
    """What the bot answers to a question now and, where a text is sent along, with that text published.

    A page's script asks for the part of the page (``part``); without a script it is a page of its own.
    """
    question = " ".join(str(form.get("question", "")).split())
    language = language_or(str(form.get("ask_language", "")))
    values: dict[str, Any] = {"question": question, "now": None, "then": None, "draft_problem": "", "problem": ""}
    status = 200
    try:
        _check(question)
        values["now"] = engine.answerer.explain([question], language)[0]
        if "body" in form:
            values["then"], values["draft_problem"] = _with_draft(engine, question, language, _sent(form))
    except AisleError as error:
        values["problem"], status = sentence(error), status_of(error)
    template = "answer.html" if form.get("part") else "ask.html"
    return show(request, template, status, language=language, slug=str(form.get("slug", "")), **values)


def _check(question: str) -> None:
    if not question:
        raise BadInput("type a question, as a shopper would ask it")
    if len(question) > _LONGEST_QUESTION:
        raise BadInput(f"a question may have {_LONGEST_QUESTION} characters, got {len(question):,}")


def _with_draft(engine: EngineOf, question: str, language: str, sent: DraftForm) -> tuple[Explanation | None, str]:
    try:
        draft: ArticleDraft = sent.draft()
        return engine.answerer.explain([question], language, drafts=[draft])[0], ""
    except BadInput as error:
        return None, sentence(error)


def _sent(form: LargeForm) -> DraftForm:
    """The text as it would be saved; what an author fills in last does not keep it from being tried."""
    slug, language = str(form.get("slug", "")).strip(), language_or(str(form.get("language", "")))
    sent = DraftForm.sent(form, slug or _UNNAMED, language)
    return replace(sent, category=sent.category or "none", title=sent.title[: LONGEST["title"] + 1])
