"""Training: what the next retraining would learn, the one button, the run under way, and earlier runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse

from shop.errors import AisleError, BadInput
from shop.tables import ModelVersion
from training.data_sets import list_versions
from training.models import champion, gate_of
from training.pending import pending
from training.runs import RunParameters, get_run, list_runs, request_run, resume_run, stop_run
from web.staff.door import Door
from web.staff.guards import DoorOf
from web.staff.parts import go_to, sentence, status_of
from web.workbench.live import Part, live
from web.workbench.parts import Trainer, show
from web.workbench.run_shown import OVER, shown
from web.workbench.who import who_of

router = APIRouter(prefix="/workbench/training", include_in_schema=False)

_SHOWN_RUNS = 30
_LONGEST_NOTE = 300


@router.get("")
def training(request: Request, door: DoorOf, trainer: Trainer) -> Response:
    """What would go in, the run under way, and what earlier runs came to."""
    return _page(request, door)


@router.post("")
def retrain(
    request: Request,
    door: DoorOf,
    trainer: Trainer,
    start: Annotated[str, Form()] = "champion",
    note: Annotated[str, Form(max_length=_LONGEST_NOTE)] = "",
    epochs: Annotated[str, Form()] = "",
    rehearsed: Annotated[str, Form()] = "",
) -> Response:
    """Begin a retraining."""
    try:
        numbers = {**_whole("epochs", epochs), **_whole("rehearsed", rehearsed)}
        parameters = RunParameters.of({"start": start, "note": note.strip(), **numbers})
        with door.database.work() as unit:
            run = request_run(unit.session, parameters, trainer.person.actor)
            unit.commit()
    except AisleError as error:
        form = {"start": start, "note": note, "epochs": epochs, "rehearsed": rehearsed}
        return _page(request, door, status_of(error), sentence(error), form)
    return go_to(f"/workbench/training/{run.id}")


@router.get("/{run_id}")
def one(request: Request, door: DoorOf, trainer: Trainer, run_id: int) -> Response:
    """One run: its steps, its loss curve, what came out."""
    return _run_page(request, door, run_id)


@router.get("/{run_id}/live")
def follow(request: Request, door: DoorOf, trainer: Trainer, run_id: int) -> EventSourceResponse:
    """The same as it goes on."""
    with door.database.read() as unit:
        get_run(unit.session, run_id)

    def look() -> Part:
        with door.database.read() as unit:
            run = shown(get_run(unit.session, run_id), door.settings)
        html = bytes(show(request, "run_part.html", run=run).body).decode()
        return Part(html, run.words, run.is_over)

    return live(look)


@router.post("/{run_id}/stop")
def stop(request: Request, door: DoorOf, trainer: Trainer, run_id: int) -> Response:
    """Stop a run; what its finished steps made is kept."""
    return _change(request, door, run_id, lambda session: stop_run(session, run_id, trainer.person.actor))


@router.post("/{run_id}/resume")
def resume(request: Request, door: DoorOf, trainer: Trainer, run_id: int) -> Response:
    """Go on with a stopped or failed run."""
    return _change(request, door, run_id, lambda session: resume_run(session, run_id, trainer.person.actor))


def _change(request: Request, door: Door, run_id: int, change: Callable[[Session], object]) -> Response:
    try:
        with door.database.work() as unit:
            change(unit.session)
            unit.commit()
    except AisleError as error:
        return _run_page(request, door, run_id, status_of(error), sentence(error))
    return go_to(f"/workbench/training/{run_id}")


def _page(
    request: Request, door: Door, status: int = 200, error: str = "", form: dict[str, str] | None = None
) -> Response:
    with door.database.read() as unit:
        session = unit.session
        runs = list_runs(session, _SHOWN_RUNS)
        under_way = next((run for run in runs if run.state not in OVER), None)
        values: dict[str, Any] = {
            "pending": pending(session),
            "data_set": next(iter(list_versions(session)), None),
            "champion": champion(session),
            "runs": [(run, shown(run, door.settings)) for run in runs],
            "under_way": under_way and shown(under_way, door.settings),
            "models": _models_of(session, [run.model_version_id for run in runs]),
            "who": who_of(session),
        }
    form = form or {"start": "champion" if values["champion"] else "base", "note": "", "epochs": "", "rehearsed": ""}
    return show(request, "training.html", status, form=form, **values, **({"error": error} if error else {}))


def _run_page(request: Request, door: Door, run_id: int, status: int = 200, error: str = "") -> Response:
    with door.database.read() as unit:
        row = get_run(unit.session, run_id)
        values: dict[str, Any] = {
            "row": row,
            "run": shown(row, door.settings),
            "model": _models_of(unit.session, [row.model_version_id]).get(row.model_version_id),
            "who": who_of(unit.session),
        }
    return show(request, "run.html", status, **values, **({"error": error} if error else {}))


def _models_of(session: Session, ids: list[int | None]) -> dict[int, tuple[ModelVersion, str]]:
    """Model versions by their number, each with the gate's verdict."""
    found = session.scalars(select(ModelVersion).where(ModelVersion.id.in_([each for each in ids if each])))
    return {model.id: (model, gate_of(model).verdict) for model in found}


def _whole(name: str, text: str) -> dict[str, int]:
    """A parameter from a field that may be left empty. Raises BadInput."""
    if not text.strip():
        return {}
    if not text.strip().isdecimal():
        raise BadInput(f"{name} is {text!r}; it can be a whole number, or empty.")
    return {name: int(text)}
