"""What can be asked of a writer, and the protocol every writer follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from actions.generators.facts import LocalFacts
from shop.money import Money
from shop.vocabulary import mentions, normal_size, same_colour


@dataclass(frozen=True)
class Describe:
    """Write a description of one product, from its lasting facts."""


@dataclass(frozen=True)
class Wish:
    """What the shopper asked for, in the shopper's words."""

    words: tuple[str, ...] = ()  # "waterproof", "for hiking"; what names the thing itself ("jacket") is not repeated
    colour: str = ""
    size: str = ""
    budget: Money | None = None


@dataclass(frozen=True)
class Reason:
    """Why a product is recommended. ``subject`` is a product's name or a category, in the reply's language."""

    kind: str  # bought_x, similar_to_x, popular_in, matches_need
    subject: str = ""


@dataclass(frozen=True)
class Recommend:
    """Write a reply that recommends products, with one reason for each."""

    reasons: tuple[Reason, ...]
    wish: Wish = Wish()


Task = Describe | Recommend

# What a text may say of the shopper or of other shoppers, where that is the reason.
_WAYS_TO_SAY = {
    "bought_x": ("bought", "purchased", "买过", "买过的", "购买过", "购买过的"),
    "similar_to_x": ("looked at", "viewed", "看过", "看过的", "浏览过", "浏览过的"),
    "popular_in": ("popular", "受欢迎"),
}


class Writer(Protocol):
    """Turns facts into a text. ``name`` is kept beside what it wrote."""

    name: str

    def write(self, task: Task, facts: Sequence[LocalFacts], language: str, deadline_seconds: float) -> str:
        """The text. Raises Unavailable when it cannot be written by the deadline."""
        ...


def met_wishes(facts: LocalFacts, wish: Wish) -> tuple[str, ...]:
    """The wishes a product meets, in the words of its own facts: ``("waterproof",)``."""
    return tuple(dict.fromkeys(found for word in wish.words if (found := _own_word(facts, word))))


def _own_word(facts: LocalFacts, wish: str) -> str:
    if mentions(wish, facts.category) or mentions(wish, facts.name):
        return ""
    values = [fact.value for fact in facts.facts if not fact.is_negative]
    short_values = [value for value in values if len(value) <= 24]
    return next((text for text in (*facts.tags, *short_values) if mentions(wish, text)), "")


def met_options(facts: LocalFacts, wish: Wish) -> tuple[str, ...]:
    """The wished size and colour where the product has them in stock, as the shop writes them."""
    values = [value for _, found in facts.options for value in found]
    sizes = [v for v in values if wish.size and normal_size(v) == normal_size(wish.size)]
    colours = [v for v in values if wish.colour and same_colour(wish.colour, v)]
    return (*sizes[:1], *colours[:1])


def true_phrases(task: Task, facts: Sequence[LocalFacts]) -> Iterator[str]:
    """What a text for a task may say without the facts of the products: reasons, and a budget that is kept."""
    if not isinstance(task, Recommend):
        return
    for reason in task.reasons:
        yield reason.subject
        yield from _WAYS_TO_SAY.get(reason.kind, ())
    if keeps_budget(facts, task.wish):
        yield from (str(task.wish.budget), "budget", "预算", "预算之内", "预算内")


def keeps_budget(facts: Sequence[LocalFacts], wish: Wish) -> bool:
    """Whether a budget was named and every product has a variant within it, in the same currency."""
    limit = wish.budget
    if limit is None:
        return False
    prices = [local.lowest_price for local in facts]
    return all(p is not None and p.currency == limit.currency and not limit < p for p in prices)
