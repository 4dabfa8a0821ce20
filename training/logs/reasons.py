"""Why a message is worth a look: a list of small reasons, each a function of one message in its surroundings.

The idea, and that most reasons need no model, is koaning's doubtlab.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from language.understanding import UNSURE
from training.logs.parsed import Parsed

LOW_MARGIN = 0.3
"""Between the likeliest intent and the second; below it the two are hardly told apart."""
NEAR_OUT_OF_SCOPE = 0.15
"""On either side of the model's threshold."""
REPHRASED = 0.7
"""Likeness, 0 for unrelated and 1 for the same, of what the shopper said next."""
FEW_NEIGHBOURS = 5
LABEL_UNLIKELY = 0.05
"""Probability of a label, by a classifier that has not seen it, below which it is doubted."""
_SAYS_ITSELF_AGAIN = frozenset("affirm deny inform greet goodbye thank stop help refine_search".split())
"""Intents that shoppers utter several times in a row without having been misunderstood."""


@dataclass(frozen=True)
class Surroundings:
    """One message and what is known around it. What was not looked at is empty, and then speaks for nothing."""

    parsed: Parsed
    outcome: str
    vote: int | None = None
    out_of_scope_above: float = 0.5
    """Threshold of the model, from its calibration."""
    next_said: tuple[float, ...] = ()
    """How like this message the shopper's next two are, 0 to 1."""
    handed_over_next: bool = False
    """Whether the shopper's next message led to a person."""
    neighbours: tuple[str, ...] = ()
    """Intents of the nearest training examples, nearest first."""
    label: str = ""
    """What a person said it means; empty while nobody did."""
    label_probability: float | None = None
    """Of that label, by a classifier that has not seen it."""
    likelier_than_label: str = ""
    """The intent that confident learning takes the label for a slip of."""
    far_from_data: bool = False
    """Whether it lies, with others like it, farther from the training data than training examples do."""


@dataclass(frozen=True)
class Reason:
    """A named test of one message."""

    name: str
    title: str
    why: str
    """One sentence for the page."""
    weight: float
    """How much it makes a message worth a look, 0 to 1."""
    holds: Callable[[Surroundings], bool]


def low_margin(said: Surroundings) -> bool:
    """The likeliest intent is hardly likelier than the second."""
    return bool(said.parsed.ranking) and said.parsed.margin < LOW_MARGIN


def near_out_of_scope(said: Surroundings) -> bool:
    """The out-of-scope score is close to the threshold, on either side."""
    return bool(said.parsed.ranking) and (
        abs(said.parsed.out_of_scope_score - said.out_of_scope_above) < NEAR_OUT_OF_SCOPE
    )


def asked_back(said: Surroundings) -> bool:
    """The bot asked which of two readings is meant."""
    return said.outcome == "asked_back"


def fell_back(said: Surroundings) -> bool:
    """The bot was unsure and had no reading to propose."""
    return said.parsed.intent == UNSURE and said.outcome != "asked_back"


def handed_over(said: Surroundings) -> bool:
    """The conversation went to a person with this message, unasked, or with the shopper's next one."""
    asked = said.parsed.intent == "human_handover"
    return not asked and (said.outcome == "handed_over" or said.handed_over_next)


def thumbs_down(said: Surroundings) -> bool:
    """The shopper voted the answer down."""
    return said.vote is not None and said.vote < 0


def rephrased(said: Surroundings) -> bool:
    """The shopper said nearly the same again within two messages."""
    return said.parsed.intent not in _SAYS_ITSELF_AGAIN and any(likeness >= REPHRASED for likeness in said.next_said)


def neighbours_disagree(said: Surroundings) -> bool:
    """Most of the nearest training examples have another intent than the model's likeliest."""
    others = sum(intent != said.parsed.likeliest for intent in said.neighbours)
    return bool(said.parsed.ranking) and 2 * others > len(said.neighbours) > 0


def label_looks_wrong(said: Surroundings) -> bool:
    """Confident learning takes the label a person gave for a slip."""
    unlikely = said.label_probability is not None and said.label_probability < LABEL_UNLIKELY
    return bool(said.label) and bool(said.likelier_than_label) and unlikely


def new_topic(said: Surroundings) -> bool:
    """It lies far from all training data, together with others. A topic we lack is often taken for out of scope."""
    return said.far_from_data


_ALL = (
    Reason("low_margin", "Close call", "Two intents are almost equally likely.", 0.5, low_margin),
    Reason(
        "near_out_of_scope",
        "Near out of scope",
        "It is hard to say whether this is the shop's business at all.",
        0.4,
        near_out_of_scope,
    ),
    Reason("asked_back", "Asked back", "The bot had to ask which of two things was meant.", 0.7, asked_back),
    Reason("fell_back", "Not understood", "The bot was not sure enough of any intent.", 0.8, fell_back),
    Reason("handed_over", "Went to a person", "The shopper ended up with a person here.", 0.7, handed_over),
    Reason("thumbs_down", "Thumbs down", "The shopper voted the answer down.", 0.9, thumbs_down),
    Reason("rephrased", "Said again", "The shopper had to say nearly the same again.", 0.8, rephrased),
    Reason(
        "neighbours_disagree",
        "Neighbours disagree",
        "The most similar training examples have another intent than the model's.",
        0.6,
        neighbours_disagree,
    ),
    Reason(
        "label_looks_wrong",
        "Label looks wrong",
        "What a person chose is very unlikely given all the other labels.",
        1.0,
        label_looks_wrong,
    ),
    Reason("new_topic", "New topic", "Several messages like this are far from everything in the data.", 0.7, new_topic),
)
REASONS: dict[str, Reason] = {reason.name: reason for reason in _ALL}

OF_THE_WHOLE = ("label_looks_wrong", "new_topic")
"""Reasons that are found by looking at all messages, not at one conversation."""


def reasons_of(said: Surroundings) -> list[str]:
    """Names of the reasons that hold, in the order of ``REASONS``."""
    return [name for name, reason in REASONS.items() if reason.holds(said)]


def worth(names: list[str]) -> float:
    """How much a look is worth, 0 to 1: reasons add up as independent causes."""
    nothing = 1.0
    for name in names:
        nothing *= 1.0 - 0.8 * REASONS[name].weight
    return 1.0 - nothing
