"""Moving the pointer to another model, forwards and back. Rasa follows by itself: it pulls what the pointer names."""

from __future__ import annotations

from shop.audit import write_audit
from shop.errors import Refused
from shop.settings import Settings
from shop.tables import ModelVersion
from shop.unit_of_work import Database, UnitOfWork
from training.models import archives
from training.models.gate import gate_of
from training.models.registry import archive_of, champion, delete_old, get_model, put_in_place

_SHORTEST_REASON = 10


def promote(database: Database, settings: Settings, model_id: int, by: str, override_reason: str = "") -> ModelVersion:
    """Make a model the champion. Its health is checked by the worker, which returns to the one before if need be.

    ``by`` is an actor of the audit log. Raises Refused where the gate did not let it pass and no reason of at least
    ten characters is given, where it serves already, and where its archive is broken or foreign; NotFound where
    there is no such model or its archive is gone.
    """
    _may_serve(database, settings, model_id)
    with database.work() as unit:
        model = get_model(unit.session, model_id)
        gate, reason = gate_of(model), override_reason.strip()
        before = champion(unit.session)
        stale = before is not None and gate.champion_id != before.id
        if gate.verdict != "passed" or stale:
            why = "was compared with another champion" if stale and gate.verdict == "passed" else _said(gate.verdict)
            if len(reason) < _SHORTEST_REASON:
                raise Refused(
                    f"Model {model.id} {why}: {' '.join(gate.reasons) or 'compare it first'} To promote it all the "
                    f"same, write a reason of at least {_SHORTEST_REASON} characters."
                )
            write_audit(unit.session, by, "model.gate_overridden", f"model:{model.id}", after={"reason": reason})
        _move(unit, model, by, "model.promoted")
        delete_old(unit.session, settings)
        unit.commit()
        return model


def return_to(database: Database, settings: Settings, model_id: int, by: str) -> ModelVersion:
    """Go back to a model that was champion before. Raises Refused where it never was, serves already, or its archive
    is broken or foreign; NotFound where there is no such model or its archive is gone."""
    _may_serve(database, settings, model_id)
    with database.work() as unit:
        model = get_model(unit.session, model_id)
        if model.promoted_at is None:
            raise Refused(f"Model {model.id} never was the champion; promote it instead.")
        _move(unit, model, by, "model.returned")
        unit.commit()
        return model


def return_from_unhealthy(database: Database, settings: Settings, model_id: int, why: str) -> bool:
    """Go back from a champion that does not answer as it must to the one before. False where that cannot be done:
    the champion is another by now, or there was none before."""
    with database.read() as unit:
        model = get_model(unit.session, model_id)
    before_id = model.replaced_id
    if model.state != "champion" or before_id is None:
        return False
    _may_serve(database, settings, before_id)
    with database.work() as unit:
        model = get_model(unit.session, model_id)
        if model.state != "champion":
            return False
        before = get_model(unit.session, before_id)
        put_in_place(unit.session, before, "system")
        model.state = "refused"
        detail = {"model": before.id, "why": why}
        write_audit(unit.session, "system", "model.returned_automatically", f"model:{model.id}", after=detail)
        unit.commit()
        return True


def _may_serve(database: Database, settings: Settings, model_id: int) -> None:
    # Reading a whole archive takes a while: it is done before the database is written to.
    with database.read() as unit:
        model = get_model(unit.session, model_id)
    if model.state == "champion":
        raise Refused(f"Model {model.id} is the champion already.")
    archives.check(archive_of(model, settings), model.archive_sha256, model.signature, settings)


def _move(unit: UnitOfWork, model: ModelVersion, by: str, action: str) -> None:
    before = put_in_place(unit.session, model, by)
    write_audit(
        unit.session,
        by,
        action,
        f"model:{model.id}",
        before={"champion": before.id if before else None},
        after={"champion": model.id},
    )


def _said(verdict: str) -> str:
    return "did not pass the gate" if verdict == "refused" else "was not compared with the champion yet"
