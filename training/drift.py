"""How far what shoppers say has moved from what the model learned, and from what they said before; in plain words.

Free of torch: the training examples come with their embeddings, as ``training.explain`` made them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binomtest, chi2

from language.explaining import TrainingExamples
from training.logs.reader import measure
from training.watching import Asked, Watched

Level = Literal["calm", "watch", "act", "unknown"]

_FEWEST_MESSAGES = 100
"""From fewer messages nothing is concluded."""
_MOVED, _MOVED_FAR = 0.1, 0.25
"""The customary marks of the population stability index (Siddiqi, "Credit Risk Scorecards", 2006)."""
_BY_CHANCE = 0.01
_FAR, _VERY_FAR = 0.12, 0.25
"""Messages to our own shop, in words never seen, were 4 to 11 % far; other shops' and a bank's, 15 to 44 %."""
_MORE_UNSURE, _FAR_MORE_UNSURE = 0.03, 0.10
_OFTEN_ASKED, _OFTEN_MISSED = 0.03, 0.15


@dataclass(frozen=True)
class Stability:
    """The population stability index of two mixes: 0 where they are alike, and what chance alone may make of it."""

    index: float
    by_chance: float

    @property
    def level(self) -> Level:
        """Beyond chance, by the customary marks."""
        if self.index <= max(_MOVED, self.by_chance):
            return "calm"
        return "act" if self.index > max(_MOVED_FAR, self.by_chance) else "watch"


@dataclass(frozen=True)
class Moved:
    """An intent's share before and now."""

    intent: str
    before: float
    now: float


@dataclass(frozen=True)
class Finding:
    """One kind of drift: how bad it is, what was seen, and what to do.

    ``name``: far (from the training examples; ``figure`` is the share), mix (the stability index of the intents against
    the time before), unsure (the share not understood), missed (the Jensen-Shannon divergence of the intents from the
    training examples'). ``figure`` is None where too little is known.
    """

    name: str
    level: Level
    words: str
    advice: str
    figure: float | None = None
    moved: tuple[Moved, ...] = ()


def population_stability(before: Mapping[str, int], now: Mapping[str, int]) -> Stability:
    """Compare two mixes of counts; half a count is added to each so that a new intent does not make it endless.

    ``by_chance`` is exceeded once in a hundred times when nothing changed: (1/n + 1/m) times the quantile of chi
    squared with one less degree of freedom than intents. Source: Yurdakul and Naranjo, "Statistical properties of the
    population stability index", Journal of Risk Model Validation, 2020.
    """
    names = sorted({**before, **now})
    shares = [_smoothed(mix, names) for mix in (before, now)]
    index = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    quantile = float(chi2.isf(_BY_CHANCE, max(len(names) - 1, 1)))
    return Stability(index, (1 / max(sum(before.values()), 1) + 1 / max(sum(now.values()), 1)) * quantile)


def jensen_shannon(before: Mapping[str, int], now: Mapping[str, int]) -> float:
    """The Jensen-Shannon divergence of two mixes in bits, 0 (alike) to 1 (nothing in common).

    Source: Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information Theory, 1991.
    """
    names = sorted({**before, **now})
    p, q = (_smoothed(mix, names, 0.0) for mix in (before, now))
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(share > 0, share * np.log2(share / middle), 0.0).sum() for share in (p, q)]
    return float(sum(parts) / 2)


def far_share(vectors: np.ndarray, examples: TrainingExamples) -> float:
    """The share of vectors (n, hidden) that are farther from every example than the examples are from one another."""
    nearest = (vectors.astype(np.float32) @ examples.vectors.T).max(axis=1)
    return float((nearest < measure(examples.vectors, examples.intents).near_data).mean())


def find_drift(
    watched: Watched, before: Watched, vectors: np.ndarray, examples: TrainingExamples | None
) -> tuple[Finding, ...]:
    """What has moved in a span: against the span before it, and against the champion's training examples.

    ``vectors`` (n, hidden) are the champion's embeddings of the span's messages.
    """
    return (
        _far(vectors, examples),
        _mix(before.asked, watched.asked),
        _unsure(before, watched),
        _missed(watched, examples),
    )


def _far(vectors: np.ndarray, examples: TrainingExamples | None) -> Finding:
    if examples is None or len(vectors) < _FEWEST_MESSAGES:
        return _too_little("far", len(vectors), examples is None)
    share = far_share(vectors, examples)
    surely = _at_least(share, len(vectors))
    words = f"{share:.0%} of the messages are unlike anything the model learned from."
    if surely <= _FAR:
        return Finding("far", "calm", words, "Nothing to do.", share)
    advice = "Look at the messages marked “new topic” in the inbox, label some of each group, and retrain."
    return Finding("far", "act" if surely > _VERY_FAR else "watch", words, advice, share)


def _mix(before: Sequence[Asked], now: Sequence[Asked]) -> Finding:
    old, new = ({one.intent: one.messages for one in asked} for asked in (before, now))
    fewest = min(sum(mix.values()) for mix in (old, new))
    if fewest < _FEWEST_MESSAGES:
        return _too_little("mix", fewest)
    stability = population_stability(old, new)
    moved = most_moved(old, new)
    if stability.level == "calm":
        return Finding("mix", "calm", "Shoppers ask for much the same as before.", "Nothing to do.", stability.index)
    first = moved[0]
    words = (
        f"What shoppers ask for has changed: {in_words(first.intent)} went from {first.before:.0%} to {first.now:.0%} "
        "of the messages."
    )
    advice = "Read some of these messages in the inbox. If the answers no longer fit, label them and retrain."
    return Finding("mix", stability.level, words, advice, stability.index, moved)


def _unsure(before: Watched, now: Watched) -> Finding:
    old, new = before.total, now.total
    fewest = min(old.messages, new.messages)
    old_share, share = old.share("not_understood"), new.share("not_understood")
    if old_share is None or share is None or fewest < _FEWEST_MESSAGES:
        return _too_little("unsure", fewest)
    pooled = (old.not_understood + new.not_understood) / (old.messages + new.messages)
    noise = 2.33 * float(np.sqrt(pooled * (1 - pooled) * (1 / old.messages + 1 / new.messages)))
    rise = share - old_share
    words = f"The bot did not find the meaning of {share:.0%} of the messages; before it was {old_share:.0%}."
    if rise <= max(_MORE_UNSURE, noise):
        return Finding("unsure", "calm", words, "Nothing to do.", share)
    advice = "Look in the inbox at what it asked back about or took for out of scope, label it, and retrain."
    return Finding("unsure", "act" if rise > _FAR_MORE_UNSURE else "watch", words, advice, share)


def _missed(watched: Watched, examples: TrainingExamples | None) -> Finding:
    """Intents that are asked for often and missed often, whatever the training data holds of them."""
    asked = {one.intent: one.messages for one in watched.asked}
    total = sum(asked.values())
    if examples is None or total < _FEWEST_MESSAGES:
        return _too_little("missed", total, examples is None)
    learned = Counter(examples.intents)
    distance = jensen_shannon(learned, asked)
    missed = tuple(
        Moved(one.intent, learned[one.intent] / len(examples.intents), one.messages / total)
        for one in watched.asked
        if one.messages / total >= _OFTEN_ASKED and one.not_understood / one.messages >= _OFTEN_MISSED
    )
    if not missed:
        return Finding("missed", "calm", "What is asked for often is understood well.", "Nothing to do.", distance)
    names = ", ".join(f"{in_words(one.intent)} ({learned[one.intent]} examples)" for one in missed[:3])
    words = f"Asked for often, and often not understood: {names}."
    advice = "Label more messages of these intents in the inbox, and retrain: more examples help here the most."
    return Finding("missed", "watch", words, advice, distance, missed)


def most_moved(before: Mapping[str, int], now: Mapping[str, int], count: int = 5) -> tuple[Moved, ...]:
    """The intents whose shares differ most, the greatest difference first; of equal ones, those that grew."""
    sums = [max(sum(mix.values()), 1) for mix in (before, now)]
    moved = [Moved(name, before.get(name, 0) / sums[0], now.get(name, 0) / sums[1]) for name in {**before, **now}]
    return tuple(sorted(moved, key=lambda one: (-round(abs(one.now - one.before), 6), one.before - one.now))[:count])


def in_words(intent: str) -> str:
    """An intent's name as a page writes it."""
    return f"“{intent.replace('_', ' ')}”"


def _too_little(name: str, messages: int, no_examples: bool = False) -> Finding:
    if no_examples:
        words = "The examples that the running model learned from were not looked at yet."
        return Finding(name, "unknown", words, "The worker does it within minutes; reload this page then.")
    words = f"There are {messages} messages to judge by; below {_FEWEST_MESSAGES} nothing can be said."
    return Finding(name, "unknown", words, "Wait for more conversations, or choose a longer time.")


def _at_least(share: float, count: int) -> float:
    """The lower end of Wilson's 95 % interval of a share."""
    return float(binomtest(round(share * count), count).proportion_ci(method="wilson").low)


def _smoothed(mix: Mapping[str, int], names: Sequence[str], added: float = 0.5) -> np.ndarray:
    counts = np.array([mix.get(name, 0) + added for name in names], dtype=np.float64)
    shares: np.ndarray = counts / max(counts.sum(), 1.0)
    return shares
