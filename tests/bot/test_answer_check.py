"""What an action server answers is still checked, only faster."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from bot.answer_check import check_schema_once

GOOD: list[dict[str, Any]] = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "timestamp": None, "name": "a", "value": 1}], "responses": [{"text": "hello"}]},
]
BAD: list[dict[str, Any]] = [
    {"events": [{"event": "no such event"}], "responses": []},
    {"events": [], "responses": ["no object"]},
    {"events": "none"},
]


@pytest.fixture(params=["stock", "ours"])
def action(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RemoteAction:
    """A remote action that checks as Rasa does, and one that checks as we do: both must say the same."""
    monkeypatch.setattr(RemoteAction, "_validate_action_result", RemoteAction._validate_action_result)  # put back after
    if request.param == "ours":
        check_schema_once()
    return RemoteAction("action_small_talk", None)


@pytest.mark.parametrize("answer", GOOD)
def test_right_answers_are_taken(action: RemoteAction, answer: dict[str, Any]) -> None:
    assert action._validate_action_result(answer)


@pytest.mark.parametrize("answer", BAD)
def test_wrong_answers_are_refused(action: RemoteAction, answer: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        action._validate_action_result(answer)
