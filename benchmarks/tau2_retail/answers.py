"""Answers to what the bot asks, each from the scenario's words and from what the bot has shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmarks.tau2_retail import wishes
from benchmarks.tau2_retail.hearing import Heard
from benchmarks.tau2_retail.lexicon import Lexicon, Mention
from benchmarks.tau2_retail.memory import Memory
from benchmarks.tau2_retail.scenario import Identity, Scenario, Sentence

_NUMBER = re.compile(r"#?W\d{5,}")
_AMOUNT = re.compile(r"\$\s?([\d,]+\.\d\d)")
_DEAREST = re.compile(r"\b(?:most expensive|more expensive|dearest)\b", re.IGNORECASE)
_CHEAPEST = re.compile(r"\b(?:cheapest|less expensive|cheaper)\b", re.IGNORECASE)
_STATES = (
    ("pending", r"pending|placed|cancel"),
    ("delivered", r"received|delivered|return"),
    ("cancelled", r"cancelled"),
)
_WIDE = re.compile(
    r"\b(?:all|both|every)\b (?:[\w']+ ){0,3}orders?\b|\ball (?:\w+ )?things\b|\beverything\b(?! (?:on|in|of|from))",
    re.IGNORECASE,
)


def identity(memory: Memory, known: Identity) -> str | None:
    """Who the customer is, another way each time; None when there is no other way left."""
    ways = [f"My email is {email}." for email in known.emails]
    ways += [f"My name is {name} and my zip code is {code}." for name in known.names[:1] for code in known.postcodes]
    if not ways and known.user_id:
        ways.append(f"My user id is {known.user_id}.")
    tried = memory.identity_tries
    memory.identity_tries += 1
    return ways[tried] if tried < len(ways) else None


def order_number(scripted: Sentence, memory: Memory) -> str:
    """A number that the scenario says to give, right or wrong; "I forgot the W" goes with the last one."""
    number = re.search(r"\b\d{5,}\b", scripted.text)
    if number:
        memory.last_number = number[0]
        return f"It is {number[0]}." if "mistake" not in scripted.text else f"I made a mistake, it is {number[0]}."
    return f"{scripted.text.rstrip('.')}. It is W{memory.last_number}."


def order(asked: Heard, memory: Memory, lexicon: Lexicon) -> str | None:
    """Which order: its number if the scenario has it or the bot shows it beside what the scenario mentions."""
    focus = memory.focus([asked])
    if focus is None:
        return None
    numbers = _NUMBER.findall(focus.text)
    if numbers:
        return f"Order {' and '.join(dict.fromkeys(numbers))}."
    lines = [line for line in _offered(asked) if _NUMBER.search(line)]
    mentions = memory.mentions_of(focus)
    best = _best(lines, [_order_score(line, focus, mentions, lexicon) for line in lines])
    found = _NUMBER.search(best) if best else None
    if found:
        return f"Order {found[0]}, please."
    if lines and _WIDE.search(focus.text) and not focus.mentions:
        return "All of them, please."
    things = list(dict.fromkeys(mention.words for mention in mentions or lexicon.mentions(memory.scenario.told)))
    if not things or memory.described:
        return None
    memory.described = True
    return f"The one with the {' and the '.join(things[:3])}."


def item(asked: Heard, memory: Memory, lexicon: Lexicon, scenario: Scenario) -> str | None:
    """Which of the things shown: the one that the scenario's words fit best."""
    focus = memory.focus([asked])
    lines = _offered(asked)
    if focus is None or not lines:
        return None
    superlative = _by_price(lines, focus.text)
    if superlative:
        return f"The {superlative}, please."
    about = focus.text if focus.mentions or focus.times_said < 2 else f"{focus.text} {scenario.hidden}"
    mentioned = {product for mention in lexicon.mentions(about) for product in mention.products}
    fitting = [line for line in lines if mentioned & set(lexicon.products(line))] or lines
    best = _best(fitting, [_value_score(line, about, lexicon) for line in fitting])
    if best:
        return f"The {_without_price(best)}, please."
    if 1 < len(fitting) < len(lines) or (fitting and scenario.hidden and focus.times_said > 1):
        return "The " + " and the ".join(_without_price(line) for line in fitting) + ", please."
    return "Both, please." if re.search(r"\b(?:both|two|all)\b", focus.text) else None


def variant(asked: Heard, memory: Memory, lexicon: Lexicon, first: bool = False) -> str | None:
    """Which of the variants shown: the only one that has most of what the scenario asks for (of several the
    ``first``, if that is asked); cheapest and dearest by price."""
    focus = memory.focus([asked])
    lines = [line for line in _offered(asked) if len(line) < 160]
    if focus is None or not lines:
        return None
    told = " ".join(each.text for each in memory.relevant() if each is focus or not each.kinds)
    scores = [_value_score(line, told, lexicon) for line in lines]
    top = [line for line, score in zip(lines, scores, strict=True) if score == max(scores)]
    best = _by_price(top, told) or (top[0] if (len(top) == 1 or first) and max(scores) > 0 else "")
    return f"{_without_price(best)}, please." if best else None


def reason(focus: Sentence | None, scenario: Scenario) -> str:
    """Why: by mistake if the scenario says so of this wish, else no longer needed, which is what is left."""
    texts = [focus.text] if focus else []
    texts += [each.text for each in scenario.of_role("fallback") if "cancel" in each.kinds and each.times_said]
    if any(re.search(r"\bmistake|\baccident", text) for text in texts):
        return "I ordered it by mistake."
    return "I no longer need it."


def payment(asked: Heard, memory: Memory) -> str:
    """Which method: the scenario's, in its order of preference, where it is offered; else the original one."""
    offered = wishes.methods_in(asked.shown)
    wanted = memory.methods("")
    possible = [method for method in wanted if method == "original" or not offered or method in offered]
    chosen = (possible or wanted or ["original"])[0]
    if chosen == "original":
        return "The original payment method, please."
    return f"My {chosen}, please."


def address(memory: Memory, scenario: Scenario) -> str | None:
    """Where to: an address that the scenario spells out, else None: then its words for it have to do."""
    focus = memory.focus([Heard("address")], "address")
    texts = [focus.text if focus else ""]
    if focus is None or not re.search(r"original|default|other|new home|place|'s address|profile", focus.text):
        texts += [*(each.text for each in memory.relevant()), scenario.known]
    spelt_out = [found for text in texts for found in wishes.addresses_in(text)]
    if spelt_out and not memory.address_said:
        memory.address_said = True
        return f"{spelt_out[0]}."
    return None


def _offered(asked: Heard) -> list[str]:
    """What stands to choose from: the buttons, or else the lines after the first."""
    lines = [line.strip(" -•*") for line in asked.text.splitlines()[1:]]
    return list(asked.choices) or [line for line in lines if line]


def _order_score(line: str, focus: Sentence, mentions: Sequence[Mention], lexicon: Lexicon) -> float:
    shown = set(lexicon.products(line))
    score = 2.0 * sum(bool(mention.products & shown) for mention in mentions)
    score += sum(bool(re.search(pattern, focus.text)) for state, pattern in _STATES if state in line.lower())
    return score + 2 * len(wishes.places_in(line) & wishes.places_in(focus.text))


def _value_score(line: str, told: str, lexicon: Lexicon) -> float:
    """How many option values of a line the scenario names; of "prefer A over B" and "A > B > C" the first counts
    most."""
    values = {wishes.alike(part) for part in re.split(r"[(),;·:]|\s-\s", line) if not _AMOUNT.search(part)}
    ranked, rest = wishes.ranked_values(told)
    words = wishes.alike(rest)
    named = sum(1.0 for value in values if value and wishes.says_value(value, words))
    return named + sum(weight for wanted, weight in ranked for value in values if value and wanted in value)


def _by_price(lines: Sequence[str], told: str) -> str:
    priced = [(float(found[1].replace(",", "")), line) for line in lines if (found := _AMOUNT.search(line))]
    if len(priced) < 2:
        return ""
    if _DEAREST.search(told):
        return _without_price(max(priced)[1])
    return _without_price(min(priced)[1]) if _CHEAPEST.search(told) else ""


def _best(lines: Sequence[str], scores: Sequence[float]) -> str:
    """The line with the highest score; empty where none scores or two are equal."""
    ranked = sorted(zip(scores, lines, strict=True), reverse=True)
    if not ranked or ranked[0][0] <= 0 or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
        return ""
    return ranked[0][1]


def _without_price(line: str) -> str:
    return re.sub(r"[\s,·:(-]*(?:\$\s?[\d,.]+\)?|#W\d+).*$", "", line).strip(" ,·")
