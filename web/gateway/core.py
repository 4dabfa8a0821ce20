"""What the chat API does, without HTTP: open, send, listen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import anyio
import httpx
import jwt
from sqlalchemy import select
from sse_starlette import ServerSentEvent

from shop.clock import now
from shop.conversations import (
    Draft,
    append_message,
    find_choice,
    get_conversation,
    message_of_client,
    open_conversation,
    recent_messages,
)
from shop.errors import NotFound
from shop.settings import Settings
from shop.tables import Customer
from shop.unit_of_work import Database, UnitOfWork
from web.gateway.cleaning import clean
from web.gateway.feedback import Feedback
from web.gateway.hub import Hub
from web.gateway.limits import RateLimit
from web.gateway.metrics import Metrics
from web.gateway.models import OpenConversation, OpenedConversation, SendMessage
from web.gateway.problems import ApiProblem, too_many
from web.gateway.rasa_client import RasaClient
from web.gateway.stream import event_stream
from web.gateway.tokens import BadToken, Tokens
from web.gateway.turns import TurnRunner

_STREAMS_PER_CONVERSATION = 10
_MINUTE_SECONDS = 60


class Gateway:
    """The chat API of one process, on one database and one Rasa."""

    def __init__(self, settings: Settings, database: Database, http: httpx.AsyncClient) -> None:
        self.settings = settings
        self.database = database
        self.metrics = Metrics()
        self.tokens = Tokens(settings)
        self.hub = Hub(database)
        self.turns = TurnRunner(database, RasaClient(http, settings), self.hub, self.metrics)
        self.feedback = Feedback(database, settings.messages_per_minute)
        self._openings = RateLimit(settings.conversations_per_minute)

    async def start(self) -> None:
        """Take up what an earlier process left, and begin to listen."""
        await self.hub.start()
        await self.turns.start()

    async def stop(self) -> None:
        """Stop; unanswered messages are taken up at the next start."""
        await self.turns.stop()
        await self.hub.stop()

    def open(self, asked: OpenConversation, language: str, address: str) -> OpenedConversation:
        """A new conversation, for a customer where the shop signed who it is. Raises ApiProblem."""
        wait_seconds = self._openings.use(address)
        if wait_seconds:
            raise too_many("conversations", wait_seconds)
        with self.database.work() as unit:
            customer_id = self._customer_id(unit, asked.customer_token)
            opened: str = open_conversation(unit.session, asked.language or language, customer_id).id
            unit.commit()
        return OpenedConversation(conversation_id=opened, token=self.tokens.for_conversation(opened))

    def authorise(self, conversation_id: str, token: str) -> None:
        """Raises ApiProblem unless the token opens an existing conversation; it never says which was wrong."""
        try:
            self.tokens.check_conversation(token, conversation_id)
            with self.database.read() as unit:
                get_conversation(unit.session, conversation_id)
        except (BadToken, jwt.PyJWTError, NotFound) as error:
            message = "The token does not open this conversation; open a new one."
            raise ApiProblem(401, "bad_token", message) from error

    def store(self, conversation_id: str, sent: SendMessage) -> int:
        """Store a message and return its number; one sent before keeps the number it had. Raises ApiProblem."""
        with self.database.work() as unit:
            earlier = message_of_client(unit.session, conversation_id, sent.client_id)
            if earlier is not None:
                return int(earlier.seq)
            self._check_rate(unit, conversation_id)
            draft = self._draft(unit, conversation_id, sent)
            seq = int(append_message(unit.session, conversation_id, draft).seq)
            unit.commit()
        return seq

    def listen(self, conversation_id: str, after: int, closing: anyio.Event) -> AsyncIterator[ServerSentEvent]:
        """The conversation's events until ``closing`` is set. Raises ApiProblem where too many listen already."""
        if self.hub.count(conversation_id) >= _STREAMS_PER_CONVERSATION:
            raise too_many("open event streams of this conversation", 5)
        return event_stream(self.database, self.hub, conversation_id, after, closing)

    def _customer_id(self, unit: UnitOfWork, token: str | None) -> int | None:
        if token is None:
            return None
        try:
            external_id = self.tokens.check_customer(token)
        except BadToken as error:
            raise ApiProblem(401, "bad_customer_token", f"Not opened: {error}.") from error
        query = select(Customer.id).where(Customer.external_id == external_id)
        customer_id: int | None = unit.session.execute(query).scalar_one_or_none()
        if customer_id is None:
            raise ApiProblem(401, "bad_customer_token", "Not opened: the token names nobody this shop knows.")
        return customer_id

    def _check_rate(self, unit: UnitOfWork, conversation_id: str) -> None:
        count, oldest = recent_messages(unit.session, conversation_id, _MINUTE_SECONDS)
        if count >= self.settings.messages_per_minute and oldest is not None:
            free_at = oldest + timedelta(seconds=_MINUTE_SECONDS)
            raise too_many("messages", max(1, int((free_at - now()).total_seconds()) + 1))

    def _draft(self, unit: UnitOfWork, conversation_id: str, sent: SendMessage) -> Draft:
        if sent.choice is not None:
            try:
                choice = find_choice(unit.session, conversation_id, sent.choice)
            except NotFound as error:
                raise ApiProblem(422, "unknown_choice", f"choice: {error}") from error
            return Draft(author="shopper", text=choice.title, client_id=sent.client_id, choice_payload=choice.payload)
        text = clean(sent.text or "")
        if not text:
            raise ApiProblem(422, "empty_message", "text: the message is empty")
        longest = self.settings.message_max_characters
        if len(text) > longest:
            message = f"text: the message has {len(text)} characters; at most {longest} are allowed"
            raise ApiProblem(422, "message_too_long", message)
        return Draft(author="shopper", text=text, client_id=sent.client_id)
