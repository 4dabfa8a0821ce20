"""Conversations as shoppers have them, made from a seed: in both languages, understood and misunderstood."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shop.clock import now
from shop.conversations import Choice, Draft, append_message, hand_over, open_conversation, record_reply
from shop.feedback import vote
from shop.unit_of_work import Database

HOSTILE = "<img src=x onerror='window.hacked = 1'> where is [my](evil) coat"


@dataclass(frozen=True)
class Said:
    """One message of a shopper with its reading and what the bot made of it.

    ``guesses``: intents with their confidence, likeliest first. ``acted``: what the bot acted on, the likeliest unless
    it was unsure.
    """

    text: str
    guesses: dict[str, float]
    answer: str
    acted: str = ""
    out_of_scope: float = 0.1
    sentiment: str = "neutral"
    entities: dict[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    handed_over: str = ""
    vote: int = 0

    def parse(self) -> dict[str, Any]:
        """As the gateway stores it."""
        ranking = [{"name": name, "confidence": value} for name, value in self.guesses.items()]
        acted = self.acted or next(iter(self.guesses))
        found = [
            {
                "entity": name,
                "value": value,
                "start": self.text.index(value),
                "end": self.text.index(value) + len(value),
            }
            for name, value in self.entities.items()
        ]
        return {
            "text": self.text,
            "intent": {"name": acted, "confidence": self.guesses.get(acted, 0.3)},
            "intent_ranking": ranking,
            "out_of_scope_score": self.out_of_scope,
            "sentiment": {"label": self.sentiment, "confidence": 0.8},
            "entities": found,
            "language": "zh" if any(ord(letter) > 0x2E7F for letter in self.text) else "en",
            "model": "0123456789abcdef",
        }


_BOTH = (Choice("Track an order", "/track_order"), Choice("Report a delivery problem", "/delivery_problem"))
_PERSON = (Choice("Talk to a person", "/human_handover"),)

TALKS: tuple[tuple[str, tuple[Said, ...]], ...] = (
    (
        "en",
        (
            Said("hi there", {"greet": 0.97, "thank": 0.01}, "Hello! What can I do for you?", sentiment="positive"),
            Said(
                "my package says delivered but nothing is here",
                {"track_order": 0.46, "delivery_problem": 0.41, "refund_status": 0.05, "complain": 0.04},
                "Do you want to know where it is, or report a problem?",
                acted="nlu_fallback",
                sentiment="negative",
                choices=_BOTH,
            ),
            Said(
                "it was marked delivered, I never got the parcel",
                {"track_order": 0.52, "delivery_problem": 0.37, "complain": 0.05},
                "Order W1000234 was delivered yesterday.",
                sentiment="negative",
                vote=-1,
            ),
        ),
    ),
    (
        "en",
        (
            Said(
                "can you gift wrap the linen shirt for W1000771",
                {"change_items": 0.34, "product_details": 0.27, "ask_store": 0.12, "find_product": 0.08},
                "I am not sure what you mean. Shall I get a person?",
                acted="nlu_fallback",
                out_of_scope=0.47,
                entities={"product": "linen shirt", "order_number": "W1000771"},
                choices=_PERSON,
            ),
            Said(
                "gift wrapping please, and a card",
                {"change_items": 0.31, "ask_store": 0.22, "praise": 0.1},
                "I am not sure what you mean. Shall I get a person?",
                acted="nlu_fallback",
                out_of_scope=0.52,
                handed_over="asked",
            ),
        ),
    ),
    (
        "en",
        (
            Said(
                "do you have the rain jacket in medium",
                {"check_stock": 0.91, "size_advice": 0.05},
                "Yes, the rain jacket is in stock in M.",
                entities={"product": "rain jacket", "size": "medium"},
            ),
            Said("thanks, you are great", {"thank": 0.88, "praise": 0.1}, "You are welcome!", sentiment="positive"),
        ),
    ),
    (
        "en",
        (
            Said(
                "I wrote to emma.moore@mail.example and called +44 20 7946 0958, nobody answers",
                {"complain": 0.58, "human_handover": 0.31, "refund_status": 0.03},
                "I am sorry. Shall I get a person?",
                sentiment="negative",
                choices=_PERSON,
            ),
            Said(
                "just give me a human",
                {"human_handover": 0.96, "complain": 0.02},
                "You are in the queue.",
                handed_over="asked",
            ),
        ),
    ),
    (
        "en",
        (
            Said(
                "what is the weather in Lisbon",
                {"ask_shipping": 0.21, "ask_store": 0.19, "inform": 0.11},
                "I can only help with the shop.",
                acted="out_of_scope",
                out_of_scope=0.93,
            ),
        ),
    ),
    (
        "zh",
        (
            Said("你好", {"greet": 0.98, "help": 0.01}, "您好！有什么可以帮您？"),
            Said(
                "显示已签收可是我没收到货",
                {"track_order": 0.44, "delivery_problem": 0.43, "complain": 0.06},
                "您是想查询物流，还是反馈配送问题？",
                acted="nlu_fallback",
                sentiment="negative",
                choices=_BOTH,
            ),
            Said(
                "快递说签收了，我根本没拿到",
                {"delivery_problem": 0.55, "track_order": 0.31},
                "很抱歉，我来帮您登记。",
                sentiment="negative",
                vote=-1,
            ),
        ),
    ),
    (
        "zh",
        (
            Said(
                "这件羽绒服能用花呗分期吗",
                {"ask_payment": 0.49, "ask_discount": 0.33, "product_details": 0.08},
                "我们支持支付宝、微信支付和银行卡。",
                entities={"product": "羽绒服"},
                out_of_scope=0.38,
            ),
            Said(
                "分期要手续费吗",
                {"ask_payment": 0.42, "ask_shipping": 0.35},
                "抱歉，我不太确定您的意思。",
                acted="nlu_fallback",
                choices=_PERSON,
            ),
        ),
    ),
    (
        "zh",
        (
            Said(
                "发票抬头写错了能重开吗",
                {"ask_invoice": 0.89, "change_address": 0.04},
                "可以，请告诉我订单号。",
            ),
        ),
    ),
)
_LEAD_INS = {"en": ("", "hello, ", "sorry but ", "hey, ", "please: "), "zh": ("", "你好，", "请问", "亲，", "那个，")}


def talk(database: Database, conversations: int = len(TALKS), seed: int = 7) -> list[int]:
    """Have so many conversations; the first are those of ``TALKS``, later ones say the same in other words."""
    dice, ids = random.Random(seed), []
    with database.work() as unit:
        for number, (language, said) in enumerate(_talks(conversations, dice)):
            started = now() - timedelta(hours=3 * (conversations - number))
            ids += _have(unit.session, language, said, started)
        unit.commit()
    return ids


def say(database: Database, *said: Said, language: str = "en", customer_id: int | None = None) -> list[int]:
    """One conversation of a test's own; gives the ids of the shopper's messages."""
    with database.work() as unit:
        ids = _have(unit.session, language, said, now() - timedelta(minutes=5), customer_id)
        unit.commit()
    return ids


def _talks(count: int, dice: random.Random) -> Iterator[tuple[str, tuple[Said, ...]]]:
    for number in range(count):
        language, said = TALKS[number % len(TALKS)]
        yield language, said if number < len(TALKS) else tuple(_reworded(one, language, dice) for one in said)


def _reworded(said: Said, language: str, dice: random.Random) -> Said:
    shift = dice.uniform(-0.05, 0.05)
    first, *others = said.guesses
    guesses = {first: min(0.99, said.guesses[first] + shift), **{name: said.guesses[name] for name in others}}
    ordered = dict(sorted(guesses.items(), key=lambda item: -item[1]))
    lead_in = dice.choice(_LEAD_INS[language])
    return Said(**{**vars(said), "text": lead_in + said.text, "guesses": ordered})


def _have(
    session: Session, language: str, said: tuple[Said, ...], started: datetime, customer_id: int | None = None
) -> list[int]:
    conversation = open_conversation(session, language, customer_id)
    ids = []
    for number, one in enumerate(said):
        moment = started + timedelta(seconds=40 * number)
        question = append_message(session, conversation.id, Draft("shopper", one.text, client_id=f"c{number}"))
        if one.handed_over:
            hand_over(session, conversation.id, one.handed_over, one.text[:80])
        answers = [Draft("bot", one.answer, choices=one.choices)]
        shown = record_reply(session, question.id, "answered", answers, duration_milliseconds=40, parse=one.parse())
        if one.vote:
            vote(session, conversation.id, shown[-1].seq, one.vote)
        for message in (question, *shown):
            message.created_at = moment
        ids.append(question.id)
    session.flush()
    return ids
