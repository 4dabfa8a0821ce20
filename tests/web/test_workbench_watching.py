"""The page Watching over the real app."""

from __future__ import annotations

from datetime import timedelta

from shop.clock import now
from tests.web.insiders import Browser
from tests.web.modelling import Messages, Models
from tests.web.test_workbench_runs import words
from tests.web.training_room import LEAD, Workbench

HERE = "/workbench/watching"


def test_the_page_is_for_trainers_and_says_when_there_is_nothing(room: Workbench, tara: Browser) -> None:
    assert room.browser(LEAD).http.get(HERE).status_code == 403
    assert "Nobody wrote to the bot in this time." in words(tara.get(HERE))
    assert tara.http.get(f"{HERE}?days=0").status_code == 422
    assert tara.http.get(f"{HERE}?days=1000").status_code == 422


def test_figures_by_day_and_model_are_drawn_and_told(room: Workbench, tara: Browser) -> None:
    with room.database.work() as unit:
        Models(unit.session, room.settings).add("champion", 1)
        messages = Messages(unit.session)
        same = {"conversation_id": "c", "sentiment": "negative", "satisfaction": 4}
        for _ in range(3):
            messages.add(
                now(), intent="greet", confidence=0.9, outcome="resolved", vote=1, model="fingerprint1", **same
            )
        messages.add(
            now() - timedelta(days=1),
            **{"intent": "returns", "confidence": 0.5, "outcome": "out_of_scope", "vote": -1, "language": "zh"},
            **{"model": "abcdef0123456789", "sentiment": "neutral", "satisfaction": None},
        )
        messages.add(now() - timedelta(days=40))
        unit.commit()
    page = tara.get(HERE)
    shown = words(page)
    assert "4 Messages before: 1" in shown
    assert "80.0% Confidence" in shown
    assert "25.0% Not understood" in shown
    assert "75% Thumbs up of 4" in shown
    assert "4.0 Satisfaction, 1 to 5 of 1 conversations" in shown
    assert "model 1 3 90.0% 0.0% 0.0% 0.0% 100.0% 100% 4.0" in shown
    assert "abcdef01 1 50.0% 100.0% 100.0%" in shown
    assert "greet 75.0% 3 0%" in shown
    assert f"{now().date().isoformat()} 3 90.0%" in shown  # the plots' days as a table
    assert page.text.count('<svg class="plot"') == 5
    assert f"<title>{now().date().isoformat()}: understood 3, asked back 0, not understood 0</title>" in page.text
    assert "1 Messages" in words(tara.get(f"{HERE}?language=zh"))


def test_drift_is_told_in_plain_words_with_what_to_do(room: Workbench, tara: Browser) -> None:
    with room.database.work() as unit:
        messages = Messages(unit.session)
        for _ in range(120):
            messages.add(now() - timedelta(days=10), intent="greet", outcome="resolved")
            messages.add(now(), intent="delivery_problem", outcome="fallback")
        unit.commit()
    page = tara.get(f"{HERE}?days=7")
    shown = words(page)
    assert "act on it What is asked for" in shown
    assert "“delivery problem” went from 0% to 100% of the messages." in shown
    assert "The bot did not find the meaning of 100% of the messages; before it was 0%." in shown
    assert "What to do:" in shown
    assert "too little to say Unlike the training data" in shown
    assert 'role="alert"' in page.text
    assert "act on it" not in words(tara.get(f"{HERE}?days=90"))
