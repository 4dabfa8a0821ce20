"""How the bot serves, in numbers and plots."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from knowledge.analytics import Analytics, Day, analytics
from shop.clock import now
from web.editor.engine import EngineOf
from web.editor.parts import Reader, show
from web.staff.parts import LANGUAGE_NAMES
from web.staff.plots import line, stacked_bars

_PERIODS = (7, 30, 90, 365)
_OUTCOMES = {"answered": "answered", "asked back": "asked_back", "unanswered": "unanswered"}

router = APIRouter(prefix="/editor/figures", include_in_schema=False)


@router.get("")
def figures(
    request: Request,
    engine: EngineOf,
    reader: Reader,
    days: Annotated[int, Query(ge=1, le=365)] = 30,
    language: str = "",
) -> Response:
    """The figures of the last days, in all languages or one."""
    chosen = (language,) if language in LANGUAGE_NAMES else tuple(LANGUAGE_NAMES)
    last = now().date()
    with engine.database.read() as unit:
        found = analytics(unit.session, last - timedelta(days=days - 1), last, chosen)
    return show(
        request,
        "figures.html",
        found=found,
        asked=sum(found.total(name) for name in _OUTCOMES.values()),
        votes=found.total("up_votes") + found.total("down_votes"),
        days=days,
        language=language,
        periods=_PERIODS,
        tables=_by_language(found, chosen),
        **_plots(found),
    )


def _by_language(found: Analytics, chosen: tuple[str, ...]) -> list[tuple[str, Analytics]]:
    """Each language's own figures, beside each other."""
    parts = ((one, tuple(day for day in found.days if day.language == one)) for one in chosen)
    return [(LANGUAGE_NAMES[one], Analytics(days, {}, ())) for one, days in parts]


def _plots(found: Analytics) -> dict[str, Any]:
    by_day: dict[date, list[Day]] = {}
    for one in found.days:
        by_day.setdefault(one.day, []).append(one)
    groups = _grouped(list(by_day.items()))
    starts = [start for start, _ in groups]
    sums = [Analytics(tuple(days), {}, ()) for _, days in groups]
    questions = {words: [one.total(name) for one in sums] for words, name in _OUTCOMES.items()}
    conversations = {
        "without a person": [one.total("conversations") - one.total("handed_over") for one in sums],
        "handed over": [one.total("handed_over") for one in sums],
    }
    return {
        "by_week": len(groups) < len(by_day),
        "questions_plot": stacked_bars(starts, questions, "Questions by outcome", halves=2),
        "questions_key": list(questions),
        "conversations_plot": stacked_bars(starts, conversations, "Conversations", halves=2),
        "conversations_key": list(conversations),
        "containment_plot": line(starts, [one.containment for one in sums], "Containment"),
        "satisfaction_plot": line(starts, [one.satisfaction for one in sums], "Satisfaction"),
    }


def _grouped(days: list[tuple[date, list[Day]]]) -> list[tuple[date, list[Day]]]:
    """By day, or by week where the days would be too narrow to see."""
    if len(days) <= 100:
        return days
    weeks: dict[date, list[Day]] = {}
    for day, parts in days:
        weeks.setdefault(day - timedelta(days=day.weekday()), []).extend(parts)
    return list(weeks.items())
