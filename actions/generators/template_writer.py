"""Writes texts from frames: every word is a frame's or a fact's, and a hash of the product picks the frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from actions.generators.facts import LocalFacts
from actions.generators.templates import choose, frames
from actions.generators.templates.grammar import agreement, capital, clause, joined, kind_of
from actions.generators.writing import Describe, Reason, Recommend, Task, Wish, keeps_budget, met_options, met_wishes

_SHOWN_FACTS = 4
_WORTH_SAYING_STARS = 4.0


class TemplateWriter:
    """The writer that is always there and always true."""

    name = "template"

    def write(self, task: Task, facts: Sequence[LocalFacts], language: str, deadline_seconds: float) -> str:
        """Write at once; the deadline cannot be missed."""
        if isinstance(task, Describe):
            return _description(facts[0])
        return _reply(task, facts, language)


def occasions_of(facts: LocalFacts) -> list[str]:
    """Up to three things the product is good for."""
    return [tag for tag in facts.tags if tag in frames(facts.language)["occasion_tags"]][:3]


def plain_clauses(facts: LocalFacts) -> list[str]:
    """The first facts of a product that fit into a sentence: ``"weighs 420 g"``."""
    return [text for text in _clauses(facts) if not _lists(text)][:_SHOWN_FACTS]


def _description(facts: LocalFacts) -> str:
    """An opening, one or two sentences of facts, and what it is good for."""
    sentences = [_opening(facts), *_fact_sentences(facts)]
    occasions = occasions_of(facts)
    if occasions:
        frame = choose(frames(facts.language)["occasions"], facts.name, "occasions")
        sentences.append(capital(frame.format(list=joined(occasions, facts.language), **agreement(facts))))
    return ("" if facts.language == "zh" else " ").join(sentences)


def _opening(facts: LocalFacts) -> str:
    author = facts.value_of("author")
    key = "book_openings" if author else "openings"
    if not author and (not facts.brand or facts.brand in facts.name):
        key = "openings_without_brand"
    frame = choose(frames(facts.language)[key], facts.name, "opening")
    kind = kind_of(facts, facts.name)
    return capital(frame.format(brand=facts.brand, author=author, kind=kind, **agreement(facts)))


def _fact_sentences(facts: LocalFacts) -> Iterator[str]:
    """Facts two by two; one that lists things after a colon stands last, alone."""
    plain = plain_clauses(facts)
    listing = [text for text in _clauses(facts) if _lists(text)][: max(0, 2 - (len(plain) + 1) // 2)]
    for texts in (plain[:2], plain[2:], listing):
        if texts:
            yield _sentence(texts, facts)


def _clauses(facts: LocalFacts) -> Iterator[str]:
    for fact in facts.facts:
        if not fact.is_negative and fact.key != "author":
            yield clause(fact, facts, choose((0, 1), facts.name, fact.key))


def _lists(text: str) -> bool:
    return ": " in text or "：" in text


def _sentence(clauses: Sequence[str], facts: LocalFacts) -> str:
    """Clauses that lack a subject ("weighs 420 g") go first and get one; the others bring their own."""
    if facts.language == "zh":
        return "，".join(clauses) + "。"
    words = agreement(facts)
    lacking = [text for text in clauses if not _brings_subject(text)]
    complete = [text for text in clauses if _brings_subject(text)]
    parts = [f"{words['It']} {' and '.join(lacking)}"] if lacking else []
    return capital(", and ".join([*parts, *complete])) + "."


def _brings_subject(text: str) -> bool:
    return text.startswith(("its ", "their ")) or text[:1].isupper()


def _reply(task: Recommend, facts: Sequence[LocalFacts], language: str) -> str:
    """One sentence that gives each product its reason."""
    texts = frames(language)["reply"]
    parts = [_pick(local, reason, task.wish) for local, reason in zip(facts, task.reasons, strict=True)]
    names = [local.name for local in facts]
    if keeps_budget(facts, task.wish):
        opening = choose(texts["open_budget"], *names).format(value=task.wish.budget)
    else:
        opening = choose(texts["open_many" if len(facts) > 1 else "open"], *names)
    return capital(f"{opening}{texts['between'].join(parts)}{texts['end']}")


def _pick(facts: LocalFacts, reason: Reason, wish: Wish) -> str:
    texts = frames(facts.language)["reply"]
    met = [*met_wishes(facts, wish), *(texts["in_size"].format(value=v) for v in met_options(facts, wish))]
    kind = reason.kind
    if kind not in texts or (kind == "matches_need" and not met):
        kind = "plain"
    price = str(facts.lowest_price)
    if facts.highest_price != facts.lowest_price:
        price = texts["from_price"].format(price=price)
    words = agreement(facts) | {"price": price, "subject": reason.subject, "list": joined(met, facts.language)}
    text = choose(texts[kind], facts.name, kind).format(**words)
    if kind == "popular_in" and facts.rating is not None and facts.rating >= _WORTH_SAYING_STARS:
        text += texts["rated"].format(rating=f"{facts.rating:g}")
    if met and kind not in {"matches_need", "plain"}:
        text += texts["also_meets"].format(**words)
    return str(text)
