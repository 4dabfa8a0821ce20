"""The chat API over HTTP."""

from __future__ import annotations

from typing import Annotated

import anyio
from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sse_starlette import EventSourceResponse
from starlette.concurrency import run_in_threadpool

from web.gateway.core import Gateway
from web.gateway.languages import preferred
from web.gateway.models import KeptVote, OpenConversation, OpenedConversation, Rating, SendMessage, StoredMessage, Vote
from web.gateway.problems import responses

_HEARTBEAT_SECONDS = 15
_FAREWELL_SECONDS = 2
_LARGEST_SEQ = 2**31 - 1

router = APIRouter(prefix="/api/conversations", tags=["chat"])
_bearer = HTTPBearer(auto_error=False, description="The token that opening the conversation returned.")

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
ConversationId = Annotated[str, Path(max_length=64)]
Seq = Annotated[int, Path(ge=1, le=_LARGEST_SEQ, description="Number of the message.")]


def gateway_of(request: Request) -> Gateway:
    """The process's gateway."""
    gateway: Gateway = request.app.state.gateway
    return gateway


GatewayOf = Annotated[Gateway, Depends(gateway_of)]


@router.post("", status_code=201, summary="Open a conversation", responses=responses(401, 413, 422, 429, 503))
async def open_conversation(
    request: Request,
    gateway: GatewayOf,
    asked: Annotated[OpenConversation | None, Body()] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> OpenedConversation:
    """Open a conversation, anonymous or, with a `customer_token`, for a signed-in customer."""
    address = request.client.host if request.client else ""
    language = preferred(accept_language)
    return await run_in_threadpool(gateway.open, asked or OpenConversation(), language, address)


@router.post(
    "/{conversation_id}/messages",
    status_code=202,
    summary="Send a message or tap a choice",
    responses=responses(401, 413, 422, 429, 503),
)
async def send_message(
    conversation_id: ConversationId, sent: SendMessage, gateway: GatewayOf, bearer: Bearer
) -> StoredMessage:
    """Store the message; the answers arrive as events.

    Sending the same `client_id` again returns the same `seq` and changes nothing, so that a client may repeat
    a request it got no answer to.
    """
    await run_in_threadpool(gateway.authorise, conversation_id, bearer.credentials if bearer else "")
    seq = await run_in_threadpool(gateway.store, conversation_id, sent)
    gateway.hub.wake(conversation_id)
    gateway.turns.wake(conversation_id)
    return StoredMessage(seq=seq)


@router.post(
    "/{conversation_id}/messages/{seq}/vote",
    summary="Say whether an answer helped",
    responses=responses(401, 413, 422, 429, 503),
)
async def vote(conversation_id: ConversationId, seq: Seq, given: Vote, gateway: GatewayOf, bearer: Bearer) -> KeptVote:
    """Keep a thumb on one of the assistant's messages. The last one counts; sending it again changes nothing."""
    await run_in_threadpool(gateway.authorise, conversation_id, bearer.credentials if bearer else "")
    await run_in_threadpool(gateway.feedback.vote, conversation_id, seq, given)
    return KeptVote(seq=seq, vote=given.vote)


@router.post(
    "/{conversation_id}/satisfaction",
    summary="Rate the conversation",
    responses=responses(401, 413, 422, 429, 503),
)
async def rate(conversation_id: ConversationId, given: Rating, gateway: GatewayOf, bearer: Bearer) -> Rating:
    """Keep how content the shopper is. The last rating counts; sending it again changes nothing.

    E-mail addresses, phone, card and order numbers are taken out of the comment before it is stored; the answer
    shows what is kept.
    """
    await run_in_threadpool(gateway.authorise, conversation_id, bearer.credentials if bearer else "")
    comment = await run_in_threadpool(gateway.feedback.rate, conversation_id, given)
    return Rating(score=given.score, comment=comment)


@router.get(
    "/{conversation_id}/events",
    summary="Listen to a conversation",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "Server-sent events; see docs/api.md.", "content": {"text/event-stream": {}}},
        **responses(401, 422, 429, 503),
    },
)
async def listen(
    conversation_id: ConversationId,
    gateway: GatewayOf,
    bearer: Bearer,
    token: Annotated[str, Query(description="For EventSource, which cannot send headers.")] = "",
    after: Annotated[int, Query(ge=0, le=_LARGEST_SEQ, description="Send what follows this number.")] = 0,
    last_event_id: Annotated[str, Header(description="The same, as browsers send it on reconnect.")] = "",
) -> EventSourceResponse:
    """Every message after the given number, then each new one, once and in order; and typing signs.

    Event `message` has the message's number as its id. Event `typing` has no id and is not repeated.
    """
    shown = bearer.credentials if bearer else token
    await run_in_threadpool(gateway.authorise, conversation_id, shown)
    if last_event_id.isascii() and last_event_id.isdigit():
        after = min(int(last_event_id), _LARGEST_SEQ)
    closing = anyio.Event()  # set when the server is told to stop
    return EventSourceResponse(
        gateway.listen(conversation_id, after, closing),
        ping=_HEARTBEAT_SECONDS,
        shutdown_event=closing,
        shutdown_grace_period=_FAREWELL_SECONDS,
    )
