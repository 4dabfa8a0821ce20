"""Whether a text is well formed: finished, named, not looping, in its language. Truth is the fact guard's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from actions.generators.facts import LocalFacts
from actions.generators.templates import frames
from actions.generators.templates.grammar import agreement
from actions.generators.tokens import Token, normalise, tokenise
from shop.vocabulary import has_cjk

_LENGTHS = {"en": (40, 700), "zh": (14, 300)}  # characters
_LOOP_TOKENS = {"en": 4, "zh": 7}
_SINGULAR = re.compile(r"\b(is an?|It|Its)\b")
# "某某来自某牌的外套": a name cannot "come from" and be the thing at once.
_TANGLED = re.compile(r"[^，。]来自[^，。]*的")


def flaws(text: str, facts: Sequence[LocalFacts], language: str, least_facts: int = 0) -> tuple[str, ...]:
    """What is wrong with the form of a text, in words; empty when it may be shown.

    ``least_facts``: how many facts of each product a text must tell, where the product has so many.
    """
    thin = [local for local in facts if _told(text, local) < min(least_facts, len(local.facts))]
    return (*_flaws(text, facts, language), *(f"tells too little of {local.name}" for local in thin))


def _told(text: str, facts: LocalFacts) -> int:
    """How many of the facts have their value, or what stands before its first comma, in the text."""
    lowered = text.lower()
    return sum(re.split("[,，] ?", fact.value.lower())[0] in lowered for fact in facts.facts if not fact.is_negative)


def _flaws(text: str, facts: Sequence[LocalFacts], language: str) -> Iterator[str]:
    shortest, longest = _LENGTHS[language]
    if not shortest <= len(text) <= longest * len(facts):
        yield f"{len(text)} characters long"
    if not text.endswith((".", "!", "?", "。", "！", "？")):
        yield "not finished"
    yield from (f"does not name {local.name}" for local in facts if local.name not in text)
    if has_cjk(text) != (language == "zh") and not any(has_cjk(local.name) for local in facts):
        yield "not in its language"
    unnamed = text.replace(facts[0].name, "")  # a name may hold a quantity that is told again as a fact
    tokens = [token for token in tokenise(normalise(unnamed)) if token.kind != "mark"]
    if len(facts) == 1 and _repeats(tokens, _LOOP_TOKENS[language]):
        yield "repeats itself"
    if language == "en" and any(f"the {agreement(local)['the']}".lower() in text.lower() for local in facts):
        yield "an article too many"
    if language == "en" and len(facts) == 1 and _is_plural(facts[0]) and _SINGULAR.search(text):
        yield "speaks of several things as one"
    if language == "zh" and _TANGLED.search(text):
        yield "tangled sentence"


def _is_plural(facts: LocalFacts) -> bool:
    return facts.category.lower().split()[-1] in frames("en")["plural_categories"]


def _repeats(tokens: Sequence[Token], run: int) -> bool:
    """Whether a run of tokens comes twice, or a quantity does."""
    norms = [token.norm for token in tokens]
    runs = [tuple(norms[start : start + run]) for start in range(len(norms) - run + 1)]
    quantities = [token.norm for token in tokens if token.kind == "quantity" and not token.is_bare_number]
    return len(set(runs)) < len(runs) or len(set(quantities)) < len(quantities)
