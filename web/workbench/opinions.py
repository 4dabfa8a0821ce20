"""How far two people agree, and settling what they disagree about."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from shop.errors import AisleError
from training.labelling import agreement, intents_of_data, settle
from training.labelling.vocabulary import labelled_intents
from web.staff.parts import go_to, names_of, sentence, status_of
from web.workbench.engine import EngineOf
from web.workbench.parts import Trainer, show

_SHOWN = 100
#: Landis and Koch, "The measurement of observer agreement for categorical data", 1977.
_WORDS = ((0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))

router = APIRouter(prefix="/workbench/agreement", include_in_schema=False)

Text = Annotated[str, Form(max_length=60)]


@router.get("")
def opinions(request: Request, engine: EngineOf, trainer: Trainer) -> Response:
    """Cohen's kappa, and the messages that people label differently."""
    return _page(request, engine)


@router.post("/settle")
def settle_one(
    request: Request,
    engine: EngineOf,
    trainer: Trainer,
    message: Annotated[int, Form(ge=1, le=2**31 - 1)],
    intent: Text = "",
    other: Text = "",
) -> Response:
    """Decide what a message means: one of what people said, or another intent."""
    try:
        with engine.database.work() as unit:
            settle(unit.session, message, other or intent, trainer.person.actor)
            unit.commit()
    except AisleError as error:
        return _page(request, engine, status_of(error), error=sentence(error))
    return go_to("/workbench/agreement?done=settled")


def _page(request: Request, engine: EngineOf, status: int = 200, **values: Any) -> Response:
    with engine.database.read() as unit:
        found = agreement(unit.session)
        names = names_of(unit.session)
        intents = sorted({*(one.name for one in intents_of_data()), *labelled_intents(unit.session)})
    return show(
        request,
        "agreement.html",
        status,
        found=found,
        words_of_kappa=_words(found.kappa),
        names=names,
        intents=intents,
        shown=_SHOWN,
        **values,
    )


def _words(kappa: float | None) -> str:
    if kappa is None:
        return ""
    return next((words for least, words in _WORDS if kappa >= least), "poor")
