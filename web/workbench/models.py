"""Models: the one that answers, candidates and what the gate says of them, promotion, return, silent reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse

from knowledge.rendering import to_html
from shop.audit import latest
from shop.errors import AisleError
from shop.tables import ModelVersion, TrainingRun
from training.models import (
    agreement,
    champion,
    gate_of,
    get_model,
    health_of,
    list_models,
    promote,
    return_to,
    set_shadow,
)
from training.runs import run_folder
from web.staff.door import Door
from web.staff.guards import DoorOf
from web.staff.parts import go_to, sentence, status_of
from web.workbench.gate_shown import GateShown, shown_gate
from web.workbench.live import Part, live
from web.workbench.model_history import history
from web.workbench.parts import Trainer, show
from web.workbench.who import who_of

router = APIRouter(prefix="/workbench/models", include_in_schema=False)

_HISTORY_ROWS = 40
_MOST_CHANGED = 200

Show = Literal["worse", "better", "other", "all"]


@router.get("")
def models(request: Request, door: DoorOf, trainer: Trainer) -> Response:
    """The champion, the candidates, those before it, and who changed it when."""
    return _list_page(request, door)


@router.get("/{model_id}")
def one(
    request: Request, door: DoorOf, trainer: Trainer, model_id: int, changed: Show = "all", intent: str = ""
) -> Response:
    """A model and what the gate said of it."""
    return _model_page(request, door, model_id, changed=changed, intent=intent)


@router.get("/{model_id}/card")
def card(request: Request, door: DoorOf, trainer: Trainer, model_id: int) -> Response:
    """What a model was made of and how it did, as its training wrote it."""
    with door.database.read() as unit:
        model, run = get_model(unit.session, model_id), _runs_of(unit.session).get(model_id)
    files = [door.settings.state_dir / model.trained_in / "weights" / "README.md"] if model.trained_in else []
    if run is not None:
        files.insert(0, run_folder(door.settings, run) / "model_card.md")
    text = next((file.read_text("utf-8") for file in files if file.is_file()), "")
    return show(request, "card.html", model=model, run=run, html=Markup(to_html(text)))  # noqa: S704 - cleaned


@router.get("/{model_id}/live")
def follow(request: Request, door: DoorOf, trainer: Trainer, model_id: int) -> EventSourceResponse:
    """The health of a model that was promoted, as it becomes known."""
    with door.database.read() as unit:
        get_model(unit.session, model_id)

    def look() -> Part:
        with door.database.read() as unit:
            model = get_model(unit.session, model_id)
        health = health_of(model)
        html = bytes(show(request, "health_part.html", health=health).body).decode()
        return Part(html, _health_words(model), health.state != "waiting")

    return live(look)


@router.post("/{model_id}/promote")
def put_to_work(
    request: Request, door: DoorOf, trainer: Trainer, model_id: int, reason: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """Make a model the champion; against the gate only with a written reason."""
    return _change(
        request,
        door,
        model_id,
        lambda: promote(door.database, door.settings, model_id, trainer.person.actor, reason),
        "promoted",
    )


@router.post("/{model_id}/return")
def go_back(request: Request, door: DoorOf, trainer: Trainer, model_id: int) -> Response:
    """Let a model that was champion before answer again."""
    return _change(
        request,
        door,
        model_id,
        lambda: return_to(door.database, door.settings, model_id, trainer.person.actor),
        "returned",
    )


@router.post("/{model_id}/shadow")
def read_silently(
    request: Request, door: DoorOf, trainer: Trainer, model_id: int, on: Annotated[bool, Form()]
) -> Response:
    """Let a candidate read live messages silently, or stop it."""

    def change() -> None:
        with door.database.work() as unit:
            set_shadow(unit.session, model_id, on, trainer.person.actor)
            unit.commit()

    done = "shadow-on" if on else "shadow-off"
    return _change(request, door, model_id, change, done, f"/workbench/models/{model_id}")


def _change(
    request: Request,
    door: Door,
    model_id: int,
    change: Callable[[], object],
    done: str,
    then: str = "/workbench/models",
) -> Response:
    try:
        change()
    except AisleError as error:
        return _model_page(request, door, model_id, status_of(error), sentence(error))
    return go_to(f"{then}?done={done}")


def _list_page(request: Request, door: Door) -> Response:
    with door.database.read() as unit:
        session = unit.session
        every = list_models(session)
        serving = champion(session)
        values: dict[str, Any] = {
            "champion": serving and _card(serving, serving),
            "candidates": [_card(model, serving) for model in every if model.state in ("candidate", "refused")],
            "earlier": [model for model in every if model.state == "retired"],
            "runs": _runs_of(session),
            "history": history(latest(session, _HISTORY_ROWS, kind="model.")),
            "who": who_of(session),
        }
    if serving is not None:
        values["health"], values["health_words"] = health_of(serving), _health_words(serving)
    return show(request, "models.html", **values)


def _card(model: ModelVersion, serving: ModelVersion | None) -> tuple[ModelVersion, GateShown]:
    return model, shown_gate(model, serving)


def _model_page(
    request: Request,
    door: Door,
    model_id: int,
    status: int = 200,
    error: str = "",
    changed: Show = "all",
    intent: str = "",
) -> Response:
    with door.database.read() as unit:
        session = unit.session
        model, serving = get_model(session, model_id), champion(session)
        gate = gate_of(model)
        examples = [one for one in gate.changed if changed in ("all", _kind(one.better)) and intent in ("", one.truth)]
        values: dict[str, Any] = {
            "model": model,
            "serving": serving,
            "gate": shown_gate(model, serving),
            "examples": examples[:_MOST_CHANGED],
            "found": len(examples),
            "counts": {
                kind: sum(_kind(one.better) == kind for one in gate.changed) for kind in ("worse", "better", "other")
            },
            "intents": sorted({one.truth for one in gate.changed}),
            "changed": changed,
            "intent": intent,
            "run": _runs_of(session).get(model_id),
            "agreement": agreement(session, model_id),
            "health": health_of(model),
            "health_words": _health_words(model),
            "who": who_of(session),
        }
    return show(request, "model.html", status, **values, **({"error": error} if error else {}))


def _kind(better: bool | None) -> Show:
    return "other" if better is None else "better" if better else "worse"


def _runs_of(session: Session) -> dict[int, int]:
    """The run that made a model, by the model's number."""
    rows = session.execute(
        select(TrainingRun.model_version_id, TrainingRun.id).where(TrainingRun.model_version_id.is_not(None))
    )
    return {int(model_id): int(run_id) for model_id, run_id in rows}


def _health_words(model: ModelVersion) -> str:
    health = health_of(model)
    if health.text:
        return sentence(health.text)
    return {
        "unknown": "Its health was not looked at.",
        "waiting": "Waiting until every process of the bot has it and reads with it.",
        "healthy": "Every process of the bot has it and reads with it.",
        "failed": "It did not answer as it must.",
    }[health.state]
