"""Who is compared: Aisle's own understanding and Rasa's stock pipeline. Each call runs in a process of its own.

Nothing heavy is imported above the functions, so that the process that answers with our model has no torch in it
and its resident memory is that of serving.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from benchmarks.answers import Answer
from language.understanding import OUT_OF_SCOPE, UNSURE
from training.dataset import Row

P = ParamSpec("P")
T = TypeVar("T")

STOCK_PIPELINE: tuple[dict[str, Any], ...] = (
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100},
    {"name": "EntitySynonymMapper"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
)
"""What ``rasa init`` (3.6) writes, without the ResponseSelector, which has nothing to select here."""


@dataclass(frozen=True)
class Trained:
    """Where a trained contender lies and what making it took: by the clock, and of the processors' time.

    The second says more of a machine that does other things beside the training.
    """

    folder: Path
    seconds: float
    cpu_seconds: float
    megabytes: float
    settings: dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """The answers to some texts, in their order, and the resident memory of the process that gave them."""

    answers: list[Answer]
    resident_megabytes: float


class Watch:
    """Seconds since it was made, by the clock and of the time that processors gave all threads of this process."""

    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """(seconds, processor seconds)."""
        return time.perf_counter() - self._clock, time.process_time() - self._processor

    def read_milliseconds(self) -> tuple[float, float]:
        """The same in milliseconds."""
        seconds, cpu_seconds = self.read()
        return 1000 * seconds, 1000 * cpu_seconds


def in_own_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of ``function``, called in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()


def in_own_process_until(limit_seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """The result of ``function``, called in a fresh process; None where it was stopped at the limit.

    Raises RuntimeError where the process ended without one.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, function, args, kwargs))
    process.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(limit_seconds) else None
    except EOFError as error:
        raise RuntimeError(f"{function.__name__} ended without a result; what it printed says why") from error
    finally:
        process.kill()
        process.join()


def _send(sender: Connection, function: Callable[..., Any], args: Any, kwargs: Any) -> None:
    sender.send(function(*args, **kwargs))


def train_ours(rows: Sequence[Row], validation: Sequence[Row], base_model: str, folder: Path) -> Trained:
    """Train the product's component as ``rasa train`` does, with the settings that stand in ``config.yml``."""
    from language.base_models import choose, resolve
    from shop.settings import get_settings
    from training.finetune import FinetuneSettings
    from training.understanding import SERVED, train

    settings = FinetuneSettings(**component_settings().get("finetune", {}))
    base = resolve(choose(base_model, [row.text for row in rows]), get_settings().state_dir)
    watch = Watch()
    train(rows, base, settings, folder, validation)
    seconds, cpu_seconds = watch.read()
    notes = {
        "base": base.name,
        "epochs": settings.epochs_for(len(rows)),
        "batch_size": settings.batch_size_for(len(rows)),
    }
    return Trained(folder / SERVED, seconds, cpu_seconds, _megabytes(folder / SERVED), notes)


def answer_ours(folder: Path, texts: Sequence[str]) -> Answered:
    """Read every text with the served model, on one thread."""
    from language.understanding import Understanding

    model = Understanding.load(folder, threads=1)
    model.read("warm up")
    answers = []
    for text in texts:
        watch = Watch()
        reading = model.read(text)
        milliseconds, cpu_milliseconds = watch.read_milliseconds()
        acted_on = reading.intent.label
        answers.append(
            Answer(
                reading.ranking[0].label,
                reading.ranking[0].confidence,
                1.0 - reading.out_of_scope_score,
                OUT_OF_SCOPE if acted_on == UNSURE else acted_on,
                milliseconds,
                cpu_milliseconds,
                tuple((e.start, e.end, e.entity) for e in reading.entities),
            )
        )
    return Answered(answers, resident_megabytes())


def answer_sentiment(folder: Path, texts: Sequence[str]) -> Answered:
    """Read the sentiment of every text with the served model, on one thread."""
    from language.understanding import Understanding

    model = Understanding.load(folder, threads=1)
    model.read("warm up")
    answers = []
    for text in texts:
        watch = Watch()
        mood = model.read(text).sentiment
        answers.append(Answer(mood.label, mood.confidence, 1.0, mood.label, *watch.read_milliseconds()))
    return Answered(answers, resident_megabytes())


def train_diet(rows: Sequence[Row], folder: Path) -> Trained:
    """Train Rasa's stock NLU pipeline through ``rasa train nlu``."""
    import yaml

    os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")  # else a second run would "train" in no time
    from rasa.model_training import train_nlu

    folder.mkdir(parents=True, exist_ok=True)
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": list(STOCK_PIPELINE)}
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False))
    _write_nlu(rows, folder / "nlu.json")
    watch = Watch()
    archive = train_nlu(str(folder / "config.yml"), str(folder / "nlu.json"), str(folder), fixed_model_name="stock")
    made = Path(str(archive))
    return Trained(made, *watch.read(), made.stat().st_size / 1e6, {"epochs": 100})


def answer_diet(archive: Path, texts: Sequence[str]) -> Answered:
    """Read every text with a trained Rasa archive; what falls back counts as rejected."""
    import asyncio
    import logging

    import structlog
    from rasa.core.agent import Agent

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    agent = Agent.load(str(archive))
    parse = asyncio.new_event_loop().run_until_complete
    parse(agent.parse_message("warm up"))
    answers = []
    for text in texts:
        watch = Watch()
        parsed = parse(agent.parse_message(text))
        answers.append(_rasa_answer(parsed, *watch.read_milliseconds()))
    return Answered(answers, resident_megabytes())


def component_settings() -> dict[str, Any]:
    """What ``config.yml`` says of our component."""
    import yaml

    pipeline = yaml.safe_load(Path("config.yml").read_text("utf-8"))["pipeline"]
    settings: dict[str, Any] = next(step for step in pipeline if step["name"].endswith("AisleUnderstanding"))
    return settings


def resident_megabytes() -> float:
    """Resident memory of this process (Linux), 0 elsewhere."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if statm.exists() else 0.0


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.iterdir()) / 1e6


def _write_nlu(rows: Sequence[Row], path: Path) -> None:
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    messages = [Message.build(row.text, row.intent, [_rasa_entity(row.text, *s) for s in row.spans]) for row in rows]
    path.write_text(TrainingData(messages).nlu_as_json(), "utf-8")


def _rasa_entity(text: str, start: int, end: int, name: str) -> dict[str, Any]:
    return {"start": start, "end": end, "value": text[start:end], "entity": name}


def _rasa_answer(parsed: dict[str, Any], milliseconds: float, cpu_milliseconds: float) -> Answer:
    ranking = [(str(g["name"]), float(g["confidence"])) for g in parsed["intent_ranking"] if g["name"] != UNSURE]
    likeliest, confidence = ranking[0] if ranking else (OUT_OF_SCOPE, 0.0)
    acted_on = parsed["intent"]["name"]
    spans = tuple((e["start"], e["end"], e["entity"]) for e in parsed["entities"])
    return Answer(
        likeliest,
        confidence,
        0.0 if likeliest == OUT_OF_SCOPE else confidence,
        OUT_OF_SCOPE if acted_on in (UNSURE, None) else acted_on,
        milliseconds,
        cpu_milliseconds,
        spans,
    )
