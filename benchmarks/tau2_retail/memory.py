"""What the customer remembers of the conversation: what it said, what was done or refused, what the bot showed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.tau2_retail import wishes
from benchmarks.tau2_retail.checking import Summary
from benchmarks.tau2_retail.hearing import Heard
from benchmarks.tau2_retail.lexicon import Lexicon, Mention
from benchmarks.tau2_retail.scenario import Scenario, Sentence, kinds_of, unwanted_kinds

_AMOUNT = re.compile(r"\$\s?([\d,]+\.\d\d)")
_METHOD_TALK = re.compile(r"refund|payment|method|card|paypal|balance", re.IGNORECASE)
_KEEPS = re.compile(r"\b(?:keep it|regret|do not|don't|no longer want)\b", re.IGNORECASE)
#: After so many times of the same words a person stops.
_SAME_WORDS = 3


class Memory:
    """State of one conversation."""

    def __init__(self, scenario: Scenario, lexicon: Lexicon) -> None:
        self.scenario, self.lexicon = scenario, lexicon
        self.identity_tries = self.codes_asked = self.objections = 0
        self.said_goodbye = self.address_said = self.other_method_said = self.reminded = False
        self.last_number = ""
        self.described = False
        self.heard: list[Heard] = []
        self.done: list[Summary] = []
        self.proposed: list[Summary] = []
        self._asked_for: list[Sentence] = []  # everything said so far, the latest last
        self._done_before: dict[Sentence, int] = {}  # how much was done when it was said first
        self._given_up: list[Sentence] = []
        self._methods_said: list[str] = []
        self._methods_refused: set[str] = set()
        self._open_refusals: list[Heard] = []
        self._words: Counter[str] = Counter()

    # --- what happens

    def note(self, turn: Sequence[Heard]) -> None:
        """Keep what was heard; a refusal that names payment methods rules them out."""
        self.heard += turn
        for heard in turn:
            if heard.kind in ("refused", "unavailable"):
                self._open_refusals.append(heard)
            if heard.kind == "refused" and _METHOD_TALK.search(heard.text):
                self._methods_refused |= set(self.methods("")[:1]) - {"original"}

    def say(self, sentence: Sentence) -> None:
        """The customer says a sentence."""
        sentence.times_said += 1
        self._asked_for.append(sentence)
        self._done_before.setdefault(sentence, len(self.done))

    def is_worn_out(self, text: str) -> bool:
        """Whether the customer has said the very same words as often as a person would."""
        self._words[text] += 1
        return self._words[text] > _SAME_WORDS

    def agreed(self, summary: Summary) -> None:
        """The customer said yes to a summary."""
        self.done.append(summary)
        if self.other_method_said:  # the other one is from now on the one that this summary named
            self.method_said(summary.text)

    def give_up(self, sentence: Sentence | None) -> None:
        """The customer lets a wish go."""
        if sentence is not None:
            self._given_up.append(sentence)

    def method_said(self, text: str) -> None:
        """The customer named payment methods just now: these count before all others."""
        self._methods_said = [*wishes.methods_in(text), *self._methods_said]

    # --- what to say

    def next_wishes(self, at_once: bool) -> list[Sentence]:
        """The next unsaid sentences: all, or one wish with what belongs to it; those for the end last."""
        unsaid = [each for each in self.scenario.of_role("say") if not each.times_said]
        if not unsaid:
            return self._priced() or [each for each in self.scenario.of_role("later") if not each.times_said][:1]
        if at_once:
            return unsaid
        chosen: list[Sentence] = []
        for sentence in unsaid:
            if sentence.kinds and any(each.kinds for each in chosen):
                break
            chosen.append(sentence)
        return chosen

    def _priced(self) -> list[Sentence]:
        """A wish that hangs on a price the bot has told meanwhile."""
        prices = [float(found.replace(",", "")) for heard in self.heard for found in _AMOUNT.findall(heard.shown)]
        for sentence in self.scenario.of_role("at_price"):
            if sentence.limit and prices and not sentence.times_said:
                direction, limit = sentence.limit
                if (prices[-1] < limit) == (direction == "less"):
                    return [sentence]
                sentence.times_said += 1  # decided: the other side holds
        return []

    def scripted(self, topic: str) -> Sentence | None:
        """What the scenario says to answer when asked about a topic: one thing after the other, the last again."""
        found = [each for each in self.scenario.of_role("when_asked") if each.topic == topic]
        sentence = next((each for each in found if not each.times_said), found[-1] if found else None)
        if sentence is None or (sentence.times_said and topic not in ("reason", "order")):
            return None
        self.say(sentence)
        return sentence

    def at_confirm(self, kind: str) -> Sentence | None:
        """What the scenario says instead of the first yes to a summary of a kind."""
        for sentence in self.scenario.of_role("at_confirm"):
            parent = self.scenario.sentences[sentence.parent] if sentence.parent >= 0 else None
            kinds = sentence.kinds or (parent.kinds if parent else frozenset())
            if not sentence.times_said and (not kinds or kind in kinds) and (parent is None or parent.times_said):
                return sentence
        return None

    @staticmethod
    def takes_back(sentence: Sentence) -> bool:
        """Whether a sentence takes the wish back altogether."""
        return bool(_KEEPS.search(sentence.text)) and not sentence.kinds

    def fallback(self, refusals: Sequence[Heard]) -> Sentence | None:
        """What the scenario falls back on when this is refused; None if it says nothing."""
        text = " ".join(heard.text for heard in refusals)
        fitting = [each for each in self.scenario.of_role("fallback") if self._applies(each, text)]
        if _METHOD_TALK.search(text):  # a refused card is answered by what the scenario says of cards
            fitting.sort(key=lambda each: not wishes.methods_in(f"{each.condition} {each.text}"))
        for sentence in fitting[:1]:
            self._methods_refused |= set(wishes.methods_in(sentence.condition))
            self.method_said(sentence.text)
            self._open_refusals.clear()
        return fitting[0] if fitting else None

    def open_fallback(self) -> Sentence | None:
        """A fallback for something that was refused while something else was being asked."""
        found = self.fallback(self._open_refusals) if self._open_refusals else None
        self._open_refusals.clear()
        return found

    def _applies(self, fallback: Sentence, refusal: str) -> bool:
        parent = self.scenario.sentences[fallback.parent] if fallback.parent >= 0 else None
        if fallback.times_said or (parent is not None and not parent.times_said):
            return False
        if wishes.methods_in(fallback.condition) and not _METHOD_TALK.search(refusal):
            return False
        shown = set(self.lexicon.products(refusal))
        if _METHOD_TALK.search(refusal) and not shown and not self._speaks_of_methods(fallback):
            return False
        about = _products(fallback.mentions) | _products(self.lexicon.mentions(fallback.condition))
        if about and shown:
            return bool(about & shown)
        if parent is not None and shown and shown & _products(self.lexicon.mentions(self.scenario.told)):
            return not parent.mentions or bool(shown & _products(parent.mentions))
        kinds = kinds_of(fallback.condition) - {"information"}
        refused_kinds = kinds_of(refusal) - {"information"}
        return not kinds or not refused_kinds or bool(kinds & refused_kinds)

    def _speaks_of_methods(self, fallback: Sentence) -> bool:
        """Whether a fallback, or the wish right before it, is about how money moves."""
        before = self.scenario.sentences[: self.scenario.sentences.index(fallback)]
        said_before = next((each.text for each in reversed(before) if each.role != "fallback"), "")
        return bool(_METHOD_TALK.search(f"{fallback.condition} {fallback.text} {said_before}"))

    def fallback_of_kind(self, kind: str) -> Sentence | None:
        """An unsaid fallback that asks for just this kind of change, where nothing said does."""
        if any(kind in each.kinds and each.wants_change for each in self._asked_for):
            return None
        for sentence in self.scenario.of_role("fallback"):
            parent = self.scenario.sentences[sentence.parent] if sentence.parent >= 0 else None
            if kind in sentence.kinds and not sentence.times_said and (parent is None or parent.times_said):
                return sentence
        return None

    def mentions_of(self, sentence: Sentence) -> list[Mention]:
        """The things that a sentence names, or else the wish that it belongs to."""
        while not sentence.mentions and sentence.parent >= 0:
            sentence = self.scenario.sentences[sentence.parent]
        return sentence.mentions

    def last_fallback(self, turn: Sequence[Heard]) -> Sentence | None:
        """The fallback said last for what is refused once more, if any was."""
        shown = {product for heard in turn for product in self.lexicon.products(heard.text)}
        for sentence in reversed(self._asked_for):
            parent = self.scenario.sentences[sentence.parent] if sentence.parent >= 0 else None
            if sentence.role == "fallback" and parent is not None and _products(parent.mentions) & shown:
                return sentence
        return None

    def unmet(self) -> Sentence | None:
        """A wish that was said once and that nothing answered: the customer says it once more."""
        for sentence in dict.fromkeys(self._asked_for):
            if sentence in self._given_up or sentence.times_said != 1 or self._is_met(sentence):
                continue
            if sentence.role != "when_asked" and (sentence.wants_change or sentence.kinds == {"information"}):
                return sentence
        return None

    def last_resort(self) -> Sentence | None:
        """A fallback of a wish that was said twice and never met, refused or not."""
        for sentence in self.scenario.of_role("fallback"):
            parent = self.scenario.sentences[sentence.parent] if sentence.parent >= 0 else None
            if sentence.times_said or not sentence.kinds or parent is None:
                continue
            if parent.times_said > 1 and not self._is_met(parent):
                return sentence
        return None

    def _is_met(self, sentence: Sentence) -> bool:
        if sentence.wants_change:
            since = self.done[self._done_before.get(sentence, 0) :]
            kinds = sentence.kinds - {"information"}
            made = {done.kind for done in since}
            enough = bool(kinds & made) if " or " in sentence.text else kinds <= made
            return enough and self._covers(since, sentence)
        patterns = wishes.answers_look_like(sentence.text, self.lexicon)
        shown = [heard.shown for heard in self.heard if heard.kind == "information"]
        return not patterns or any(re.search(pattern, text) for pattern in patterns for text in shown)

    def _covers(self, done: Sequence[Summary], sentence: Sentence) -> bool:
        """Whether what was done covers all that a sentence names; addresses name no goods."""
        if "address" in sentence.kinds:
            return True
        changed = {product for each in done for product in each.products}
        alone = wishes.left_alone(sentence.text, self.lexicon)
        reason = re.search(r"\b(?:because|since|due to)\b", sentence.text)
        named = [m for m in sentence.mentions if not reason or m.end <= reason.start()]
        named = [m for m in named if not re.search(r"\bwith (?:the |my )?$", sentence.text[: m.start])]
        return all(m.products & changed or m.products <= alone for m in named)

    # --- what is wanted now

    def relevant(self) -> list[Sentence]:
        """Everything said so far, the latest last."""
        return list(dict.fromkeys(reversed(self._asked_for)))[::-1]

    def standing(self) -> list[Sentence]:
        """What was said and not replaced since by a fallback or a change of mind."""
        replaced = {each.parent for each in self._asked_for if each.role in ("fallback", "at_confirm")}
        return [each for each in self.relevant() if self.scenario.sentences.index(each) not in replaced]

    def refuses(self, kind: str) -> Sentence | None:
        """The sentence that says not to make a kind of change; None where one asks for it, or nothing is said."""
        if any(kind in each.kinds and each.wants_change for each in self._asked_for if each not in self._given_up):
            return None
        return next((each for each in self.scenario.sentences if kind in unwanted_kinds(each.text)), None)

    def named(self) -> set[str]:
        """Every product that the scenario may mean."""
        return _products(self.lexicon.mentions(f"{self.scenario.told} {self.scenario.hidden}"))

    def focus(self, turn: Iterable[Heard], kind: str = "") -> Sentence | None:
        """The wish that the bot's question is most likely about, of a kind if there is one of it; what is done and
        given up comes last."""
        text = " ".join(heard.shown for heard in turn if heard.kind not in ("done", "withdrawn"))
        products, kinds = set(self.lexicon.products(text)), kinds_of(text)
        best, best_score = None, float("-inf")
        wishes_said = [each for each in dict.fromkeys(self._asked_for) if each.wants_change]
        of_kind = [each for each in wishes_said if kind in each.kinds]
        for age, sentence in enumerate(of_kind or wishes_said):
            score = 4.0 * bool(_products(sentence.mentions) & products) + 2 * bool(kinds & sentence.kinds) + 0.01 * age
            score -= 3 * self._is_met(sentence) + 6 * (sentence in self._given_up)
            if score > best_score:
                best, best_score = sentence, score
        return best

    def methods(self, kind: str) -> list[str]:
        """The payment methods wanted now, the best first, without those refused."""
        preferred = [method for each in self.relevant() for method in self._of_sentence(each, kind)]
        unsaid = [each for each in self.scenario.of_role("say") if not each.times_said and not each.kinds]
        preferred += [method for each in unsaid for method in wishes.methods_in(each.text)]
        ordered = list(dict.fromkeys([*self._methods_said, *preferred]))
        return [method for method in ordered if method not in self._methods_refused]

    @staticmethod
    def _of_sentence(sentence: Sentence, kind: str) -> list[str]:
        if sentence.wants_change and kind and kind not in sentence.kinds:
            return []
        return wishes.methods_in(sentence.text)


def _products(mentions: Iterable[Mention]) -> set[str]:
    return {product for mention in mentions for product in mention.products}
