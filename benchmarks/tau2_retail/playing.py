"""Playing one task: the shop as new, one conversation through the gateway, and what became of the shop."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from benchmarks.tau2_retail.customer import Customer
from benchmarks.tau2_retail.expected import expected
from benchmarks.tau2_retail.hearing import Ears, Heard
from benchmarks.tau2_retail.lexicon import Lexicon
from benchmarks.tau2_retail.scenario import read_scenario
from benchmarks.tau2_retail.state import Difference, ShopState, differences, read_state
from benchmarks.tau2_retail.world import World
from shop.errors import Unavailable
from shop.tables import ChangeProposal, Message, Order, Reply
from shop.tables import Customer as CustomerRow
from shop.unit_of_work import Database
from web.client import ChatClient

MAX_TURNS = 30


@dataclass
class Exchange:
    """A message of the customer and what came back; ``changed``: orders and customers that this turn changed."""

    said: str
    heard: list[Heard]
    milliseconds: float
    changed: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What became of one task."""

    task_id: str
    seed: int
    exchanges: list[Exchange]
    differences: list[Difference]
    unsaid: list[str]  # information that the bot owed and did not tell
    ended: str  # goodbye, turns (too many), silence
    refused_actions: tuple[str, ...] = ()  # expected ones that tau2's own rules forbid

    @property
    def database_right(self) -> bool:
        """Whether the shop is as the expected actions make it."""
        return not self.differences

    @property
    def passed(self) -> bool:
        """Whether the shop is right and everything was told."""
        return self.database_right and not self.unsaid

    def wrong_turn(self) -> int | None:
        """The number of the first turn after which the shop was wrong and never became right; None where what is
        missing was never done, or nothing is wrong."""
        subjects = {d.subject for d in self.differences if d.kind != "missing"}
        for number, exchange in enumerate(self.exchanges, 1):
            if subjects & set(exchange.changed):
                return number
        return None


class Player:
    """Plays tasks on one running shop."""

    def __init__(self, world: World, db: Mapping[str, Any]) -> None:
        self._world, self._db = world, db
        self._database = Database.from_settings(world.settings)
        self._lexicon, self._ears = Lexicon.of_shop(db), Ears.of_domain()
        self._before = expected(db, []).state

    def close(self) -> None:
        """Close the connections to the shop's database."""
        self._database.close()

    def play(self, task: Mapping[str, Any], seed: int) -> Outcome:
        """One task, by the customer of a seed."""
        self._world.restore()
        scenario = read_scenario(task["user_scenario"]["instructions"], self._lexicon)
        customer = Customer(scenario, self._lexicon, seed)
        criteria = task["evaluation_criteria"]
        exchanges, ended = self._converse(customer)
        wanted = expected(self._db, criteria.get("actions") or [])
        words = " ".join(heard.shown for exchange in exchanges for heard in exchange.heard)
        return Outcome(
            task_id=str(task["id"]),
            seed=seed,
            exchanges=exchanges,
            differences=differences(self._before, wanted.state, self._now()),
            unsaid=[info for info in criteria.get("communicate_info") or [] if not tells(words, info)],
            ended=ended,
            refused_actions=wanted.refused,
        )

    def _converse(self, customer: Customer) -> tuple[list[Exchange], str]:
        client = ChatClient(self._world.url).open()
        exchanges: list[Exchange] = []
        text: str | None = customer.start()
        committed = 0
        while text is not None and len(exchanges) < MAX_TURNS:
            started = time.perf_counter()
            seq = client.send(text=text)
            try:
                events = client.wait_for_answer(seq)
            except Unavailable:
                exchanges.append(Exchange(text, [], 1000 * (time.perf_counter() - started)))
                return exchanges, "silence"
            heard = [self._ears.hear(event) for event in events]
            changed = self._changed(client.conversation_id)
            exchanges.append(Exchange(text, heard, self._milliseconds(client, seq), changed[committed:]))
            committed = len(changed)
            text = customer.reply(heard)
        return exchanges, "goodbye" if text is None else "turns"

    def _now(self) -> ShopState:
        with self._database.read() as unit:
            return read_state(unit.session)

    def _changed(self, conversation_id: str) -> list[str]:
        """The orders and customers changed in a conversation so far, one for each change, in the order of commits."""
        query = (
            select(Order.number, CustomerRow.external_id)
            .select_from(ChangeProposal)
            .join(CustomerRow, ChangeProposal.customer_id == CustomerRow.id)
            .outerjoin(Order, ChangeProposal.order_id == Order.id)
            .where(ChangeProposal.conversation_id == conversation_id, ChangeProposal.state == "committed")
            .order_by(ChangeProposal.committed_at, ChangeProposal.id)
        )
        with self._database.read() as unit:
            return [number or customer for number, customer in unit.session.execute(query)]

    def _milliseconds(self, client: ChatClient, seq: int) -> float:
        """How long the gateway took from taking the message up to having its answers stored."""
        with self._database.read() as unit:
            query = select(Reply.duration_milliseconds).join(Message, Reply.message_id == Message.id)
            found = unit.session.scalar(
                query.where(Message.conversation_id == client.conversation_id, Message.seq == seq)
            )
        return float(found or 0)


def tells(words: str, info: str) -> bool:
    """Whether the bot's words hold a piece of information; case and thousands' commas aside, as tau2 compares."""
    return info.lower().replace(",", "") in words.lower().replace(",", "")
