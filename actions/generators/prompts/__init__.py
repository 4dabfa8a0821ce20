"""Few-shot prompts for a base model: worked examples, then the facts of the day and an empty line to fill."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from actions.generators.facts import LocalFacts
from actions.generators.template_writer import occasions_of, plain_clauses
from actions.generators.templates.grammar import joined, kind_of
from actions.generators.writing import Recommend, Task, met_options, met_wishes

_FOLDER = Path(__file__).parent
_SUITS = {"en": "suits ", "zh": "适合"}
_LABELS = {"en": ("Product", "Facts", "Text", "Price"), "zh": ("商品", "资料", "文案", "价格")}


@lru_cache(maxsize=4)
def _examples(kind: str, language: str) -> str:
    return (_FOLDER / f"{kind}.{language}.txt").read_text("utf-8")


def prompt_for(task: Task, facts: Sequence[LocalFacts], language: str) -> str:
    """The examples of a task, which never change and so stay in the model's cache, and then the new facts."""
    kind = "recommend" if isinstance(task, Recommend) else "describe"
    lines = _recommendation(task, facts) if isinstance(task, Recommend) else _product(facts[0])
    return f"{_examples(kind, language)}\n{lines}{_LABELS[language][2]}:"


def _product(facts: LocalFacts) -> str:
    """Facts as the templates word them: a small model joins clauses well and words bare data badly."""
    product, known, _, _ = _LABELS[facts.language]
    told = [_what_and_whose(facts), *plain_clauses(facts)]
    occasions = occasions_of(facts)
    if occasions:
        told.append(f"{_SUITS[facts.language]}{joined(occasions, facts.language)}")
    return f"{product}: {facts.name}\n{known}: {'; '.join(told)}\n"


def _what_and_whose(facts: LocalFacts) -> str:
    kind = kind_of(facts, facts.name)
    maker = facts.value_of("author") or ("" if facts.brand in facts.name else facts.brand)
    if not maker:
        return kind
    return f"{maker}的{kind}" if facts.language == "zh" else f"{kind} by {maker}"


def _recommendation(task: Recommend, facts: Sequence[LocalFacts]) -> str:
    product, known, _, price = _LABELS[facts[0].language]
    lines = ""
    for local, reason in zip(facts, task.reasons, strict=True):
        met = joined([*met_wishes(local, task.wish), *met_options(local, task.wish)], local.language)
        why = "; ".join(part for part in (reason.kind.replace("_x", "").replace("_", " "), reason.subject, met) if part)
        lines += f"{product}: {local.name}\n{price}: {local.lowest_price}\n{known}: {why}\n"
    return lines
