"""Examples of a data set, each with where it is from: the Rasa YAML of the tree, and the labelled messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from language.detection import detect
from language.patterns import NAMES as PATTERN_ENTITIES
from shop.tables import TrainingLabel, TrainingMessage
from training.data_sets.filling import fill
from training.dataset import rows_from_sentiment_csv
from training.labelling.labels import decisive, labels_in_force
from training.rasa_yaml import Span, WrittenExample, as_line, read_folder

Split = Literal["train", "validation", "test", "regression"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test", "regression")


@dataclass(frozen=True)
class DataExample:
    """One text with its labels."""

    text: str
    intent: str
    """Empty where only the sentiment is known."""
    language: str
    source: str
    """``FILE:LINE`` of the tree, or ``message:ID``, an id of ``training_messages``."""
    sentiment: str = ""
    entities: tuple[Span, ...] = ()
    labellers: tuple[str, ...] = ()
    """Who labelled the message; nobody for the tree's examples, whose history is git's."""
    conversation: str = ""
    split: str = ""

    @property
    def id(self) -> str:
        """The same for the same content from the same place."""
        spans = [[span.start, span.end, span.name] for span in self.entities]
        told = repr([self.text, self.intent, self.sentiment, spans, self.source.partition(":")[0], self.conversation])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """For the manifest."""
        return {"id": self.id, **asdict(self)}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> DataExample:
        """The way back."""
        fields = {name: value for name, value in held.items() if name != "id"}
        fields["entities"] = tuple(Span(**span) for span in held["entities"])
        fields["labellers"] = tuple(held["labellers"])
        return cls(**fields)


def from_tree(folder: Path, split: str = "") -> list[DataExample]:
    """The intent examples of the YAML files of a folder; a text that stands there twice under one intent, once."""
    found: dict[tuple[str, str], DataExample] = {}
    for written in read_folder(folder) if folder.is_dir() else []:
        found.setdefault((written.text, written.intent), _of_tree(written, split))
    return list(found.values())


def sentiments_from_tree(folder: Path) -> list[DataExample]:
    """The rows of the sentiment tables of a folder."""
    return [
        DataExample(
            row.text, "", _language(row.text), f"{table.as_posix()}:{number}", str(row.sentiment), split="train"
        )
        for table in sorted(folder.glob("*.csv"))
        for number, row in enumerate(rows_from_sentiment_csv(table), start=2)
    ]


def from_labels(session: Session) -> tuple[list[DataExample], list[int]]:
    """(examples, ids of the messages left out because people disagree about them).

    What a message's placeholders stood for is filled in with made-up values, so that the model learns from texts as
    shoppers write them.
    """
    labelled = select(TrainingMessage).where(TrainingMessage.state == "labelled").order_by(TrainingMessage.id)
    messages = session.scalars(labelled).all()
    standing = labels_in_force(session, [message.id for message in messages])
    examples, disputed = [], []
    for message in messages:
        labels = decisive(standing.get(message.id, []))
        if len({label.intent for label in labels}) == 1:
            examples.append(_of_message(message, labels))
        elif labels:
            disputed.append(message.id)
    return examples, disputed


def _of_tree(written: WrittenExample, split: str) -> DataExample:
    return DataExample(
        written.text,
        written.intent,
        "zh" if Path(written.file).stem.endswith(".zh") else _language(written.text),
        f"{written.file}:{written.line}",
        entities=written.entities,
        split=split,
    )


def _of_message(message: TrainingMessage, labels: Iterable[TrainingLabel]) -> DataExample:
    labels = list(labels)
    corrected = [label.entities for label in labels if label.entities is not None]
    marked = corrected[-1] if corrected else message.entities
    text = as_line(message.text)
    spans = tuple(
        Span(int(each["start"]), int(each["end"]), each["entity"], text[int(each["start"]) : int(each["end"])])
        for each in marked
        if each["entity"] not in PATTERN_ENTITIES
    )
    sentiments = {label.sentiment for label in labels if label.sentiment}
    text, spans = fill(text, spans, message.language, seed=str(message.message_id))
    example = DataExample(
        text,
        labels[0].intent,
        message.language,
        f"message:{message.id}",
        sentiments.pop() if len(sentiments) == 1 else "",
        spans,
        tuple(label.labeller for label in labels),
        message.conversation_id,
    )
    return _stripped(example)


def _stripped(example: DataExample) -> DataExample:
    """Without the spaces and dashes at its edges that a training file cannot hold."""
    kept = example.text.lstrip(" -\u3000\u00a0")
    cut = len(example.text) - len(kept)
    text = kept.rstrip()
    moved = (replace(span, start=span.start - cut, end=span.end - cut) for span in example.entities)
    spans = tuple(span for span in moved if span.start >= 0 and span.end <= len(text))
    return replace(example, text=text, entities=spans)


def _language(text: str) -> str:
    return detect(text) or "en"
