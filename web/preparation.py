"""What must exist before the shop can open, and the command that makes each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, inspect, select

from knowledge.store import IndexFolder
from shop.settings import Settings
from shop.tables import Article, Product
from shop.unit_of_work import Database
from training import archive


@dataclass(frozen=True)
class Step:
    """One thing to make: ``python COMMAND`` makes it."""

    title: str
    command: tuple[str, ...]
    usual_duration: str


def missing_steps(settings: Settings) -> list[Step]:
    """The steps whose result is missing or out of date, in order."""
    return list(_missing(settings))


def _missing(settings: Settings) -> Iterator[Step]:
    state = settings.state_dir
    counts = _counts(settings)
    yield Step("Database", ("-m", "shop", "migrate"), "a second")
    if settings.demo and not counts["products"]:
        yield Step("Demo shop", ("-m", "shop", "demo", "--if-empty"), "about 10 s")
    if not all((state / "encoders" / language).is_dir() for language in ("en", "zh")):
        yield Step("Sentence encoders", ("-m", "training", "encoders"), "about 40 s")
    if settings.demo and not counts["articles"]:
        yield Step(
            "Help articles", ("-m", "knowledge", "import", "knowledge/demo_articles", "--if-empty"), "a few seconds"
        )
    if not all(IndexFolder(state / "index" / language).manifest() for language in ("en", "zh")):
        yield Step("Knowledge index", ("-m", "knowledge", "rebuild"), "about 20 s")
    if not (state / "recommender").is_dir():
        yield Step("Recommendations", ("-m", "training.recommender"), "about 10 s")
    if not archive.is_current():
        yield Step("The bot's understanding (BERT) and dialogue", ("-m", "training", "bot"), "about 6 minutes")


def _counts(settings: Settings) -> dict[str, int]:
    database = Database.from_settings(settings)
    try:
        if not inspect(database.engine).has_table(Article.__tablename__):
            return {"products": 0, "articles": 0}
        with database.read() as unit:
            return {
                "products": unit.session.scalar(select(func.count()).select_from(Product)),
                "articles": unit.session.scalar(select(func.count()).select_from(Article)),
            }
    finally:
        database.close()
