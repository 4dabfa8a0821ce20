"""The graph component as Rasa runs it: trained in a real storage, packed, loaded, asked."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.understanding import AisleUnderstanding
from shop.settings import get_settings
from tests.training.tiny_base import make_tiny_base
from tests.training.tiny_shop import SETTINGS, rows

CONTEXT = ExecutionContext(GraphSchema({}))
RESOURCE = Resource("AisleUnderstanding0")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[LocalModelStorage, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("component")
    base = make_tiny_base(folder / "tiny")
    sentiment = folder / "sentiment"
    sentiment.mkdir()
    moods = [f"{row.text},{row.sentiment}" for row in rows() if row.sentiment]
    (sentiment / "en.csv").write_text("\n".join(["text,sentiment", *moods]))
    finetune = asdict(SETTINGS)
    config = AisleUnderstanding.get_default_config()
    config |= {"base_model": str(base), "sentiment_data": str(sentiment), "finetune": finetune}
    (folder / "storage").mkdir()
    storage = LocalModelStorage.create(folder / "storage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AISLE_STATE_DIR", str(folder / "var"))
        get_settings.cache_clear()
        component = AisleUnderstanding.create(config, storage, RESOURCE, CONTEXT)
        assert component.train(TrainingData([_message(row) for row in rows() if row.intent])) == RESOURCE
    get_settings.cache_clear()
    return storage, config


def _message(row: Any) -> Message:
    entities = [{"start": s, "end": e, "value": row.text[s:e], "entity": name} for s, e, name in row.spans]
    return Message({"text": row.text, "intent": row.intent, "entities": entities})


def _parse(component: Any, text: str) -> dict[str, Any]:
    (message,) = component.process([Message({"text": text})])
    return message.as_dict(only_output_properties=True)


def test_a_message_is_parsed(trained: tuple[LocalModelStorage, dict[str, Any]]) -> None:
    storage, config = trained
    component = AisleUnderstanding.load(config, storage, RESOURCE, CONTEXT)
    parse = _parse(component, "i want a red jacket")
    assert parse["intent_ranking"][0]["name"] == "find_product"
    assert set(parse["intent"]) == {"name", "confidence"}
    assert {e["extractor"] for e in parse["entities"] if e["entity"] == "product"} == {"AisleUnderstanding"}
    assert parse["language"] == "en"
    assert set(parse["sentiment"]) == {"label", "confidence"}
    assert set(parse["urgency"]) == set(parse["anger"]) == {"score", "signs"}
    assert 0.0 <= parse["out_of_scope_score"] <= 1.0


def test_patterns_and_language_are_entities_too(trained: tuple[LocalModelStorage, dict[str, Any]]) -> None:
    storage, config = trained
    component = AisleUnderstanding.load(config, storage, RESOURCE, CONTEXT)
    parse = _parse(component, "show me something under $50")
    entities = {entity["entity"]: (entity["value"], entity["extractor"]) for entity in parse["entities"]}
    assert entities["max_price"] == ("50", "Patterns")
    assert entities["language"] == ("en", "LanguageDetector")


def test_without_a_signal_there_is_no_language_entity(trained: tuple[LocalModelStorage, dict[str, Any]]) -> None:
    storage, config = trained
    component = AisleUnderstanding.load(config, storage, RESOURCE, CONTEXT)
    parse = _parse(component, "#W1234567")
    assert parse.get("language") is None
    assert [entity["entity"] for entity in parse["entities"]] == ["order_number"]


def test_an_empty_storage_is_survived(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    component = AisleUnderstanding.load(AisleUnderstanding.get_default_config(), storage, RESOURCE, CONTEXT)
    parse = _parse(component, "where is W1234567")
    assert parse["entities"][0]["value"] == "#W1234567"


def test_the_fingerprint_follows_the_sentiment_data(tmp_path: Path) -> None:
    config = AisleUnderstanding.get_default_config() | {"sentiment_data": str(tmp_path)}
    before = AisleUnderstanding.fingerprint_addon(config)
    (tmp_path / "en.csv").write_text("text,sentiment\nfine,neutral\n")
    assert AisleUnderstanding.fingerprint_addon(config) != before


def test_rasa_accepts_the_annotations() -> None:
    from rasa.engine.validation import _get_parameter_information

    for method in ("create", "load", "train", "process"):
        _get_parameter_information(AisleUnderstanding, method)
