"""The only input channel: the gateway hands over one shopper's message and gets all answers back at once.

Rasa's own channels believe whoever calls them, answer 200 when a turn failed, and say nothing of an action
that broke. This one asks for the secret that the gateway shares with it, and reports both.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.answer_check import check_schema_once
from bot.channels.action_failures import watch_actions
from bot.channels.following import follow
from bot.channels.gateway_request import BadRequest, GatewayRequest
from shop.channel_secret import shows_secret
from shop.garbage import keep_loaded
from shop.settings import get_settings

logger = logging.getLogger(__name__)

_ONLY_THE_GATEWAY = "only the gateway may talk to this channel"
RANKING_LENGTH = 5  # of 43 intents; the rest would be most of what a conversation stores


class GatewayOutput(CollectingOutputChannel):
    """Collects each answer whole: Rasa's own collector tears text and card of one answer apart."""

    @classmethod
    def name(cls) -> str:
        """The channel's name, as channel-specific responses name it."""
        return "aisle"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep text, buttons and custom part of one answer together."""
        buttons = message.get("quick_replies") or message.get("buttons")
        answer = {"text": message.get("text"), "buttons": buttons, "custom": message.get("custom")}
        answer = {name: part for name, part in answer.items() if part}
        if answer:
            self.messages.append(answer)


class GatewayInput(InputChannel):
    """``POST /webhooks/aisle/webhook`` for the gateway, ``GET /webhooks/aisle/`` to ask whether a model is loaded.

    For who promotes models: ``GET …/model`` says which archive is loaded, ``POST …/parse`` how it reads some texts.
    """

    @classmethod
    def name(cls) -> str:
        """The channel's name in URLs and in the tracker."""
        return "aisle"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of the channel."""
        secret = get_settings().channel_secret

        def may_ask(request: Request) -> bool:
            return shows_secret(request.headers, secret)

        webhook = Blueprint("aisle_webhook", __name__)

        @webhook.listener("after_server_start")
        async def make_ready(app: Sanic, loop: Any) -> None:
            check_schema_once()
            keep_loaded()
            app.add_task(follow(app.ctx.agent))

        @webhook.get("/")
        async def health(request: Request) -> HTTPResponse:
            ready = _agent(request).is_ready()
            return response.json({"status": "ok" if ready else "no model loaded"}, 200 if ready else 503)

        @webhook.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not may_ask(request):
                return _refusal(403, _ONLY_THE_GATEWAY)
            if not _agent(request).is_ready():
                return _refusal(503, "no model is loaded")
            try:
                asked = GatewayRequest.read(request.json)
            except BadRequest as error:
                return _refusal(400, str(error))
            return await _answer(_agent(request), asked, on_new_message)

        @webhook.get("/model")
        async def model(request: Request) -> HTTPResponse:
            if not may_ask(request):
                return _refusal(403, _ONLY_THE_GATEWAY)
            agent = _agent(request)
            etag = (agent.fingerprint or "").strip('"') if agent.is_ready() else None
            return response.json({"etag": etag, "model_id": agent.model_id})

        @webhook.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            if not may_ask(request):
                return _refusal(403, _ONLY_THE_GATEWAY)
            texts = request.json.get("texts") if isinstance(request.json, dict) else None
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                return _refusal(400, "texts must be a list of strings")
            return response.json({"parses": [await _parsed(_agent(request), text) for text in texts]})

        return webhook


async def _answer(
    agent: Agent, asked: GatewayRequest, on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> HTTPResponse:
    # No timeout of its own: when the gateway hangs up, Sanic cancels this turn, and with it the lock it holds.
    output = GatewayOutput()
    message = UserMessage(
        asked.text,
        output,
        asked.conversation_id,
        input_channel=GatewayInput.name(),
        message_id=asked.message_id,
        metadata={"language": asked.language},
    )
    try:
        with watch_actions() as failed_actions:
            await on_new_message(message)
    except Exception:
        logger.exception("A turn of conversation %s failed.", asked.conversation_id)
        return _refusal(500, "the turn failed; see Rasa's log")
    parse, language = await _understanding(agent, asked)
    answer = {"messages": output.messages, "parse": parse, "language": language, "failed_actions": failed_actions}
    return response.json(answer)


async def _understanding(agent: Agent, asked: GatewayRequest) -> tuple[dict[str, Any] | None, str | None]:
    """The parse of this message and the slot ``language`` after its turn."""
    tracker = await agent.tracker_store.retrieve(asked.conversation_id)
    if tracker is None:
        return None, None
    language = tracker.slots["language"].value if "language" in tracker.slots else None
    latest = tracker.latest_message
    if latest is None or latest.message_id != asked.message_id or latest.parse_data is None:
        return None, language
    parse = dict(latest.parse_data)
    parse["intent_ranking"] = parse.get("intent_ranking", [])[:RANKING_LENGTH]
    for internal in ("text", "message_id", "metadata", "text_tokens", "response_selector"):
        parse.pop(internal, None)
    return parse, language


async def _parsed(agent: Agent, text: str) -> dict[str, Any]:
    parse = await agent.parse_message(text)
    ranking = parse.get("intent_ranking") or [{}]
    likeliest = ranking[0].get("name")
    return {"intent": parse["intent"].get("name"), "likeliest": likeliest, "model": parse.get("model")}


def _agent(request: Request) -> Agent:
    return request.app.ctx.agent


def _refusal(status: int, message: str) -> HTTPResponse:
    return response.json({"error": message}, status=status)
