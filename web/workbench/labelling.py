"""What trainers say messages mean: labels come in here, one message or a whole group at a time, and go back out."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from shop.errors import BadInput
from training.inbox import accepted_kind
from training.labelling import Labelled, Undone, label, undo
from training.labelling.labels import labels_in_force
from web.staff.pages import HEADERS
from web.staff.parts import go_to
from web.workbench.asked import Asked
from web.workbench.engine import EngineOf
from web.workbench.parts import Trainer

_MOST_AT_ONCE = 200
_MOST_ENTITIES = 40
_LARGEST_ID = 2**31 - 1

router = APIRouter(prefix="/workbench", include_in_schema=False)

Back = Annotated[str, Form(max_length=500)]


class LabelForm(BaseModel):
    """What a page sends of a message. ``choice`` is an intent, or one of these: ``*chosen`` with ``intent``,
    ``*new_intent`` with ``new_intent``, ``*out_of_scope``, ``*skipped``, ``*undo``."""

    message: int = Field(ge=1, le=_LARGEST_ID)
    choice: str = Field(max_length=60)
    intent: str = Field("", max_length=60)
    new_intent: str = Field("", max_length=60)
    suggested: str = Field("", max_length=60)
    sentiment: str = Field("", max_length=10)
    entities: str = Field("", max_length=8000)
    """JSON; empty where they were not looked at."""
    whole: str = Field("", max_length=1)
    """Whether ``other``, messages like this one, mean the same."""
    other: list[int] = Field([], max_length=_MOST_AT_ONCE)
    back: str = Field("", max_length=500)
    """The query of the page to go back to."""

    def labelled(self) -> Labelled:
        """As the labels take it. Raises BadInput."""
        kind, intent = self.choice.removeprefix("*"), (self.intent or self.new_intent).strip()
        if not self.choice.startswith("*"):
            intent = self.choice
            kind = accepted_kind(intent) if intent == self.suggested else "chosen"
        if kind == "skipped":
            return Labelled("skipped")
        return Labelled(kind, "" if kind == "out_of_scope" else intent, self.sentiment, _entities(self.entities))

    @property
    def ids(self) -> list[int]:
        """The messages that are meant. Entities stand at places of one text, so they are corrected in one alone."""
        return [self.message, *self.other] if self.whole and not self.entities else [self.message]


@router.post("/label")
def give_label(request: Request, engine: EngineOf, trainer: Trainer, form: Annotated[LabelForm, Form()]) -> Response:
    """Keep what the trainer says. Said again in the same words it changes nothing."""
    if form.choice == "*undo":
        return undo_last(request, engine, trainer, form.back)
    said = form.labelled()
    with engine.database.work() as unit:
        if not _stands(unit.session, form.ids, said, trainer.person.actor):
            label(unit.session, form.ids, said, trainer.person.actor)
            unit.commit()
    told = {"messages": form.ids, "intent": said.intent, "kind": said.kind}
    return _answer(request, told, _after(form.back, "labelled"))


@router.post("/undo")
def undo_last(request: Request, engine: EngineOf, trainer: Trainer, back: Back = "") -> Response:
    """Take back what the trainer did last."""
    with engine.database.work() as unit:
        undone = undo(unit.session, trainer.person.actor)
        unit.commit()
    if undone is None:
        return _answer(request, {"messages": [], "intent": "", "kind": ""}, _after(back, "nothing-to-undo"))
    asked = Asked.of_query(back)
    return _answer(request, _told(undone), asked.link(at=undone.message_ids[0], done="undone"))


def _told(undone: Undone) -> dict[str, Any]:
    return {"messages": list(undone.message_ids), "intent": undone.intent, "kind": undone.kind}


def _entities(text: str) -> tuple[dict[str, Any], ...] | None:
    """The corrected entities; None where they were not looked at. Raises BadInput."""
    if not text:
        return None
    try:
        found = [
            {"entity": str(one["entity"]), "start": int(one["start"]), "end": int(one["end"])}
            for one in json.loads(text)
        ]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadInput(f"entities must be a list of entity, start and end, got {text[:80]!r}") from error
    if len(found) > _MOST_ENTITIES:
        raise BadInput(f"a message may have {_MOST_ENTITIES} entities, got {len(found)}")
    return tuple(found)


def _stands(session: Session, ids: list[int], said: Labelled, actor: str) -> bool:
    """Whether the person has said the same of all of them already: a form sent twice, or again after a lost answer."""
    standing = labels_in_force(session, ids)
    wanted = (said.kind, said.intent, said.sentiment, said.entities)
    mine = [[one for one in standing.get(key, []) if one.labeller == actor] for key in ids]
    return all(any(_said(one) == wanted for one in given) for given in mine)


def _said(given: Any) -> tuple[Any, ...]:
    entities = None if given.entities is None else tuple(given.entities)
    intent = "" if given.kind == "out_of_scope" else given.intent
    return given.kind, intent, given.sentiment, entities


def _after(back: str, done: str) -> str:
    return Asked.of_query(back).link(done=done)


def _answer(request: Request, told: dict[str, Any], then: str) -> Response:
    """JSON for the page's script, the next message for a browser without it."""
    if "text/html" in request.headers.get("accept", ""):
        return go_to(then)
    return JSONResponse(told, headers=HEADERS)
