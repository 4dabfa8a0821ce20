"""Challenger against champion: every guarded figure with the interval of its difference, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from language.understanding import OUT_OF_SCOPE
from training.models.gate import ChangedExample, Gate, Guarded, Talk, Verdict
from training.models.intervals import Interval, bootstrap, paired_shares
from training.models.readings import ModelReading, ReadRow

OVERALL, OF_AN_INTENT = 0.95, 0.99
"""Confidence of the intervals: there are many intents, and each would be worse by chance one time in forty."""
_FEWEST = 5
"""Fewer rows say nothing of an intent."""
_SLOWER_BY = 0.2
"""Share by which a reading may take longer before shoppers would notice."""
_LANGUAGES = {"en": "English", "zh": "Chinese"}

Right = Callable[[ReadRow, ModelReading], bool]


def compare(rows: Sequence[ReadRow], talks: Sequence[Talk], champion_id: int, notes: Sequence[str] = ()) -> Gate:
    """The gate of a challenger that read the same rows as the champion."""
    guarded = tuple(_guarded(rows))
    reasons = [each.text for each in guarded if each.verdict == "worse"]
    reasons += [f"Must-pass conversation {t.name}: {t.text}" for t in talks if t.champion and not t.challenger]
    return Gate(
        verdict="refused" if reasons else "passed",
        champion_id=champion_id,
        reasons=tuple(reasons),
        guarded=guarded,
        changed=tuple(_changed(rows)),
        talks=tuple(talks),
        notes=tuple(notes),
    )


def _guarded(rows: Sequence[ReadRow]) -> Iterator[Guarded]:
    meant = [row for row in rows if row.intent]
    ours = [row for row in meant if row.intent != OUT_OF_SCOPE]
    strange = [row for row in meant if row.intent == OUT_OF_SCOPE]
    yield from _share("acted_right", "Acts on the right intent", meant, _acts_right)
    yield from _share("accuracy", "Likeliest intent is right", meant, _likeliest_right)
    for code, name in _LANGUAGES.items():
        those = [row for row in meant if row.language == code]
        yield from _share(f"language:{code}", f"{name}: acts on the right intent", those, _acts_right)
    frozen = [row for row in meant if row.source == "regression"]
    yield from _share("regression", "Frozen regression set", frozen, _acts_right)
    yield from _share("out_of_scope", "Not our business, and seen to be", strange, _acts_right)
    yield from _share("ours", "Our business, and not turned away", ours, _not_refused)
    yield from _ranked(strange, ours)
    yield from _entities(meant)
    yield from _share("sentiment", "Sentiment", [row for row in rows if row.sentiment], _sentiment_right)
    for intent in sorted({row.intent for row in ours}):
        those = [row for row in ours if row.intent == intent]
        yield from _share(f"intent:{intent}", f"Intent {intent}", those, _acts_right, OF_AN_INTENT)
    yield from _latency(rows)


def _share(
    name: str, title: str, rows: Sequence[ReadRow], right: Right, confidence: float = OVERALL
) -> Iterator[Guarded]:
    if len(rows) < _FEWEST:
        return
    before = np.array([right(row, row.champion) for row in rows])
    after = np.array([right(row, row.challenger) for row in rows])
    interval = paired_shares(before, after, confidence)
    yield _figure(name, title, len(rows), (float(before.mean()), float(after.mean())), interval)


def _figure(name: str, title: str, rows: int, shares: tuple[float, float], interval: Interval) -> Guarded:
    verdict: Verdict = "worse" if interval[1] < 0 else "better" if interval[0] > 0 else "same"
    text = f"{title}: {shares[0]:.1%} before, {shares[1]:.1%} now, of {rows}"
    text += "." if verdict == "same" else f"; {verdict} beyond chance ({interval[0]:+.1%} to {interval[1]:+.1%})."
    return Guarded(name, title, "share", rows, *shares, *interval, verdict, text)


def _ranked(strange: Sequence[ReadRow], ours: Sequence[ReadRow]) -> Iterator[Guarded]:
    if len(strange) < _FEWEST or len(ours) < _FEWEST:
        return
    rows = [*strange, *ours]
    truth = np.array([True] * len(strange) + [False] * len(ours))
    scores = [np.array([getattr(row, who).out_of_scope_score for row in rows]) for who in ("champion", "challenger")]

    def difference(drawn: np.ndarray) -> float:
        if len(np.unique(truth[drawn])) < 2:
            return float("nan")
        before, after = (float(roc_auc_score(truth[drawn], each[drawn])) for each in scores)
        return after - before

    shares = (float(roc_auc_score(truth, scores[0])), float(roc_auc_score(truth, scores[1])))
    interval = bootstrap(difference, len(rows), OVERALL)
    yield _figure("out_of_scope_auroc", "Not our business scores higher (AUROC)", len(rows), shares, interval)


def _entities(rows: Sequence[ReadRow]) -> Iterator[Guarded]:
    counts = [np.array([_hits(row, getattr(row, who)) for row in rows]) for who in ("champion", "challenger")]
    if len(rows) < _FEWEST or not any(row.entities for row in rows):
        return

    def difference(drawn: np.ndarray) -> float:
        return _f1(counts[1][drawn]) - _f1(counts[0][drawn])

    interval = bootstrap(difference, len(rows), OVERALL)
    yield _figure("entities", "Entities (F1 of exact spans)", len(rows), (_f1(counts[0]), _f1(counts[1])), interval)


def _latency(rows: Sequence[ReadRow]) -> Iterator[Guarded]:
    if len(rows) < _FEWEST:
        return
    before, after = (np.array([getattr(row, who).milliseconds for row in rows]) for who in ("champion", "challenger"))

    def difference(drawn: np.ndarray) -> float:
        return float(np.median(after[drawn]) - np.median(before[drawn]))

    low, high = bootstrap(difference, len(rows), OVERALL)
    medians = float(np.median(before)), float(np.median(after))
    noticed = _SLOWER_BY * medians[0]
    verdict: Verdict = "worse" if low > noticed else "better" if high < -noticed else "same"
    title = "Processor time of a reading (median)"
    text = f"{title}: {medians[0]:.1f} ms before, {medians[1]:.1f} ms now."
    yield Guarded("latency", title, "milliseconds", len(rows), *medians, low, high, verdict, text)


def _changed(rows: Sequence[ReadRow]) -> Iterator[ChangedExample]:
    """What got worse first, then what got better, then what is wrong in another way."""
    differing = [row for row in rows if row.intent and row.champion.acted_on != row.challenger.acted_on]
    order = {False: 0, True: 1, None: 2}
    found = [
        ChangedExample(row.text, row.intent, row.champion.acted_on, row.challenger.acted_on, row.source, _better(row))
        for row in differing
    ]
    yield from sorted(found, key=lambda each: order[each.better])


def _better(row: ReadRow) -> bool | None:
    if row.challenger.acted_on == row.intent:
        return True
    return False if row.champion.acted_on == row.intent else None


def _acts_right(row: ReadRow, reading: ModelReading) -> bool:
    return reading.acted_on == row.intent


def _likeliest_right(row: ReadRow, reading: ModelReading) -> bool:
    return reading.likeliest == row.intent


def _not_refused(row: ReadRow, reading: ModelReading) -> bool:
    return reading.acted_on != OUT_OF_SCOPE


def _sentiment_right(row: ReadRow, reading: ModelReading) -> bool:
    return reading.sentiment == row.sentiment


def _hits(row: ReadRow, reading: ModelReading) -> tuple[int, int]:
    """(twice the spans that are right, spans that there are plus spans that were found): F1 is their ratio."""
    right, found = set(row.entities), set(reading.entities)
    return 2 * len(right & found), len(right) + len(found)


def _f1(counts: np.ndarray) -> float:
    hits, spans = counts.sum(axis=0)
    return float(hits / spans) if spans else float("nan")
