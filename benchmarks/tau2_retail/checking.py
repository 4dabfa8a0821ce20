"""Yes or no to a summary: does what the bot is about to do contradict what the scenario says?

The scenario's words are all there is to compare with. What a careful reader could not find fault with is agreed to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.tau2_retail import wishes
from benchmarks.tau2_retail.hearing import kind_of_summary
from benchmarks.tau2_retail.lexicon import Lexicon
from benchmarks.tau2_retail.scenario import Scenario, Sentence

_NUMBER = re.compile(r"#?W\d{5,}")
_ITEM_NUMBER = re.compile(r"\b\d{8,}\b")
_WIDE = re.compile(r"\b(?:all|everything|every|whole|entire|items|things|orders|them)\b", re.IGNORECASE)
_ALL_ORDERS = re.compile(r"\b(?:all|both|every)\b (?:[\w#]+ ){0,3}orders?\b|\beverything\b", re.IGNORECASE)
_ONLY = re.compile(r"\bonly\b(?! (?:if|care))", re.IGNORECASE)
#: An address that is named without being spelt out.
_ELSEWHERE = re.compile(
    r"\b(?:original|back to|default|other|same as|home|profile|in one of)\b|'s address", re.IGNORECASE
)
#: All that a sentence names is in one order.
_ONE_ORDER = re.compile(
    r"\b(?:in|from|of) (?:the same|my (?:most )?recent|that|this|an) order\b|#?W\d{5,}", re.IGNORECASE
)
_EVERYTHING = re.compile(r"\beverything (?:on|in|of|from) (?:that|the|this|my)\b", re.IGNORECASE)
_MONEY_LINE = re.compile(r"goes back|will be charged|no price difference", re.IGNORECASE)
_WHOLE_ORDER = re.compile(
    r"\b(?:whole|entire|all)\b.*\border|\border\b.*\bwhole\b|cancel (?:the|all|my) .*\borders?\b", re.IGNORECASE
)
_CANCEL_IT = re.compile(r"\bcancel (?:the|that|my) order\b", re.IGNORECASE)
_NEVER = re.compile(r"\b(?:do not|don't|never) (?:want|do|need)\b|\b(?:only|except)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Summary:
    """What the bot says it will do."""

    text: str
    kind: str
    orders: frozenset[str]
    products: tuple[str, ...]

    @property
    def goods(self) -> tuple[str, ...]:
        """The lines of the summary that are not about money."""
        return tuple(line for line in self.text.splitlines() if not _MONEY_LINE.search(line))

    @classmethod
    def read(cls, text: str, lexicon: Lexicon) -> Summary:
        """From the words of the summary; its first line tells the kind."""
        return cls(text, kind_of_summary(text), orders_in(text), tuple(lexicon.products(text)))


def orders_in(text: str) -> frozenset[str]:
    """The order numbers that a text names."""
    return frozenset(f"#{number.lstrip('#')}" for number in _NUMBER.findall(text))


def objection(
    summary: Summary, scenario: Scenario, relevant: Sequence[Sentence], methods: Sequence[str], lexicon: Lexicon
) -> str:
    """What the customer says against a summary; empty for yes.

    ``relevant``: the sentences that stand for what is wanted now; ``methods``: the payment methods wanted now,
    the best first, without those that were refused.
    """
    wanted = [each for each in relevant if summary.kind in each.kinds and each.wants_change]
    if summary.kind and not wanted:
        return _again([each for each in relevant if each.wants_change])
    return (
        _wrong_order(summary, wanted)
        or _wrong_goods(summary, scenario, wanted, lexicon)
        or _wrong_options(summary, wanted, scenario, lexicon)
        or _wrong_place(summary, wanted)
        or _wrong_method(summary, methods)
    )


def takes_whole_order(sentence: Sentence) -> bool:
    """Whether a sentence is content that a whole order is cancelled."""
    whole = _WHOLE_ORDER.search(sentence.text) or _CANCEL_IT.search(sentence.text)
    return bool(whole) and "cancel" in sentence.kinds and not _NEVER.search(sentence.text)


def unheeded(summary: Summary, earlier: Sequence[Summary], last: Sentence | None) -> bool:
    """Whether the same goods are proposed as before, although the customer just asked for others."""
    if last is None or not earlier or summary.goods != earlier[-1].goods:
        return False
    goods = {product for mention in last.mentions for product in mention.products}
    if _ONLY.search(last.text) and goods == set(summary.products):
        return False
    return (last.role == "at_confirm" and not (wishes.methods_in(last.text) and not last.kinds)) or (
        last.role == "fallback" and summary.kind in last.kinds
    )


def wants_everything(summary: Summary, last: Sentence) -> bool:
    """Whether one thing only is proposed although the customer just asked for all there is."""
    return summary.kind in last.kinds and len(summary.products) == 1 and bool(_EVERYTHING.search(last.text))


def forgotten(summary: Summary, wanted: Sequence[Sentence], done: Sequence[Summary], lexicon: Lexicon) -> set[str]:
    """Goods that a sentence places in the very order of the summary and that neither it nor an earlier one has, in
    the sentence's words."""
    alone: set[str] = set().union(*(wishes.left_alone(each.text, lexicon) for each in wanted))
    had = alone | {product for each in (*done, summary) for product in each.products}
    for sentence in wanted:
        named = sentence.mentions
        if summary.kind in sentence.kinds and summary.kind != "cancel" and _ONE_ORDER.search(sentence.text):
            here = any(mention.products & set(summary.products) for mention in named)
            missing = {mention.words for mention in named if not mention.products & had}
            if here and missing and not _NEVER.search(sentence.text):
                return missing
    return set()


def _again(sentences: Sequence[Sentence]) -> str:
    return f"No. {sentences[-1].text}" if sentences else "No."


def _wrong_order(summary: Summary, wanted: Sequence[Sentence]) -> str:
    named = {f"#{number.lstrip('#')}" for each in wanted for number in _NUMBER.findall(each.text)}
    if named and summary.orders and not named & summary.orders:
        return f"No, I mean order {' and '.join(sorted(named))}."
    return ""


def _wrong_goods(summary: Summary, scenario: Scenario, wanted: Sequence[Sentence], lexicon: Lexicon) -> str:
    if summary.kind not in ("cancel", "return", "swap"):
        return ""
    shown = set(summary.products)
    only = _only_these(scenario, wanted, lexicon)
    if only and shown - only and summary.kind != "cancel":
        return f"No, only the {_names(only & shown or only, summary)}."
    alone = set().union(*(wishes.left_alone(each.text, lexicon) for each in wanted))
    alone |= wishes.left_alone(scenario.hidden, lexicon)
    if summary.kind == "swap":  # what is not to be cancelled or returned may well be exchanged
        alone = set()
    mentioned = {product for each in wanted for mention in each.mentions for product in mention.products} - alone
    if summary.kind == "cancel" and (mentioned or alone) and shown - mentioned and not _cancels_all(wanted):
        return f"No, only the {_names(mentioned or only, summary)}, not the whole order."
    unwanted = alone & shown
    if unwanted:
        return f"No, I want to keep the {_names(unwanted, summary)}."
    known = {p for m in lexicon.mentions(f"{scenario.told} {scenario.hidden}") for p in m.products}
    strange = [product for product in summary.products if product not in known]
    if any(_ITEM_NUMBER.search(each.text) for each in wanted):  # named by a number, a thing may have any name
        strange = []
    if strange and mentioned and not any(_WIDE.search(each.text) for each in wanted):
        return f"No, not the {' and '.join(strange)}. {wanted[-1].text}"
    return ""


def _only_these(scenario: Scenario, wanted: Sequence[Sentence], lexicon: Lexicon) -> set[str]:
    """The only goods wanted, where the latest wish or the customer's own knowledge says so."""
    if wanted and wanted[-1].mentions and _ONLY.search(wanted[-1].text) and wanted[-1].role != "say":
        return {product for mention in wanted[-1].mentions for product in mention.products}
    if scenario.hidden and not wishes.left_alone(scenario.hidden, lexicon):
        return {product for mention in lexicon.mentions(scenario.hidden) for product in mention.products}
    return set()


def _cancels_all(wanted: Sequence[Sentence]) -> bool:
    return any(takes_whole_order(each) or (_ALL_ORDERS.search(each.text) and "cancel" in each.kinds) for each in wanted)


def _names(products: set[str], summary: Summary) -> str:
    shown = [product for product in summary.products if product in products] or sorted(products)
    return " and the ".join(shown)


def _wrong_options(summary: Summary, wanted: Sequence[Sentence], scenario: Scenario, lexicon: Lexicon) -> str:
    """A wanted value that an exchanged thing does not get, told by its line of the summary."""
    if summary.kind != "swap":
        return ""
    for line in summary.text.splitlines():
        new = re.split(r"→|->|\binstead\b|\bbecomes?\b", line)
        products = lexicon.products(line)
        if len(new) != 2 or len(products) != 1:
            continue
        for sentence in wanted:
            missing = _missing_values(products[0], new[1], sentence, lexicon)
            if missing:
                return f"No, I want {' and '.join(sorted(missing))}. {sentence.text}"
        changed = _not_the_same(products[0], new[0], new[1], wanted, lexicon)
        if changed:
            return f"No, the {changed} has to stay the same. {wanted[-1].text}"
    return ""


def _not_the_same(product: str, old: str, new: str, wanted: Sequence[Sentence], lexicon: Lexicon) -> str:
    """An option of which the scenario says "the same size" and that changes."""
    told = " ".join(each.text.lower() for each in wanted if any(product in m.products for m in each.mentions))
    before, after = ({wishes.alike(part) for part in re.split(r"[:,(]", side)} for side in (old, new))
    for option, values in lexicon.values_by_product[product].items():
        kept = {wishes.alike(value) for value in values} & before
        if re.search(rf"\bsame {re.escape(option)}\b(?! as)", told) and kept and not kept & after:
            return option
    return ""


def _missing_values(product: str, new: str, sentence: Sentence, lexicon: Lexicon) -> set[str]:
    mention = next((m for m in sentence.mentions if product in m.products), None)
    if mention is None:
        return set()
    part = wishes.about(mention, sentence.text, sentence.mentions)
    if wishes.leaves_open(part) and not wishes.only_superlative(part):
        return set()
    words, missing = wishes.alike(new), set()
    for values in lexicon.values_by_product[product].values():
        wanted = wishes.targets_in(part, values)
        if wanted and not any(wishes.says_value(value, words) for value in wishes.with_better(wanted, values, part)):
            missing |= wanted
    return missing


def _wrong_place(summary: Summary, wanted: Sequence[Sentence]) -> str:
    if summary.kind != "address":
        return ""
    text = wanted[-1].text
    if not _ELSEWHERE.search(text):
        text = " ".join(each.text for each in wanted)
    spelt_out = wishes.addresses_in(text)
    street = spelt_out[0].split(",")[0] if spelt_out else ""
    if street and street.lower() not in summary.text.lower():
        return f"No, the address is {spelt_out[0]}."
    places = wishes.places_in(text)
    if places and not street and not places & wishes.places_in(summary.text):
        return _again(wanted)
    return ""


def _wrong_method(summary: Summary, methods: Sequence[str]) -> str:
    named = wishes.methods_in(summary.text)
    if not named or not methods or methods[0] in ("original", "other") or methods[0] in named:
        return ""
    return f"No, I want to use my {methods[0]}."
