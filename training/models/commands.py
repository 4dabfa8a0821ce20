"""``python -m training models|promote|return|shadow``: the registry from the command line."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shop.errors import Unavailable
from shop.settings import Settings, get_settings
from shop.unit_of_work import Database
from training import models
from training.models.health import check_health

_OUT = Console()
_BY = "command"
_Model = Annotated[int, typer.Argument(help="The model version, as `models` shows it.")]
_PATIENCE_SECONDS = 120


def list_models() -> None:
    """Show all model versions, the newest first."""
    table = Table("model", "state", "fingerprint", "made at", "gate", "health", "note")
    with Database.from_settings(get_settings()).read() as unit:
        for model in models.list_models(unit.session):
            verdict, health = models.gate_of(model).verdict, models.health_of(model).state
            made = f"{model.created_at:%Y-%m-%d %H:%M} UTC"
            table.add_row(str(model.id), model.state, model.fingerprint, made, verdict, health, escape(model.note))
    _OUT.print(table)


def gate(model_id: _Model) -> None:
    """Show what the gate said of a model."""
    with Database.from_settings(get_settings()).read() as unit:
        found = models.gate_of(models.get_model(unit.session, model_id))
    _OUT.print(f"[bold]{found.verdict}[/bold], compared with model {found.champion_id}")
    for line in (*found.reasons, *found.notes):
        _OUT.print(escape(f"- {line}"))
    for figure in found.guarded:
        _OUT.print(escape(f"{figure.verdict:7} {figure.text}"))


def promote(
    model_id: _Model,
    override: Annotated[str, typer.Option(help="Why, although the gate did not let it pass.")] = "",
    wait: Annotated[bool, typer.Option(help="Wait until the Rasa processes read with it.")] = True,
) -> None:
    """Make a model the champion; Rasa follows within seconds."""
    settings = get_settings()
    database = Database.from_settings(settings)
    models.promote(database, settings, model_id, _BY, override)
    _OUT.print(f"Model {model_id} is the champion.")
    _wait(database, settings, wait)


def return_to(model_id: _Model, wait: bool = True) -> None:
    """Go back to a model that was champion before."""
    settings = get_settings()
    database = Database.from_settings(settings)
    models.return_to(database, settings, model_id, _BY)
    _OUT.print(f"Model {model_id} is the champion again.")
    _wait(database, settings, wait)


def shadow(model_id: _Model, on: Annotated[bool, typer.Option("--on/--off")] = True) -> None:
    """Let a candidate read live messages silently, or stop it; show how far it agrees with the champion."""
    with Database.from_settings(get_settings()).work() as unit:
        models.set_shadow(unit.session, model_id, on, _BY)
        unit.commit()
        found = models.agreement(unit.session, model_id)
    share = "nothing read yet" if found.share is None else f"{found.share:.1%} of {found.readings} as the champion"
    _OUT.print(f"Model {model_id} {'reads' if on else 'does not read'} silently: {share}.")


def _wait(database: Database, settings: Settings, wait: bool) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while wait and time.monotonic() < deadline:
        health = check_health(database, settings)
        if health is None or health.state == "healthy":
            _OUT.print(health.text if health else "")
            return
        if health.state == "failed":
            raise Unavailable(f"{health.text} The model before serves again.")
        if not any(process.answers for process in health.processes):
            _OUT.print("No Rasa process answers; they will start with it.")
            return
        time.sleep(1)
