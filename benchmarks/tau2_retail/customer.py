"""The scripted customer: opens with what the scenario wants, then answers what the bot asks from the scenario.

Deterministic, without a language model. What it may know and what it never says: README.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from benchmarks.tau2_retail import answers, checking, wishes
from benchmarks.tau2_retail.hearing import Heard
from benchmarks.tau2_retail.lexicon import Lexicon
from benchmarks.tau2_retail.memory import Memory
from benchmarks.tau2_retail.phrasing import Phrasing
from benchmarks.tau2_retail.scenario import Scenario, Sentence

MAX_RESTATEMENTS = 2
MAX_OBJECTIONS = 6
_GOODBYE = "No, that's all. Thank you!"
_ALL_GOODS = re.compile(
    r"\b(?:all|every)\b (?:\w+ ){0,2}(?:items|things)|everything|\ball (?:\w+ )?orders|\bitems\b", re.IGNORECASE
)
_LEAVE_IT = "Never mind, then leave that as it is."
#: What is answered only where nothing is asked.
_NO_QUESTION = ("refused", "withdrawn", "unknown", "more")
#: Questions that are answered before anything else the turn holds.
_FIRST = ("identity", "code", "confirm", "whole_order", "either")


class Customer:
    """One customer with one scenario. ``start`` gives the opening; ``reply`` the answer to a turn of the bot, None
    when the customer leaves."""

    def __init__(self, scenario: Scenario, lexicon: Lexicon, seed: int = 0) -> None:
        self.scenario, self.lexicon = scenario, lexicon
        self.memory = Memory(scenario, lexicon)
        self._phrasing = Phrasing(seed)
        self._left = False

    def start(self) -> str:
        """The first message: what is wanted, all of it at once unless the scenario says otherwise."""
        return self._phrasing.say(self._said(self.memory.next_wishes(at_once=not self.scenario.piecemeal)))

    def reply(self, turn: Sequence[Heard]) -> str | None:
        """What to say to the messages of one turn; None to leave."""
        if self._left or any(heard.kind == "handed_over" or heard.author == "system" for heard in turn):
            return None
        self.memory.note(turn)
        text = self._answer(turn)
        if text is not None and text not in ("Yes, please.", _GOODBYE) and self.memory.is_worn_out(text):
            self.memory.give_up(self.memory.focus(turn))
            text = None if self.memory.is_worn_out(_LEAVE_IT) else _LEAVE_IT
        self._left = text is None
        return None if text is None else self._phrasing.say(text)

    def _said(self, sentences: Sequence[Sentence]) -> str:
        for sentence in sentences:
            self.memory.say(sentence)
        return " ".join(each.text if each.text[-1] in ".?!" else f"{each.text}." for each in sentences)

    def _answer(self, turn: Sequence[Heard]) -> str | None:
        told = [heard for heard in reversed(turn) if heard.kind in self._handlers]
        asked = next((heard for heard in told if heard.kind not in _NO_QUESTION), told[0] if told else None)
        if asked is not None and asked.kind in _FIRST:
            return self._handlers[asked.kind](self, asked, turn)
        if any(heard.kind in ("refused", "unavailable") for heard in turn):
            fallback = self.memory.open_fallback()
            if fallback is not None:
                return self._said([fallback])
        if asked is None:
            return self._next()
        return self._handlers[asked.kind](self, asked, turn)

    # --- what the bot may ask

    def _identity(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        return answers.identity(self.memory, self.scenario.identity)

    def _code(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        self.memory.codes_asked += 1
        if self.memory.codes_asked > 1:
            return None
        return f"I cannot read my e-mail now. {self._identity(asked, turn) or ''}".strip()

    def _order(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        scripted = self.memory.scripted("order")
        if scripted is not None:
            return answers.order_number(scripted, self.memory)
        return answers.order(asked, self.memory, self.lexicon) or self._restate(turn)

    def _item(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        scripted = self.memory.scripted("item")
        if scripted is not None:
            return scripted.text
        return (
            self._none_of_these(asked)
            or answers.item(asked, self.memory, self.lexicon, self.scenario)
            or self._restate(turn)
        )

    def _variant(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        return self._none_of_these(asked) or answers.variant(asked, self.memory, self.lexicon) or self._restate(turn)

    def _unavailable(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        """What was said instead before, else one of the offered ones if it is all the scenario asks for, else none."""
        earlier = self.memory.last_fallback(turn)
        if earlier is not None and earlier.wants_change:
            return self._said([earlier]) if earlier.times_said <= MAX_RESTATEMENTS else self._let_go(turn)
        chosen = answers.variant(asked, self.memory, self.lexicon, first=earlier is not None)
        return self._none_of_these(asked) or chosen or self._let_go(turn)

    def _reason(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        refusal = self.memory.refuses("cancel")
        if refusal is not None:
            return f"No. {refusal.text}"
        self._take_up("cancel")
        scripted = self.memory.scripted("reason")
        return scripted.text if scripted is not None else answers.reason(self.memory.focus(turn), self.scenario)

    def _payment(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        scripted = self.memory.scripted("payment")
        if scripted is not None:
            self.memory.method_said(scripted.text)
            return scripted.text
        return answers.payment(asked, self.memory)

    def _address(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        return answers.address(self.memory, self.scenario) or self._restate(turn, kind="address")

    def _confirm(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        summed_up = [heard for heard in turn if heard.kind == "summary"] or [asked]
        summary = checking.Summary.read(summed_up[-1].text, self.lexicon)
        instead = self.memory.at_confirm(summary.kind)
        if instead is not None:
            return self._change_of_mind(instead, turn, summary)
        against = self._by_fallback(turn, summary) or self._objection(summary)
        self.memory.proposed.append(summary)
        if not against:
            self.memory.agreed(summary)
            return "Yes, please."
        self.memory.objections += 1
        return None if self.memory.objections > MAX_OBJECTIONS else against

    def _objection(self, summary: checking.Summary) -> str:
        relevant = self.memory.relevant()
        last = relevant[-1] if relevant else None
        if last is not None and checking.unheeded(summary, self.memory.proposed, last):
            return f"No. {self._said([last])}" if last.times_said <= MAX_RESTATEMENTS else "No."
        refusal = self.memory.refuses(summary.kind)
        if refusal is not None:
            return f"No. {refusal.text}"
        methods = self.memory.methods(summary.kind)
        return (
            self._reminder(summary, relevant)
            or self._other_method(relevant, methods)
            or checking.objection(summary, self.scenario, relevant, methods, self.lexicon)
        )

    def _reminder(self, summary: checking.Summary, relevant: Sequence[Sentence]) -> str:
        """What the summary leaves out; said once."""
        if self.memory.reminded:
            return ""
        missing = checking.forgotten(summary, self.memory.standing(), self.memory.done, self.lexicon)
        everything = relevant and checking.wants_everything(summary, relevant[-1])
        self.memory.reminded = bool(missing or everything)
        if missing:
            return f"The {' and the '.join(sorted(missing))} too, please."
        return f"No. {relevant[-1].text}" if everything else ""

    def _other_method(self, relevant: Sequence[Sentence], methods: Sequence[str]) -> str:
        """ "The other card": nothing tells whether the summary has it, unless it was said before; said once."""
        if methods[:1] != ["other"] or self.memory.other_method_said:
            return ""
        self.memory.other_method_said = True
        return next((f"No. {each.text}" for each in relevant if "other" in wishes.methods_in(each.text)), "")

    def _change_of_mind(self, instead: Sentence, turn: Sequence[Heard], summary: checking.Summary) -> str:
        self.memory.method_said(instead.text)
        if "other" in wishes.methods_in(instead.text):
            self.memory.other_method_said = True
        self.memory.proposed.append(summary)
        if self.memory.takes_back(instead):
            self.memory.give_up(self.memory.focus(turn))
            return f"No, wait. {self._said([instead])}"
        return self._said([instead])

    def _by_fallback(self, turn: Sequence[Heard], summary: checking.Summary) -> str:
        """What the bot proposes after a refusal may be just what the scenario falls back on, or not at all."""
        refused = [heard for heard in turn if heard.kind in ("refused", "nearest")]
        about = [heard for heard in refused if heard.kind == "nearest" or _same_goods(heard, summary, self.lexicon)]
        fallback = self.memory.fallback(about) if about else None
        if fallback is None:
            self._take_up(summary.kind)
            return ""
        if summary.kind in fallback.kinds:
            self.memory.say(fallback)
            return ""
        return f"No. {self._said([fallback])}" if fallback.kinds else self._said([fallback])

    def _take_up(self, kind: str) -> None:
        """The bot goes on with what the scenario falls back on: that is now what is wanted."""
        fallback = self.memory.fallback_of_kind(kind)
        if fallback is not None:
            self.memory.say(fallback)

    def _whole_order(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        """Single items cannot be cancelled: the whole order only if the scenario takes that now."""
        fallback = self.memory.fallback([asked])
        if fallback is not None:
            answer = "Yes." if checking.takes_whole_order(fallback) else "No."
            return f"{answer} {self._said([fallback])}"
        if any(checking.takes_whole_order(each) for each in self.memory.relevant()):
            return "Yes, please cancel the whole order."
        self.memory.give_up(self.memory.focus(turn))
        return "No, then leave that order as it is."

    def _either(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        """Only one of two things: what the scenario says of that, else the one it names first."""
        fallback = self.memory.fallback([asked])
        if fallback is not None:
            return self._said([fallback])
        first = next((each for each in self.memory.relevant() if each.kinds & {"return", "swap"}), None)
        if first is None:
            return self._restate(turn)
        return "The return, please." if "return" in first.kinds else "The exchange, please."

    def _more(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        return self._next()

    def _person(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        if re.search(r"\bhuman\b|real person|representative", self.scenario.told, re.IGNORECASE):
            return "Yes, please."
        following = self._next()
        return f"No, thank you. {following}" if following and following != _GOODBYE else following

    def _unknown(self, asked: Heard, turn: Sequence[Heard]) -> str | None:
        """Not understood: the same again in the scenario's words, twice at most, then the next thing."""
        return self._restate(turn, open_question=False)

    _handlers: ClassVar[dict[str, Callable[[Customer, Heard, Sequence[Heard]], str | None]]] = {
        "identity": _identity,
        "code": _code,
        "order": _order,
        "item": _item,
        "variant": _variant,
        "unavailable": _unavailable,
        "reason": _reason,
        "payment": _payment,
        "address": _address,
        "confirm": _confirm,
        "whole_order": _whole_order,
        "either": _either,
        "refused": _more,
        "withdrawn": _more,
        "more": _more,
        "person": _person,
        "unknown": _unknown,
    }

    # --- what comes next when nothing was asked, or no answer is known

    def _none_of_these(self, asked: Heard) -> str | None:
        """When all that is offered is something the scenario never speaks of."""
        shown, named = set(self.lexicon.products(asked.shown)), self.memory.named()
        if not shown or shown & named or _ALL_GOODS.search(self.scenario.told):
            return None
        return f"No, I don't mean the {' or the '.join(sorted(shown)[:2])}."

    def _restate(self, turn: Sequence[Heard], open_question: bool = True, kind: str = "") -> str | None:
        sentence = self.memory.focus(turn, kind)
        if sentence is None or sentence.times_said > MAX_RESTATEMENTS:
            return self._let_go(turn) if open_question else self._next()
        return self._said([sentence])

    def _let_go(self, turn: Sequence[Heard]) -> str | None:
        self.memory.give_up(self.memory.focus(turn))
        return _LEAVE_IT

    def _next(self) -> str | None:
        """What was refused meanwhile, what is still unsaid, what was not done; else goodbye."""
        fallback = self.memory.open_fallback()
        sentences = [fallback] if fallback is not None else self.memory.next_wishes(at_once=False)
        if not sentences:
            open_wish = self.memory.unmet() or self.memory.last_resort()
            sentences = [open_wish] if open_wish is not None else []
        if sentences:
            return self._said(sentences)
        if self.memory.said_goodbye:
            return None
        self.memory.said_goodbye = True
        return _GOODBYE


def _same_goods(refusal: Heard, summary: checking.Summary, lexicon: Lexicon) -> bool:
    """Whether a refusal and a summary of the same turn are about the same: an order or a product of both."""
    numbers, products = checking.orders_in(refusal.text), set(lexicon.products(refusal.text))
    return bool(numbers & summary.orders or products & set(summary.products))
