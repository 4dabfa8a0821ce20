"""A task's scenario, read as a person reads it: who one is, what one wants, what to fall back on, what to say when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.tau2_retail.first_person import as_answer, first_person, hidden
from benchmarks.tau2_retail.lexicon import Lexicon, Mention, plain

#: What kind of change a sentence asks for, by its verbs. More than one may fit ("exchange or return").
_KINDS: tuple[tuple[str, str], ...] = (
    ("cancel", r"\b(?:cancel\w*|cancelation|no longer need|remove it from)"),
    ("return", r"\b(?:return\w*|send back|refund (?:or|the))\b"),
    (
        "swap",
        r"\b(?:exchang\w*|modify|chang(?:e|ing)\b(?! my mind)|switch\w*|upgrad\w*|swap\w*|adjust|reorder|get the"
        r"|instead|made of)",
    ),
    ("address", r"\baddress(?:es)?\b"),
    ("payment", r"\b(?:split the payment|payment method of)\b"),
    (
        "information",
        r"\b(?:know|how m(?:uch|any)|tell me|inquire|what is|when is|tracking number|check (?:if|how|the))\b",
    ),
)
_NEGATIVE = re.compile(
    r"\b(?:not|no|none|nothing|cannot|can't|doesn't|don't|isn't|unable|refuses?|fails?|only do one|any issues"
    r"|would require)\b"
    r"|n't\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^(?:but |and |also )*(?:if(?: and only if)?|when|once|after)\b", re.IGNORECASE)
_CONSEQUENCE = re.compile(
    r", (?=(?:then|you|you'd|you're|ask|mention|only|say|just|cancel|tell|get|using|no|it|its|they|also|change|return"
    r"|exchange|provide|proceed|confirm|do|keep|transfer|see)\b)",
    re.IGNORECASE,
)
_LATER = re.compile(r"^(?:and )?(?:lastly|finally|at the end|also, check at the end|after )", re.IGNORECASE)
_MIDDLE_CONDITION = re.compile(
    r",? (?:but|and),? (?=(?:if|when)\b[^.()]*\b(?:agent|ask|not)\b[^()]*(?:\(|$))", re.IGNORECASE
)
_PRICE_LIMIT = re.compile(
    r"\b(less|cheaper|lower|under|below|greater|more|higher|over|above) than \$?(\d+)", re.IGNORECASE
)
_PIECEMEAL = re.compile(r"one thing at a time|piecewise|too many words", re.IGNORECASE)


_UNWANTED = re.compile(r"\b(?:do not|don't|never) want to ([^,.;]*)", re.IGNORECASE)
_LATER_DEED = re.compile(r"\bI will [^,.;]*", re.IGNORECASE)
_ONLY_ASKS = re.compile(
    r"^\W*(?:(?:and|also|finally|lastly)\W+)*(?:I (?:also )?want to (?:know|check|confirm|get the tracking)"
    r"|can you tell me)"
    r"(?!.*\band (?:potentially |then )?(?:correct|modify|change|cancel|return|exchange|choose))",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\b(?:want|wish|would like|'d (?:like|go|rather)|need|no longer|prefer|please|wonder|considering|intend|decide"
    r"|agree|okay with|happy to|willing|use|using|make sure|see if|can I|only|help me|can be accepted)"
    r"|(?:^|[,;(]|\b(?:and|also|then|just))\W*(?:cancel|return|exchange|change|modify|get|switch|refund|transfer)\b",
    re.IGNORECASE,
)


@dataclass(eq=False)
class Sentence:
    """One thing to say. ``role``: say (unprompted), later (at the end), fallback (when something is refused),
    at_confirm (instead of yes), when_asked (``topic``), at_price (``limit``: more/less than so many dollars)."""

    text: str
    role: str = "say"
    condition: str = ""
    topic: str = ""
    limit: tuple[str, float] | None = None
    kinds: frozenset[str] = frozenset()
    mentions: list[Mention] = field(default_factory=list)
    parent: int = -1  # index of the wish a fallback belongs to
    times_said: int = 0

    @property
    def wants_change(self) -> bool:
        """Whether it asks for something to be changed."""
        return bool(self.kinds - {"information"}) and bool(_WANTS.search(self.text))


@dataclass
class Identity:
    """What the customer can say of itself."""

    names: list[str]
    emails: list[str]
    postcodes: list[str]
    user_id: str


@dataclass
class Scenario:
    """All of it. ``hidden``: what the customer knows and does not tell unless asked twice."""

    identity: Identity
    sentences: list[Sentence]
    hidden: str
    known: str  # what it says of the customer, in the first person
    told: str  # everything the scenario says of wishes, in the first person
    piecemeal: bool

    def of_role(self, role: str) -> list[Sentence]:
        """The sentences of a role, in order."""
        return [sentence for sentence in self.sentences if sentence.role == role]


def read_scenario(instructions: Mapping[str, Any], lexicon: Lexicon) -> Scenario:
    """A scenario from a task's ``user_scenario.instructions``."""
    reason, style = (str(instructions.get(key) or "") for key in ("reason_for_call", "task_instructions"))
    known = str(instructions.get("known_info") or "")
    sentences: list[Sentence] = []
    for source, text in (("reason", reason), ("style", style)):
        for raw in _split(text):
            sentence = _sentence(raw, lexicon)
            if sentence and (source == "reason" or sentence.role not in ("say", "later")):
                sentence.parent = _parent(sentences)
                _contrast(sentence, sentences)
                sentences.append(sentence)
    return Scenario(
        identity=_identity(known, style),
        sentences=sentences,
        hidden=hidden(reason),
        known=first_person(known),
        told=" ".join([*(f"{each.condition} {each.text}".strip() for each in sentences), hidden(reason)]),
        piecemeal=bool(_PIECEMEAL.search(style)),
    )


def kinds_of(text: str) -> frozenset[str]:
    """The kinds of change that a text asks for, and "information"; what it does not want counts for nothing."""
    text = _LATER_DEED.sub("", _UNWANTED.sub("", text))
    if _ONLY_ASKS.match(text):
        return frozenset({"information"})
    found: set[str] = set()
    for clause in re.split(r",? and (?=chang|exchang|modif|cancel|return|then)|;", text):
        kinds = {kind for kind, pattern in _KINDS if re.search(pattern, clause, re.IGNORECASE)}
        found |= kinds - {"swap"} if "address" in kinds else kinds
    return frozenset(found)


def unwanted_kinds(text: str) -> frozenset[str]:
    """The kinds of change that a text says not to make ("I do not want to cancel any orders")."""
    return frozenset(kind for found in _UNWANTED.findall(text) for kind in kinds_of(f"I want to {found}"))


def _split(text: str) -> list[str]:
    """Sentences, and the conditions within them each on its own."""
    found = []
    for sentence in re.split(r"(?<=[.?!;])\s+|\n\s*", text.replace("...", ".")):
        told, conditions = _bracketed_conditions(sentence.strip())
        parts = [*_MIDDLE_CONDITION.split(told), *conditions]
        found += [part for part in parts if re.search(r"\w", part)]
    return found


def _bracketed_conditions(sentence: str) -> tuple[str, list[str]]:
    """Conditions that stand in brackets: "(I prefer the same, but if it is not there just return it)"."""
    conditions = []
    for bracket in re.findall(r"\(([^()]*)\)", sentence):
        condition = re.search(r"(?:^|,? but )(if .*\bnot (?:\w+ )?(?:possible|available)),? (.*)$", bracket)
        if condition:
            conditions.append(f"{condition[1]}, {condition[2]}")
            rest = bracket[: condition.start()].strip()
            sentence = sentence.replace(f"({bracket})", f"({rest})" if rest else "")
    return sentence, conditions


def _contrast(sentence: Sentence, earlier: list[Sentence]) -> None:
    """ "If not, ..." after a limit of price means the other side of that limit."""
    before = earlier[-1].limit if earlier else None
    if before and re.fullmatch(r"if not", sentence.condition, re.IGNORECASE):
        sentence.role, sentence.limit = "at_price", ("more" if before[0] == "less" else "less", before[1])


def _parent(sentences: list[Sentence]) -> int:
    wishes = [at for at, each in enumerate(sentences) if each.role in ("say", "later") and each.wants_change]
    return wishes[-1] if wishes else -1


def _sentence(raw: str, lexicon: Lexicon) -> Sentence | None:
    if raw.startswith("(") and not kinds_of(raw) - {"information"}:
        return None  # an aside
    if not _CONDITION.match(raw):
        role = "later" if _LATER.match(raw) else "say"
        return _made(first_person(raw), role, lexicon)
    limit = _PRICE_LIMIT.search(raw)
    split = _CONSEQUENCE.search(raw) or re.search(r", ", raw) or re.search(r" (?=you want)", raw)
    if split is None:
        return _made(first_person(raw), "say", lexicon)
    condition, consequence = raw[: split.start()], raw[split.end() :]
    role, topic = _role(condition)
    if role == "never":
        return None
    if role == "say" or (role == "later" and not consequence.startswith("then")):
        return _made(first_person(raw), role, lexicon)
    sentence = _made(as_answer(re.sub(r"^then ", "", consequence)), role, lexicon)
    if sentence:
        sentence.condition, sentence.topic = first_person(condition), topic
        if limit and role == "at_price":
            direction = "less" if limit[1].lower() in ("less", "cheaper", "lower", "under", "below") else "more"
            sentence.limit = (direction, float(limit[2]))
    return sentence


def _made(text: str, role: str, lexicon: Lexicon) -> Sentence | None:
    if not re.search(r"\w", text):
        return None
    return Sentence(text, role, kinds=kinds_of(text), mentions=lexicon.mentions(text))


_TOPICS: tuple[tuple[str, str], ...] = (
    ("order", r"\border (?:id|number)|double check|doesn't work"),
    ("identity", r"zip|postcode|email|name"),
    ("reason", r"reason"),
    ("payment", r"payment|refund|pay\b|card"),
    ("item", r"which|what"),
)


#: What a condition makes of its sentence; the first that fits counts.
_CONDITIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("at_price", _PRICE_LIMIT),
    ("later", re.compile(r"\b(?:once|after)\b.*\b(?:confirm\w*|complete|done|made)\b")),
    ("fallback", _NEGATIVE),
    ("never", re.compile(r"^if (?:that|it|this) is possible$")),
)


def _role(condition: str) -> tuple[str, str]:
    lowered = plain(condition)
    asked = re.search(r"\bask(?:s|ed)?\b", lowered)
    if asked and re.search(r"confirm|proceed", lowered):
        return "at_confirm", ""
    if asked or "double check" in lowered or "that doesn't work" in lowered:
        return "when_asked", next((topic for topic, pattern in _TOPICS if re.search(pattern, lowered)), "item")
    return next((role for role, pattern in _CONDITIONS if pattern.search(lowered)), "say"), ""


def _identity(known: str, style: str) -> Identity:
    user_id = re.search(r"\b[a-z]+_[a-z]+_\d{4}\b", known)
    names = re.findall(
        r"(?:You are|You're|[Nn]ame is|called|are user)\s+(?:an? [\w ]+ called )?([A-Z]\w+ [A-Z]\w+)\b", known
    )
    names += re.findall(r"called ([A-Z]\w+ [A-Z]\w+)", known)
    if user_id:
        names.append(" ".join(part.capitalize() for part in user_id[0].split("_")[:2]))
    asked = next((each for each in _split(style) if re.search(r"zip code", each)), "")
    wrong_first = re.findall(r"\b\d{5}\b", style) if asked else []
    right = re.findall(r"\b\d{5}\b", known)
    return Identity(
        names=list(dict.fromkeys(names)),
        emails=re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", known),
        postcodes=list(dict.fromkeys([*wrong_first, *right])),
        user_id=user_id[0] if user_id else "",
    )
