"""Answering stored messages: one at a time in a conversation, many conversations at once, never silent."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from language.detection import detect
from shop.conversations import (
    Draft,
    Outcome,
    conversations_with_pending,
    get_conversation,
    hand_over,
    messages_after,
    next_pending,
    record_reply,
    set_language,
    silent_note,
)
from shop.errors import Conflict, NotFound
from shop.unit_of_work import Database
from web.gateway.answers import drafts
from web.gateway.cleaning import without_command
from web.gateway.hub import Hub
from web.gateway.metrics import Metrics
from web.gateway.rasa_client import Ask, RasaAnswer, RasaClient, TurnFailed
from web.gateway.sentences import TALK_TO_A_PERSON, apology, ways_on

logger = logging.getLogger(__name__)

_AT_ONCE = 64
_LONGEST_PAUSE_SECONDS = 30.0
_SUMMARY_MESSAGES = 6


@dataclass(frozen=True)
class Question:
    """A shopper's message that waits, and how its conversation stands."""

    id: int
    conversation_id: str
    seq: int
    text: str
    choice_payload: str | None
    status: str
    language: str


class TurnRunner:
    """Works through the messages that wait for an answer.

    A message counts as answered once its reply is stored; so whatever stops in between, the process itself
    included, is taken up again by ``start``. One process may run turns on a database.
    """

    def __init__(self, database: Database, rasa: RasaClient, hub: Hub, metrics: Metrics) -> None:
        self._database = database
        self._rasa = rasa
        self._hub = hub
        self._metrics = metrics
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._asked: set[str] = set()
        self._resuming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to take up the messages an earlier process left unanswered."""
        self._resuming = asyncio.create_task(self._resume())

    async def stop(self) -> None:
        """Stop; what is unfinished is taken up at the next start."""
        workers = [*self._workers.values(), *([self._resuming] if self._resuming else [])]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def wake(self, conversation_id: str) -> None:
        """A message of this conversation was stored."""
        self._asked.add(conversation_id)
        if conversation_id not in self._workers:
            self._workers[conversation_id] = asyncio.create_task(self._work(conversation_id))

    async def _resume(self) -> None:
        while True:
            try:
                waiting = await run_in_threadpool(self._waiting)
                break
            except SQLAlchemyError as error:  # not migrated yet, or away: /ready says so meanwhile
                logger.warning("The database cannot be read yet: %s", error)
                await asyncio.sleep(_LONGEST_PAUSE_SECONDS / 10)
        for conversation_id in waiting:
            self.wake(conversation_id)

    async def _work(self, conversation_id: str) -> None:
        pause_seconds = 1.0
        try:
            while True:
                try:
                    self._asked.discard(conversation_id)
                    if not await self._answer_next(conversation_id) and conversation_id not in self._asked:
                        return
                    pause_seconds = 1.0
                except NotFound:  # erased in the meantime
                    return
                except Exception:  # the message stays pending: nothing is lost by waiting
                    logger.exception("Conversation %s is stuck; trying again.", conversation_id)
                    self._metrics.failures.labels("gateway").inc()
                    await asyncio.sleep(pause_seconds)
                    pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
        finally:
            del self._workers[conversation_id]

    async def _answer_next(self, conversation_id: str) -> bool:
        """Answer the oldest waiting question. False where none waits."""
        question = await run_in_threadpool(self._next, conversation_id)
        if question is None:
            return False
        with self._hub.typing(conversation_id):
            if question.status != "bot":
                await run_in_threadpool(self._stay_silent, question)
            elif question.choice_payload == TALK_TO_A_PERSON:
                await run_in_threadpool(self._hand_over, question)
            else:
                async with self._slots:
                    await self._ask_bot(question)
        return True

    async def _ask_bot(self, question: Question) -> None:
        words = question.choice_payload or without_command(question.text)
        ask = Ask(question.conversation_id, str(question.id), words, question.language)
        began = time.monotonic()
        outcome: Outcome = "answered"
        try:
            answer = await self._rasa.ask(ask)
            answers, failure = drafts(answer.messages), _failure(answer)
        except TurnFailed as error:
            answer, answers, failure = RasaAnswer(), [], error
        if failure is not None:
            logger.warning("Message %s of %s: %s", question.seq, question.conversation_id, failure)
            self._metrics.failures.labels(failure.kind).inc()
            spoken = answer.language or detect(question.text) or question.language
            text = apology(failure.kind, spoken)
            answers.append(Draft(author="bot", text=text, choices=ways_on(spoken, words)))
            outcome = "failed"
        seconds = time.monotonic() - began
        await run_in_threadpool(self._record, question, outcome, answers, seconds, answer)
        self._metrics.turn(outcome, seconds)

    def _waiting(self) -> list[str]:
        with self._database.read() as unit:
            return conversations_with_pending(unit.session)

    def _next(self, conversation_id: str) -> Question | None:
        with self._database.read() as unit:
            standing = get_conversation(unit.session, conversation_id)
            found = next_pending(unit.session, conversation_id)
            if found is None:
                return None
            return Question(
                id=found.id,
                conversation_id=conversation_id,
                seq=found.seq,
                text=found.text,
                choice_payload=found.choice_payload,
                status=standing.status,
                language=standing.language,
            )

    def _stay_silent(self, question: Question) -> None:
        with self._database.work() as unit:
            note = silent_note(unit.session, question.conversation_id)
            record_reply(unit.session, question.id, "silent", [note] if note else [], duration_milliseconds=0)
            unit.commit()
        self._metrics.turn("silent", 0.0)

    def _hand_over(self, question: Question) -> None:
        with self._database.work() as unit:
            earlier = messages_after(unit.session, question.conversation_id, question.seq - _SUMMARY_MESSAGES)
            said = [f"{entry.author}: {entry.text}" for entry in earlier if entry.text and entry.seq < question.seq]
            summary = "\n".join(["The assistant could not answer, and the shopper asked for a person.", *said])
            hand_over(unit.session, question.conversation_id, "bot_unavailable", summary)
            record_reply(unit.session, question.id, "answered", [], duration_milliseconds=0)
            unit.commit()
        self._metrics.turn("answered", 0.0)

    def _record(
        self, question: Question, outcome: Outcome, answers: Sequence[Draft], seconds: float, answer: RasaAnswer
    ) -> None:
        with self._database.work() as unit:
            try:
                record_reply(
                    unit.session,
                    question.id,
                    outcome,
                    answers,
                    duration_milliseconds=round(1000 * seconds),
                    parse=answer.parse,
                )
            except Conflict:  # another process answered in the meantime; its answer stands
                logger.warning("Message %s of %s was answered twice.", question.seq, question.conversation_id)
                return
            if answer.language:
                set_language(unit.session, question.conversation_id, answer.language)
            unit.commit()


def _failure(answer: RasaAnswer) -> TurnFailed | None:
    """What went wrong in a turn that Rasa itself finished."""
    if answer.failed_actions:
        return TurnFailed("action", ", ".join(answer.failed_actions))
    return None if drafts(answer.messages) else TurnFailed("empty", "no answer at all")
