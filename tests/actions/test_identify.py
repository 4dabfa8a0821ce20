"""The code step of showing who one is, on a real database."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.identity import Identify
from actions.skill import Skills
from actions.turn import Turn
from shop import identity
from shop.policy import load_policy
from shop.settings import Settings
from shop.tables import Base, Mail
from shop.unit_of_work import Database
from tests.actions.turns import answers, tracker
from tests.shop.small_shop import small_shop


@pytest.mark.parametrize("written", ["{}", "my code is {}", "验证码是{}", "in two parts"])
def test_a_long_code_is_read_as_it_is_typed(tmp_path: Path, written: str) -> None:
    settings = Settings(state_dir=tmp_path, database_url="", codes_per_hour_of_email=1)
    database = Database.from_settings(settings)
    Base.metadata.create_all(database.engine)
    shop = small_shop(database)
    elsewhere, here, mail = shop.conversation(None), shop.conversation(None), ("", "{code}")
    with database.work() as unit:
        email: str = unit.session.get(identity.Customer, shop.customer_id).email
        for place in (elsewhere, here):
            identity.request_code(unit.session, place, email, settings, mail)
        unit.commit()
        code: str = unit.session.query(Mail).order_by(Mail.id.desc()).first().body
    assert len(code) == 10
    text = f"{code[:5]} {code[5:]}" if written == "in two parts" else written.format(code)
    services: Any = SimpleNamespace(database=database, policy=load_policy(), settings=settings)
    heard = tracker(
        text, slots={"language": "en", "question": {"skill": "identify", "step": "code"}}, conversation_id=here
    )
    turn = Turn(CollectingDispatcher(), heard, services)
    Identify(services, Skills({})).take(turn)
    assert [answer["response"] for answer in answers(turn)] == ["utter_identified"]
