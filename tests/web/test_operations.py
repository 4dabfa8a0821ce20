"""Readiness names who is missing; figures count what happened."""

from __future__ import annotations

import httpx

from shop.settings import Settings
from tests.web.served import Shopper, served
from tests.web.stand_in import StandIn


def test_ready_when_all_answer(address: str) -> None:
    answer = httpx.get(f"{address}/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "waiting_for": []})


def test_not_ready_names_who_is_missing(settings: Settings, free_port: int) -> None:
    settings.rasa_port = free_port
    settings.database_url = f"sqlite:///{settings.state_dir / 'empty.db'}"
    settings.demo = False
    with served(settings) as address:
        answer = httpx.get(f"{address}/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "starting", "waiting_for": ["database", "rasa"]}


def test_figures_count_turns_and_failures(address: str, rasa: StandIn) -> None:
    shopper = Shopper(address)
    shopper.answer_to(shopper.say("hello"))
    rasa.behave = lambda asked: (500, {})
    shopper.answer_to(shopper.say("hello"))
    figures = httpx.get(f"{address}/metrics").text
    assert 'aisle_turns_total{outcome="answered"} 1.0' in figures
    assert 'aisle_turns_total{outcome="failed"} 1.0' in figures
    assert 'aisle_turn_failures_total{kind="bad_answer"} 1.0' in figures
    assert "aisle_turn_seconds_count 2.0" in figures
