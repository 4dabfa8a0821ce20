"""Long work that no shopper waits for: a queue (SQLite, or Redis by setting) and the jobs on it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from huey import RedisHuey, SqliteHuey
from huey.api import Huey

from actions.generators.facts import LANGUAGES, ProductFacts
from actions.generators.service import DescriptionService
from shop.product_copy import list_product_rows
from shop.settings import Settings
from shop.unit_of_work import Database

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 30


@dataclass(frozen=True)
class Jobs:
    """The queue, and how each job is put on it."""

    queue: Huey
    write_descriptions: Callable[[], bool]  # whether it was put there: not when nothing is missing, or it waits already


def open_queue(settings: Settings) -> Huey:
    """The queue of the settings: Redis where there is one, else a file in the state folder."""
    if settings.redis_url:
        return RedisHuey("aisle", url=settings.redis_url)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("aisle", filename=str(settings.state_dir / "jobs.db"))


def build_jobs(settings: Settings, database: Database, service: DescriptionService) -> Jobs:
    """Put the jobs on the queue's register; the worker and whoever enqueues build the same."""
    queue = open_queue(settings)

    # One text a step: a step is seconds, so a stop loses next to nothing, and what is done is never done again.
    @queue.task(name="write_next_description", retries=2, retry_delay=_RETRY_SECONDS)
    def write_next_description() -> None:
        missing = next_missing(database)
        if missing is None:
            return
        product_id, language = missing
        written = service.write_ahead(product_id, language)
        _LOG.info("product %s, %s: written by %s", product_id, language, written.writer)
        if next_missing(database) is not None:
            write_next_description()

    def write_descriptions() -> bool:
        waiting = any(task.name == "write_next_description" for task in [*queue.pending(), *queue.scheduled()])
        if waiting or next_missing(database) is None:
            return False
        write_next_description()
        return True

    return Jobs(queue, write_descriptions)


def next_missing(database: Database) -> tuple[int, str] | None:
    """The first product and language without a description that is valid for today's facts."""
    with database.read() as unit:
        for product in list_product_rows(unit.session):
            fingerprint = ProductFacts.of(product).fingerprint
            valid = {copy.language for copy in product.copies if copy.facts_fingerprint == fingerprint}
            for language in LANGUAGES:
                if language not in valid:
                    return product.id, language
    return None
