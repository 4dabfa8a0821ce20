"""What must exist before the shop can open, and the command that makes each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, inspect, select

from shop.settings import Settings
from shop.tables import Article, Product
from shop.unit_of_work import Database

#: What the bot's archive is made from; a change in any of these trains it again.
_BOT_SOURCES = ("config.yml", "bot/domain", "bot/data", "bot/components", "training", "language")
_MARK = Path("models") / "aisle.sha256"


@dataclass(frozen=True)
class Step:
    """One thing to make: ``python COMMAND`` makes it."""

    title: str
    command: tuple[str, ...]
    usual_duration: str
    finished: Callable[[], None] = lambda: None


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
    if not all((state / "index" / language / "manifest.json").is_file() for language in ("en", "zh")):
        yield Step("Knowledge index", ("-m", "knowledge", "rebuild"), "about 20 s")
    if not (state / "recommender").is_dir():
        yield Step("Recommendations", ("-m", "training.recommender"), "about 10 s")
    sources = _digest()
    if not (_MARK.is_file() and _MARK.read_text() == sources and any(_MARK.parent.glob("*.tar.gz"))):
        command = ("-m", "training", "bot")
        yield Step("The bot's understanding (BERT) and dialogue", command, "about 6 minutes", lambda: _mark(sources))


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


def _digest() -> str:
    digest = hashlib.sha256()
    for source in _BOT_SOURCES:
        path = Path(source)
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix in (".py", ".yml", ".csv"):
                digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()


def _mark(sources: str) -> None:
    _MARK.parent.mkdir(exist_ok=True)
    _MARK.write_text(sources)
