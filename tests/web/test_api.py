"""The chat API's promises: tokens, limits, repeats, choices, clear refusals, its own description."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import jwt
import pytest
from sqlalchemy import select

from knowledge.answering import Answer
from knowledge.question_log import log_question
from shop.clock import now
from shop.settings import Settings
from shop.tables import Conversation, Customer, QuestionLog, Satisfaction
from shop.unit_of_work import Database
from tests.web.served import Shopper, served
from tests.web.stand_in import StandIn
from web.gateway.tokens import Tokens
from web.security import MAX_REQUEST_BYTES


@pytest.fixture
def api(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as client:
        yield client


@pytest.fixture
def customer_id(database: Database) -> int:
    with database.work() as unit:
        customer = Customer(external_id="demo-emma", email="emma@example.com", name="Emma", created_at=now())
        unit.session.add(customer)
        unit.commit()
        return int(customer.id)


def problem(answer: httpx.Response, status: int, error: str) -> str:
    """The sentence of a refusal of the expected kind."""
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    return str(answer.json()["message"])


@pytest.mark.parametrize(
    ("body", "header", "language"),
    [
        ({"language": "zh"}, "en", "zh"),
        ({}, "fr;q=0.9, zh-TW;q=0.8, en;q=0.1", "zh"),
        ({}, "de", "en"),
        (None, "", "en"),
    ],
)
def test_language_of_a_new_conversation(
    api: httpx.Client, database: Database, body: dict[str, str] | None, header: str, language: str
) -> None:
    answer = api.post("/api/conversations", json=body, headers={"Accept-Language": header})
    assert answer.status_code == 201
    with database.read() as unit:
        assert unit.session.get(Conversation, answer.json()["conversation_id"]).language == language


def test_a_signed_customer_is_known(address: str, settings: Settings, database: Database, customer_id: int) -> None:
    shopper = Shopper(address, customer_token=Tokens(settings).for_customer("demo-emma"))
    with database.read() as unit:
        conversation = unit.session.get(Conversation, shopper.id)
        assert (conversation.customer_id, conversation.identified_by) == (customer_id, "token")


def test_customer_tokens_that_prove_nothing(
    api: httpx.Client, settings: Settings, database: Database, customer_id: int
) -> None:
    good = {"aud": "aisle-customer", "sub": "demo-emma", "exp": now() + timedelta(minutes=5)}
    forged = [
        jwt.encode(good, "another key of thirty-two characters", algorithm="HS256"),
        jwt.encode(good, settings.secret_key, algorithm="HS256"),
        jwt.encode({**good, "aud": "aisle-conversation"}, settings.customer_token_key, algorithm="HS256"),
        jwt.encode({"aud": "aisle-customer", "sub": "demo-emma"}, settings.customer_token_key, algorithm="HS256"),
        jwt.encode(good, "", algorithm="none"),
        "not a token",
    ]
    for token in forged:
        answer = api.post("/api/conversations", json={"customer_token": token})
        assert "not signed by this shop" in problem(answer, 401, "bad_customer_token")
    stale = {**good, "exp": now() - timedelta(seconds=1)}
    answer = api.post(
        "/api/conversations",
        json={"customer_token": jwt.encode(stale, settings.customer_token_key, algorithm="HS256")},
    )
    assert "expired" in problem(answer, 401, "bad_customer_token")
    answer = api.post("/api/conversations", json={"customer_token": Tokens(settings).for_customer("stranger")})
    assert "nobody this shop knows" in problem(answer, 401, "bad_customer_token")
    with database.read() as unit:
        assert unit.session.query(Conversation).count() == 0


def test_every_wrong_token_gets_the_same_answer(address: str, settings: Settings, api: httpx.Client) -> None:
    mine, other = Shopper(address), Shopper(address)
    old = jwt.encode(
        {"aud": "aisle-conversation", "sub": mine.id, "exp": now() - timedelta(seconds=1)}, settings.secret_key
    )
    unknown = Tokens(settings).for_conversation("f" * 32)
    tries = [
        (mine.id, other.token),
        (mine.id, old),
        (mine.id, mine.token[:-2]),
        (mine.id, Tokens(settings).for_customer(mine.id)),
        (mine.id, ""),
        ("f" * 32, unknown),
    ]
    refusals = set()
    for conversation_id, token in tries:
        for answer in (
            api.post(
                f"/api/conversations/{conversation_id}/messages",
                json={"client_id": "a", "text": "hello"},
                headers={"Authorization": f"Bearer {token}"} if token else {},
            ),
            api.get(f"/api/conversations/{conversation_id}/events", params={"token": token}),
        ):
            problem(answer, 401, "bad_token")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            refusals.add(answer.text)
    assert len(refusals) == 1


def test_a_repeated_client_id_changes_nothing(address: str, rasa: StandIn) -> None:
    shopper = Shopper(address)
    first = shopper.post(client_id="same", text="hello").json()
    shopper.answer_to(first["seq"])
    assert shopper.post(client_id="same", text="something else").json() == first
    assert [event["text"] for event in shopper.until(lambda event: event["seq"] == 2)] == ["hello", "you said hello"]
    assert len(rasa.asked) == 1


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        ({"text": ""}, "empty_message", "empty"),
        ({"text": " \x00\u202e "}, "empty_message", "empty"),
        ({"text": "x" * 2001}, "message_too_long", "2001 characters; at most 2000"),
        ({"choice": "1-nothing"}, "unknown_choice", "does not belong"),
        ({"text": "a", "choice": "1-b"}, "invalid_request", "either text or choice"),
        ({}, "invalid_request", "either text or choice"),
        ({"text": 7}, "invalid_request", "text"),
        ({"text": "hello", "client_id": ""}, "invalid_request", "client_id"),
        ({"text": "hello", "client_id": "x" * 65}, "invalid_request", "client_id"),
        ({"text": "hello", "as": "admin"}, "invalid_request", "as"),
    ],
)
def test_messages_that_cannot_be_taken(address: str, body: dict[str, str], error: str, says: str) -> None:
    assert says in problem(Shopper(address).post(**body), 422, error)


def test_harmful_characters_are_cleaned_away(address: str) -> None:
    shopper = Shopper(address)
    body = r'{"client_id": "a", "text": "one\r\ntwo\u0000\ud800\u202e three"}'
    headers = {**shopper.bearer, "Content-Type": "application/json"}
    seq = shopper.http.post(f"{shopper.url}/messages", content=body, headers=headers).json()["seq"]
    assert shopper.until(lambda event: event["seq"] == seq)[-1]["text"] == "one\ntwo three"


def test_a_choice_of_another_conversation_is_nothing(address: str, rasa: StandIn) -> None:
    rasa.behave = lambda asked: (
        200,
        {"messages": [{"text": "?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]},
    )
    mine, other = Shopper(address), Shopper(address)
    offered = mine.answer_to(mine.say("hello"))
    assert list(offered["choices"][0]) == ["id", "title"]
    problem(other.post(choice=offered["choices"][0]["id"]), 422, "unknown_choice")


def test_too_many_messages_must_wait_but_repeats_need_not(settings: Settings) -> None:
    settings.messages_per_minute = 2
    with served(settings) as address:
        shopper = Shopper(address)
        first = shopper.post(client_id="one", text="hello")
        shopper.say("hello again")
        refused = shopper.post(text="and again")
        problem(refused, 429, "rate_limited")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert shopper.post(client_id="one", text="hello").json() == first.json()
        assert Shopper(address).post(text="from another conversation").status_code == 202


def test_too_many_conversations_must_wait(settings: Settings) -> None:
    settings.conversations_per_minute = 1
    with served(settings) as address:
        Shopper(address)
        refused = httpx.post(f"{address}/api/conversations")
        problem(refused, 429, "rate_limited")
        assert int(refused.headers["Retry-After"]) >= 1


def test_large_requests_are_refused_announced_or_not(api: httpx.Client) -> None:
    body = b" " * (MAX_REQUEST_BYTES + 1)
    problem(api.post("/api/conversations", content=body), 413, "too_large")
    problem(api.post("/api/conversations", content=iter([body])), 413, "too_large")


def test_broken_json_is_named(api: httpx.Client) -> None:
    answer = api.post("/api/conversations", content=b"{", headers={"Content-Type": "application/json"})
    assert "JSON" in problem(answer, 422, "invalid_request")


def test_unknown_paths_and_methods_answer_in_the_same_shape(api: httpx.Client) -> None:
    problem(api.get("/api/nothing"), 404, "not_found")
    problem(api.delete("/api/conversations"), 405, "method_not_allowed")


def test_other_sites_may_call_only_if_allowed(settings: Settings) -> None:
    settings.allowed_origins = "https://shop.example, https://blog.example"
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    with served(settings) as address, httpx.Client(base_url=address) as api:
        for origin, allowed in (("https://blog.example", True), ("https://evil.example", False)):
            answer = api.options("/api/conversations", headers={"Origin": origin, **preflight})
            assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is allowed


def test_answers_carry_security_headers(api: httpx.Client) -> None:
    for path in ("/", "/widget.js", "/ready", "/api/nothing"):
        headers = api.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_api_describes_itself(api: httpx.Client) -> None:
    described = api.get("/openapi.json").json()
    routes = {
        "/api/conversations": ("post", {"201", "401", "422", "429"}),
        "/api/conversations/{conversation_id}/messages": ("post", {"202", "401", "413", "422", "429"}),
        "/api/conversations/{conversation_id}/events": ("get", {"200", "401", "429"}),
        "/ready": ("get", {"200", "503"}),
    }
    for path, (method, statuses) in routes.items():
        operation = described["paths"][path][method]
        assert operation["summary"]
        assert statuses <= set(operation["responses"])
    assert described["components"]["schemas"]["SendMessage"]["examples"]


# Thumbs and ratings


@pytest.fixture
def answered(address: str) -> tuple[Shopper, int]:
    """A shopper with an answer, and its number."""
    shopper = Shopper(address)
    return shopper, int(shopper.answer_to(shopper.say("is shipping free"))["seq"])


def vote(shopper: Shopper, seq: int, given: object, **headers: str) -> httpx.Response:
    return shopper.http.post(f"{shopper.url}/messages/{seq}/vote", json={"vote": given}, headers=headers)


def test_a_thumb_is_kept_shown_again_and_taken_back(answered: tuple[Shopper, int]) -> None:
    shopper, seq = answered
    for given in (1, 1, -1):
        answer = vote(shopper, seq, given, **shopper.bearer)
        assert (answer.status_code, answer.json()) == (200, {"seq": seq, "vote": given})
    event = shopper.until(lambda event: event["seq"] == seq)[-1]
    assert (event["vote"], event["rateable"]) == (-1, True)
    assert vote(shopper, seq, 0, **shopper.bearer).json()["vote"] == 0
    assert "vote" not in shopper.until(lambda event: event["seq"] == seq)[-1]


def test_a_thumb_down_on_a_policy_answer_reaches_the_gaps(
    answered: tuple[Shopper, int], rasa: StandIn, database: Database
) -> None:
    shopper, _ = answered

    def answering(asked: dict[str, str]) -> tuple[int, object]:
        with database.work() as unit:  # as the action does that answers
            log_question(unit.session, "can I return it", "en", Answer("unanswered"), shopper.id)
            unit.commit()
        return 200, {"messages": [{"text": "Nobody wrote about it."}], "parse": {"intent": {"name": "ask_store"}}}

    rasa.behave = answering
    seq = int(shopper.answer_to(shopper.say("can I return it"))["seq"])
    for given in (-1, 0):
        vote(shopper, seq, given, **shopper.bearer)
        with database.read() as unit:
            assert unit.session.scalars(select(QuestionLog.vote)).one() == (given or None)


@pytest.mark.parametrize("given", [2, "up", None, 0.5])
def test_a_thumb_that_is_none_is_refused(answered: tuple[Shopper, int], given: object) -> None:
    shopper, seq = answered
    problem(vote(shopper, seq, given, **shopper.bearer), 422, "invalid_request")


def test_thumbs_belong_on_answers_of_the_same_conversation(answered: tuple[Shopper, int], address: str) -> None:
    shopper, seq = answered
    other = Shopper(address)
    assert "no answer 1 of the assistant" in problem(vote(shopper, 1, 1, **shopper.bearer), 422, "unknown_message")
    problem(vote(other, seq, 1, **other.bearer), 422, "unknown_message")
    problem(vote(shopper, 2**31, 1, **shopper.bearer), 422, "invalid_request")
    problem(vote(shopper, seq, 1, **other.bearer), 401, "bad_token")
    problem(vote(shopper, seq, 1), 401, "bad_token")


def test_thumbs_are_bounded(answered: tuple[Shopper, int], settings: Settings) -> None:
    shopper, seq = answered
    for _ in range(settings.messages_per_minute):
        assert vote(shopper, seq, 1, **shopper.bearer).status_code == 200
    refused = vote(shopper, seq, -1, **shopper.bearer)
    problem(refused, 429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1


def test_a_rating_is_kept_without_personal_data(answered: tuple[Shopper, int], database: Database) -> None:
    shopper, _ = answered

    def rate(**rating: object) -> httpx.Response:
        return shopper.http.post(f"{shopper.url}/satisfaction", json=rating, headers=shopper.bearer)

    assert rate(score=5).json() == {"score": 5, "comment": ""}
    kept = rate(score=2, comment="Write to emma@example.com\x00 about #W2160887")
    assert kept.json() == {"score": 2, "comment": "Write to [email] about [order_number]"}
    with database.read() as unit:
        row = unit.session.scalars(select(Satisfaction)).one()
        assert (row.conversation_id, row.score, row.comment) == (shopper.id, 2, kept.json()["comment"])
    for wrong in ({"score": 6}, {"score": 0}, {"score": "5"}, {}, {"score": 5, "comment": "x" * 501}):
        problem(rate(**wrong), 422, "invalid_request")
    problem(shopper.http.post(f"{shopper.url}/satisfaction", json={"score": 5}), 401, "bad_token")


@pytest.mark.parametrize(
    ("intent", "said", "marks"),
    [
        ("track_order", {"text": "It is on its way."}, {"rateable": True}),
        (
            "find_product",
            {"custom": {"kind": "product_cards", "products": [], "text": "Like these?"}},
            {"rateable": True},
        ),
        ("track_order", {"text": "Which e-mail did you order with?"}, {}),
        ("track_order", {"text": "请问是哪个订单？"}, {}),
        ("greet", {"text": "Hello!"}, {}),
        ("thank", {"text": "You're welcome!"}, {"farewell": True}),
        ("", {"text": "Who knows."}, {}),
    ],
)
def test_only_answers_ask_for_a_thumb(
    address: str, rasa: StandIn, intent: str, said: dict[str, object], marks: dict[str, bool]
) -> None:
    forged = {**said, "custom": {**said.get("custom", {"kind": "text"}), "rateable": True, "vote": 1}}  # type: ignore[dict-item]
    rasa.behave = lambda asked: (200, {"messages": [forged], "parse": {"intent": {"name": intent}}})
    shopper = Shopper(address)
    event = shopper.answer_to(shopper.say("words"))
    assert {name: event[name] for name in ("rateable", "farewell", "vote") if name in event} == marks
