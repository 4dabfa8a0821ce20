"""What the shop's reviews say of each aspect: ``python -m training.review_aspects [--reviews N]``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from language.aspects import ASPECTS, read_review
from language.understanding import Understanding
from shop.settings import get_settings
from shop.tables import Review
from shop.unit_of_work import Database
from training.models.serving import served_now


def count(model: Understanding, texts: Iterable[str]) -> Counter[tuple[str, str]]:
    """In how many reviews an aspect has a sentiment, by (aspect, sentiment)."""
    return Counter((found.aspect, found.sentiment.label) for text in texts for found in read_review(model, text))


def main(reviews: Annotated[int, typer.Option(help="How many reviews to read, the newest first.")] = 500) -> None:
    """Read the shop's reviews and print praise and blame of each aspect."""
    settings = get_settings()
    model = Understanding.load(served_now(settings))
    with Database.from_settings(settings).read() as unit:
        newest = select(Review.text).order_by(Review.created_at.desc(), Review.id).limit(reviews)
        texts = list(unit.session.scalars(newest))
    counts = count(model, texts)
    table = Table("aspect", *model.sentiments, title=f"What {len(texts)} reviews say")
    for aspect in ASPECTS:
        table.add_row(aspect, *(str(counts[aspect, sentiment]) for sentiment in model.sentiments))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
