"""Whether every running Rasa process follows the pointer and reads real messages with the new champion.

A champion that does not answer as it must is put back by the one before, by itself.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

import httpx

from shop.channel_secret import HEADER
from shop.clock import now
from shop.settings import Settings
from shop.tables import ModelVersion
from shop.unit_of_work import Database
from training.models.promotion import return_from_unhealthy
from training.models.registry import champion, get_model

_LOG = logging.getLogger(__name__)
_LOADING_SECONDS = 120
"""A process that answers has so long, beside the time between two pulls, to load what it was given."""
_AGREEING = 0.8
"""Share of the probes that must be read as the trained model reads them. Not all: Rasa acts on the first request of
several in one message."""
_TIMEOUT_SECONDS = 10
_GREETINGS = ("hello", "你好")
"""What is read where the model was never evaluated, as the one that `make run` trained."""


@dataclass(frozen=True)
class Process:
    """What one Rasa process answered."""

    url: str
    answers: bool = False
    """Whether it is there; it may be too busy to say more."""
    follows: bool = False
    """Whether it has the champion's archive."""
    agreeing: float | None = None
    """Share of the probes that it reads as it must."""
    seconds: float | None = None
    """From the promotion until it was seen to follow."""


@dataclass(frozen=True)
class Health:
    """What the running Rasa processes answered after a promotion."""

    state: Literal["unknown", "waiting", "healthy", "failed"] = "unknown"
    """``waiting``: not every process has the model yet. ``failed``: the one before was put back."""
    since: str = ""
    """When the pointer moved, ISO 8601."""
    text: str = ""
    """What was found, in plain words."""
    processes: tuple[Process, ...] = ()


def health_of(model: ModelVersion) -> Health:
    """What was found of a model after its promotion."""
    held = dict(model.health or {})
    processes = tuple(Process(**each) for each in held.pop("processes", ()))
    return Health(**held, processes=processes)


def check_health(database: Database, settings: Settings) -> Health | None:
    """Look at the champion's health while it is not known, and go back where it failed. None without a champion."""
    with database.read() as unit:
        serving = champion(unit.session)
    if serving is None:
        return None
    health = health_of(serving)
    if health.state != "waiting":
        return health
    found = _judge(serving, settings, health)
    if found != health:
        _keep(database, serving.id, found)
    if found.state == "failed":
        _LOG.error("model %s: %s", serving.id, found.text)
        if not return_from_unhealthy(database, settings, serving.id, found.text):
            _LOG.error("there is no model before it to return to")
    return found


def _judge(model: ModelVersion, settings: Settings, health: Health) -> Health:
    """What the processes answer now. Those that do not answer at all may be starting, and are waited for."""
    waited = (now() - datetime.fromisoformat(health.since)).total_seconds()
    with httpx.Client(headers={HEADER: settings.channel_secret}, timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
        before = {process.url: process for process in health.processes}
        processes = tuple(_ask(http, url, model, before.get(url), waited) for url in settings.resolved_rasa_urls)
    found = replace(health, processes=processes)
    astray = [each for each in processes if each.answers and not each.follows]
    strange = [each for each in processes if each.agreeing is not None and each.agreeing < _AGREEING]
    if strange:
        return replace(found, state="failed", text=f"{strange[0].url} reads messages otherwise than the model should.")
    if astray and waited > settings.model_pull_seconds + _LOADING_SECONDS:
        return replace(found, state="failed", text=f"{astray[0].url} did not load the model; see Rasa's log.")
    if all(each.follows for each in processes):
        return replace(found, state="healthy", text="Every Rasa process reads with it.")
    silent = [each.url for each in processes if not each.answers]
    said = f"No answer from {', '.join(silent)}." if silent else "Not every Rasa process has it yet."
    return replace(found, text=said)


def _ask(http: httpx.Client, url: str, model: ModelVersion, before: Process | None, waited: float) -> Process:
    if before is not None and before.follows:
        return before
    probes = list(model.evaluation.get("probes", ())) or [{"text": text} for text in _GREETINGS]
    try:
        loaded = http.get(f"{url}/webhooks/aisle/model").raise_for_status().json()
        if loaded.get("etag") != model.archive_sha256:
            return Process(url, answers=True)
        asked = {"texts": [probe["text"] for probe in probes]}
        parses = http.post(f"{url}/webhooks/aisle/parse", json=asked).raise_for_status().json()["parses"]
    except httpx.ConnectError:
        return Process(url)
    except (httpx.HTTPError, ValueError, KeyError):
        return Process(url, answers=True)
    right = [_reads_right(probe, parse, model) for probe, parse in zip(probes, parses, strict=True)]
    agreeing = sum(right) / len(right)
    return Process(url, answers=True, follows=True, agreeing=agreeing, seconds=round(waited, 1))


def _reads_right(probe: dict[str, str], parse: dict[str, str], model: ModelVersion) -> bool:
    """By the model's own understanding, and as it read the text when it was evaluated."""
    same_model = parse.get("model") == model.fingerprint
    return same_model and parse.get("likeliest") == probe.get("likeliest", parse.get("likeliest"))


def _keep(database: Database, model_id: int, health: Health) -> None:
    with database.work() as unit:
        held: dict[str, Any] = asdict(health)
        get_model(unit.session, model_id).health = held
        unit.commit()
