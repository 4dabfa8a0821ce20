"""Aisle's understanding as a Rasa graph component: intent classifier and entity extractor in one.

No ``from __future__ import annotations`` here: Rasa reads the annotations at run time.
"""

import logging
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from language import detection, patterns
from language.clauses import Clause, leading, read_clauses
from language.entities import Entity
from language.understanding import Understanding
from shop.settings import get_settings

logger = logging.getLogger(__name__)

_FILES = ("model.onnx", "tokenizer.json", "understanding.json", "README.md")


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class AisleUnderstanding(GraphComponent, IntentClassifier, EntityExtractorMixin):
    """Reads a message with the fine-tuned BERT, the patterns and the language detector."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Understanding | None
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``base_model`` empty means the setting; ``finetune`` overrides single fields of FinetuneSettings;
        ``continue_from`` is the folder of an earlier training (``var/understanding/FINGERPRINT``) to go on from;
        ``validation_data`` is a file of Rasa training data to calibrate on, instead of a tenth of the rest."""
        return {
            "base_model": "",
            "sentiment_data": "bot/data/sentiment",
            "ranking_length": 10,
            "finetune": {},
            "continue_from": "",
            "validation_data": "",
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """A component that can be trained, and that understands only patterns until it is."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GraphComponent:
        """Open the persisted model; without one, as ``create``."""
        try:
            with model_storage.read_from(resource) as folder:
                model = Understanding.load(folder, get_settings().onnx_threads)
        except ValueError:
            logger.warning("No understanding model in this archive; every intent will be unsure.")
            model = None
        return cls(config, model_storage, resource, model)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """What decides the result beside the graph's inputs: base, sentiment and validation data, the training code."""
        from training import checksums
        from training.sources import code_fingerprint

        tables = sorted(Path(config.get("sentiment_data", "")).glob("*.csv"))
        if config.get("validation_data"):
            tables.append(Path(config["validation_data"]))
        base = config.get("base_model") or get_settings().base_model
        return checksums.of_json([base, code_fingerprint(), *(checksums.of_folder(t.parent, [t.name]) for t in tables)])

    def train(self, training_data: TrainingData) -> Resource:
        """Fine-tune on the training data and the sentiment tables (or reuse the same), and persist what serves."""
        from language.base_models import choose, resolve
        from training.dataset import rows_from_rasa, rows_from_sentiment_csv
        from training.finetune import FinetuneSettings
        from training.understanding import SERVED, WEIGHTS, train_cached

        rows = rows_from_rasa(training_data)
        if not rows:
            return self._resource
        for table in sorted(Path(self._config["sentiment_data"]).glob("*.csv")):
            rows += rows_from_sentiment_csv(table)
        state_dir = get_settings().state_dir
        name = choose(self._config["base_model"] or get_settings().base_model, [row.text for row in rows])
        base = resolve(name, state_dir)
        champion = Path(self._config["continue_from"]) if self._config["continue_from"] else None
        settings = FinetuneSettings(**self._config["finetune"])
        made = train_cached(rows, base, settings, state_dir, champion, self._validation_rows())
        with self._storage.write_to(self._resource) as folder:
            for name in _FILES:
                part = WEIGHTS if name == "README.md" else SERVED
                shutil.copy(made / part / name, folder / name)
        return self._resource

    def _validation_rows(self) -> list[Any]:
        from training.dataset import rows_from_rasa

        path = self._config["validation_data"]
        return rows_from_rasa(load_data(path)) if path else []

    def process(self, messages: list[Message]) -> list[Message]:
        """Write onto each message what was understood of it."""
        for message in messages:
            text = message.get(TEXT) or ""
            if self._model is None:
                _write_entities(message, text, patterns.find(text), detection.detect(text))
            else:
                self._write(message, text, self._model)
        return messages

    def _write(self, message: Message, text: str, model: Understanding) -> None:
        reading, clauses = model.read(text), read_clauses(text, model.read)
        first = leading(reading, clauses)
        acted_on = first.reading if first else reading
        ranking = [{"name": g.label, "confidence": g.confidence} for g in acted_on.ranking]
        intent = {"name": acted_on.intent.label, "confidence": acted_on.intent.confidence}
        message.set("clauses", [_as_request(clause) for clause in clauses], add_to_output=True)
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True)
        sentiment = {"label": reading.sentiment.label, "confidence": reading.sentiment.confidence}
        message.set("sentiment", sentiment, add_to_output=True)
        message.set("urgency", asdict(reading.urgency), add_to_output=True)
        message.set("anger", asdict(reading.anger), add_to_output=True)
        message.set("out_of_scope_score", reading.out_of_scope_score, add_to_output=True)
        message.set("model", model.fingerprint, add_to_output=True)
        _write_entities(message, text, reading.entities, reading.language)


def _write_entities(message: Message, text: str, entities: list[Entity], detected: str | None) -> None:
    # A text without a language of its own ("42", "ok@x.com") is in the conversation's, which the gateway names.
    language = detected or (message.get(METADATA) or {}).get("language")
    message.set("language", language, add_to_output=True)
    written = [_as_rasa(entity) for entity in entities]
    if language:
        whole = Entity("language", language, 0, len(text))
        written.append(_as_rasa(whole) | {"extractor": "LanguageDetector"})
    message.set(ENTITIES, (message.get(ENTITIES) or []) + written, add_to_output=True)


def _as_request(clause: Clause) -> dict[str, Any]:
    """A part of a message as skills take it: like a message of its own, its offsets counted from its own start."""
    reading = clause.reading
    return {
        "text": clause.text,
        "lead": clause.lead,
        "intent": {"name": reading.intent.label, "confidence": reading.intent.confidence},
        "entities": [_as_rasa(entity) for entity in reading.entities],
        "asks": clause.asks,
    }


def _as_rasa(entity: Entity) -> dict[str, Any]:
    return {
        "entity": entity.entity,
        "value": entity.value,
        "start": entity.start,
        "end": entity.end,
        "confidence": entity.confidence,
        "extractor": "Patterns" if entity.entity in patterns.NAMES else "AisleUnderstanding",
    }
