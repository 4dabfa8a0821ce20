"""The input channel in a real Rasa: a very small model is trained, and its actions run nowhere."""

from __future__ import annotations

import asyncio
import socket
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import rasa.model_training
from aiohttp import web
from aiohttp.test_utils import TestServer
from rasa.core.agent import Agent
from rasa.core.channels.channel import register
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from bot.channels.following import load_if_new
from bot.channels.gateway import GatewayInput
from shop.settings import get_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONFIG = """
    recipe: default.v1
    language: en
    assistant_id: channel-test
    pipeline: [{name: KeywordIntentClassifier}]
    policies: [{name: RulePolicy}]
"""
DOMAIN = """
    version: "3.1"
    intents: [greet, buy, crash, restart]
    slots:
      language: {type: text, mappings: [{type: from_intent, intent: greet, value: zh}]}
    responses:
      utter_hello:
      - text: "First paragraph.\\n\\nSecond."
        buttons: [{title: Buy, payload: /buy}]
        custom: {kind: product_cards, products: []}
    actions: [action_unreachable]
"""
DATA = """
    version: "3.1"
    nlu:
    - {intent: greet, examples: "- hello\\n"}
    - {intent: buy, examples: "- buy\\n"}
    - {intent: crash, examples: "- crash\\n"}
    rules:
    - {rule: greet, steps: [{intent: greet}, {action: utter_hello}]}
    - {rule: buy, steps: [{intent: buy}, {action: utter_hello}]}
    - {rule: crash, steps: [{intent: crash}, {action: action_unreachable}]}
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("bot")
    for name, content in {"config": CONFIG, "domain": DOMAIN, "data": DATA}.items():
        (folder / f"{name}.yml").write_text(textwrap.dedent(content))
    files = [str(folder / f"{name}.yml") for name in ("domain", "config", "data")]
    trained = rasa.model_training.train(files[0], files[1], files[2:], output=str(folder))
    assert trained.model is not None
    return trained.model


@pytest.fixture(scope="module")
def app(model: str) -> Sanic:
    app = Sanic("channel_under_test", configure_logging=False)
    app.ctx.agent = Agent.load(model, action_endpoint=EndpointConfig("http://127.0.0.1:9/webhook"))
    register([GatewayInput()], app, "/webhooks/")
    return app


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rasa_server(app: Sanic) -> AsyncIterator[httpx.AsyncClient]:
    """The app on a free port, and a client that knows the secret. Sanic can start only once in a process."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    headers = {"X-Aisle-Secret": get_settings().channel_secret}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        yield client
    server.close()
    await server.wait_closed()


async def turn(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    asked = {"conversation_id": "c1", "message_id": "m1", "language": "en", **body}
    return await client.post("/webhooks/aisle/webhook", json=asked)


async def test_an_answer_comes_whole_with_its_parse_and_language(rasa_server: httpx.AsyncClient) -> None:
    answered = (await turn(rasa_server, text="hello")).json()
    (message,) = answered["messages"]
    assert message["text"] == "First paragraph.\n\nSecond."
    assert message["buttons"] == [{"title": "Buy", "payload": "/buy"}]
    assert message["custom"] == {"kind": "product_cards", "products": []}
    assert answered["parse"]["intent"]["name"] == "greet"
    assert answered["language"] == "zh"
    assert answered["failed_actions"] == []


async def test_a_payload_is_obeyed_and_a_typed_slash_refused(rasa_server: httpx.AsyncClient) -> None:
    answered = (await turn(rasa_server, payload="/buy")).json()
    assert answered["parse"]["intent"]["name"] == "buy"
    for typed in ("/restart", "  /restart", "\u2003/restart"):
        refused = await turn(rasa_server, text=typed)
        assert refused.status_code == 400
        assert "slash" in refused.json()["error"]


async def test_a_broken_action_is_named(rasa_server: httpx.AsyncClient) -> None:
    crashed, fine = await asyncio.gather(
        turn(rasa_server, text="crash", conversation_id="broken"),
        turn(rasa_server, text="hello", conversation_id="whole"),
    )
    assert crashed.json()["failed_actions"] == ["action_unreachable"]
    assert crashed.json()["messages"] == []
    assert fine.json()["failed_actions"] == []


async def test_only_the_gateway_is_heard(rasa_server: httpx.AsyncClient) -> None:
    for secret in ("", "wrong", "geheimnis-ü".encode("latin-1")):
        refused = await rasa_server.post(
            "/webhooks/aisle/webhook", json={"text": "hello"}, headers={"X-Aisle-Secret": secret}
        )
        assert refused.status_code == 403


async def test_who_promotes_models_sees_what_is_loaded_and_how_it_reads(
    app: Sanic, rasa_server: httpx.AsyncClient
) -> None:
    loaded = (await rasa_server.get("/webhooks/aisle/model")).json()
    assert loaded == {"etag": app.ctx.agent.fingerprint, "model_id": app.ctx.agent.model_id}
    asked = await rasa_server.post("/webhooks/aisle/parse", json={"texts": ["hello", "buy"]})
    assert [parse["intent"] for parse in asked.json()["parses"]] == ["greet", "buy"]
    assert (await rasa_server.post("/webhooks/aisle/parse", json={"texts": "hello"})).status_code == 400
    for method, path in (("GET", "model"), ("POST", "parse")):
        refused = await rasa_server.request(method, f"/webhooks/aisle/{path}", headers={"X-Aisle-Secret": "wrong"})
        assert refused.status_code == 403


class ModelServer:
    """Hands out an archive by ETag, as the web server does."""

    def __init__(self, archive: Path) -> None:
        self.archive, self.etag = archive.read_bytes(), '"first"'
        self.downloads = 0

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304)
        self.downloads += 1
        return web.Response(body=self.archive, headers={"ETag": self.etag})


async def test_another_champion_is_loaded_once_and_a_broken_one_never(model: str) -> None:
    agent = Agent.load(model)
    served = ModelServer(Path(model))
    routes = web.Application()
    routes.router.add_get("/internal/model", served.answer)
    async with TestServer(routes) as server:
        endpoint = EndpointConfig(str(server.make_url("/internal/model")))
        before = agent.processor
        assert await load_if_new(agent, endpoint)
        assert agent.processor is not before
        assert agent.fingerprint == '"first"'
        assert not await load_if_new(agent, endpoint)
        assert served.downloads == 1

        served.archive, served.etag = served.archive[:2000], '"broken"'
        serving = agent.processor
        with pytest.raises(Exception, match=r"can not be loaded|end-of-stream"):
            await load_if_new(agent, endpoint)
        assert (agent.processor, agent.fingerprint) == (serving, '"first"')
        assert (await agent.parse_message("hello"))["intent"]["name"] == "greet"


@pytest.mark.parametrize(
    "body",
    [
        {"conversation_id": "", "text": "hello"},
        {"text": "hello", "payload": "/greet"},
        {"text": "  "},
        {"message_id": 7, "text": "hello"},
    ],
)
async def test_what_the_gateway_never_sends_is_refused(rasa_server: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await turn(rasa_server, **body)).status_code == 400


async def test_a_turn_nobody_waits_for_is_stopped(
    app: Sanic, rasa_server: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()

    async def never(message: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    monkeypatch.setattr(app.ctx.agent, "handle_message", never)
    with pytest.raises(httpx.ReadTimeout):
        await rasa_server.post(
            "/webhooks/aisle/webhook",
            json={"conversation_id": "c", "message_id": "m", "language": "en", "text": "hello"},
            timeout=0.2,
        )
    await asyncio.wait_for(stopped.wait(), 5)


async def test_health_tells_whether_a_model_is_loaded(
    app: Sanic, rasa_server: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await rasa_server.get("/webhooks/aisle/")).status_code == 200
    monkeypatch.setattr(app.ctx, "agent", Agent())
    assert (await rasa_server.get("/webhooks/aisle/")).status_code == 503
    assert (await turn(rasa_server, text="hello")).status_code == 503
