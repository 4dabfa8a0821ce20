"""The inbox: messages worth a look, the most valuable first, beside the one in hand."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from shop.errors import NotFound
from training.inbox import choices, list_groups
from training.labelling import intents_of_data
from training.labelling.vocabulary import entities_of_data, labelled_intents
from training.logs import REASONS
from web.workbench.asked import SHOWN, Asked
from web.workbench.engine import Engine, EngineOf
from web.workbench.in_hand import InHand, take_in_hand
from web.workbench.parts import Number, Trainer, show

router = APIRouter(prefix="/workbench", include_in_schema=False)


@router.get("")
def inbox(request: Request, engine: EngineOf, trainer: Trainer, asked: Annotated[Asked, Query()]) -> Response:
    """A page of the list, and the message that ``at`` names, else the first."""
    is_collecting = engine.collect()
    actor = trainer.person.actor
    with engine.database.read() as unit:
        listed = list_groups(unit.session, asked.filter(actor), asked.page)
        there = choices(unit.session)
        new = labelled_intents(unit.session)
    first = listed.groups[0].messages[0].id if listed.groups else 0
    return show(
        request,
        "inbox.html",
        asked=asked,
        listed=listed,
        in_hand=_in_hand(engine, asked, first),
        counts={"open": 0, "labelled": 0, "skipped": 0, **there.states},
        total=sum(there.states.values()),
        collecting=is_collecting,
        states=SHOWN,
        reasons=REASONS,
        page_link=lambda number: asked.link(page=number),
        **_vocabulary(there.intents, new),
    )


@router.get("/messages/{message_id}")
def message(
    request: Request, engine: EngineOf, trainer: Trainer, message_id: Number, asked: Annotated[Asked, Query()]
) -> Response:
    """The part of the page that shows one message, for the page's script. Raises NotFound."""
    in_hand = take_in_hand(engine, message_id, asked.is_second)
    return show(request, "hand.html", in_hand=in_hand, asked=asked, **_vocabulary((), []))


def _in_hand(engine: Engine, asked: Asked, first: int) -> InHand | None:
    for message_id in (asked.at, first):
        try:
            if message_id:
                return take_in_hand(engine, message_id, asked.is_second)
        except NotFound:  # erased since the address was written
            continue
    return None


def _vocabulary(seen: tuple[str, ...], new: list[str]) -> dict[str, Any]:
    known = intents_of_data()
    names = {one.name for one in known}
    return {
        "known_intents": known,
        "intents": sorted({*names, *seen, *new}),
        "entities": entities_of_data(),
    }
