"""The commands of whoever answers by hand."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from shop.conversations import get_conversation, hand_over, messages_after, open_conversation
from shop.handovers import app
from shop.settings import Settings
from shop.unit_of_work import Database


@pytest.fixture
def handed_over(database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    settings = Settings(database_url=database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr("shop.handovers.get_settings", lambda: settings)
    with database.work() as unit:
        conversation_id = str(open_conversation(unit.session, "en").id)
        hand_over(unit.session, conversation_id, "asked", "Wants to know about [sizes].")
        unit.commit()
    return conversation_id


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_who_waits_is_listed_with_the_summary_as_written(handed_over: str) -> None:
    output = _run("list")
    assert handed_over in output
    assert "Wants to know about [sizes]." in output


def test_a_reply_reaches_the_conversation(handed_over: str, database: Database) -> None:
    _run("reply", handed_over, "Hello, Ben here.")
    with database.read() as unit:
        last = messages_after(unit.session, handed_over, 0)[-1]
    assert (last.author, last.text) == ("agent", "Hello, Ben here.")


def test_a_returned_conversation_is_the_bots_again_and_waits_no_more(handed_over: str, database: Database) -> None:
    _run("return", handed_over)
    with database.read() as unit:
        assert get_conversation(unit.session, handed_over).status == "bot"
    assert "Nobody waits" in _run("list")
