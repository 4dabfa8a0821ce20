"""Conversations for tests, stored as the gateway stores them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from shop.clock import now
from shop.conversations import Choice, Draft, append_message, hand_over, open_conversation, record_reply
from shop.database import open_engine
from shop.migrations import upgrade
from shop.settings import Settings
from shop.tables import Customer
from shop.unit_of_work import Database


def open_shop(folder: Path, served: Path | None = None) -> tuple[Database, Settings]:
    """An empty, migrated shop whose state is in ``folder``; ``served`` is the folder of the model that is its own."""
    settings = Settings(state_dir=folder, database_url="")
    shutil.copy(_migrated(), folder / "aisle.db")
    if served is not None:
        own = folder / "understanding" / "own"
        own.mkdir(parents=True)
        (own / "served").symlink_to(served.resolve(), target_is_directory=True)
    return Database(open_engine(settings.resolved_database_url)), settings


@cache
def _migrated() -> Path:
    """A migrated database to copy: migrating takes longer than most of the tests."""
    path = Path(mkdtemp()) / "migrated.db"
    upgrade(f"sqlite:///{path}")
    return path


def parse_of(intent: str, *ranking: tuple[str, float], **more: Any) -> dict[str, Any]:
    """A parse as the channel gives it; ``intent`` is what is acted on."""
    guesses = ranking or ((intent, 0.95), ("greet", 0.02))
    return {
        "intent": {"name": intent, "confidence": guesses[0][1]},
        "intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in guesses],
        "entities": [],
        "sentiment": {"label": "neutral", "confidence": 0.9},
        "out_of_scope_score": 0.05,
        "model": "m1",
        **more,
    }


@dataclass(frozen=True)
class Told:
    """What ``tell`` stored."""

    conversation_id: str
    message_id: int
    answer_ids: tuple[int, ...]


def tell(
    database: Database,
    text: str,
    parse: dict[str, Any] | None = None,
    *,
    conversation_id: str = "",
    payloads: Sequence[str] = (),
    outcome: str = "answered",
    to_a_person: bool = False,
    customer: str = "",
    tapped: str | None = None,
) -> Told:
    """A shopper's message and the bot's answer to it, in a new conversation or in one that goes on."""
    with database.work() as unit:
        session = unit.session
        if not conversation_id:
            customer_id = _customer(session, customer) if customer else None
            conversation_id = open_conversation(session, "en", customer_id).id
        message = append_message(session, conversation_id, Draft("shopper", text, choice_payload=tapped))
        if to_a_person:
            hand_over(session, conversation_id, "asked", "summary")
        answers = (
            [] if outcome == "silent" else [Draft("bot", "An answer.", choices=[Choice("x", p) for p in payloads])]
        )
        stored = record_reply(session, message.id, outcome, answers, duration_milliseconds=5, parse=parse)
        unit.commit()
        return Told(conversation_id, message.id, tuple(each.id for each in stored))


def _customer(session: Any, name: str) -> int:
    known = session.query(Customer).filter_by(external_id=name).first()
    if known is not None:
        return int(known.id)
    customer = Customer(external_id=name, email=f"{len(name)}@example.com", name=name, created_at=now())
    session.add(customer)
    session.flush()
    return int(customer.id)
