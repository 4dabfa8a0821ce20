"""Plots as SVG, drawn on the server: colours come from classes of the style sheet, for dark mode too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import floor, log10

from markupsafe import Markup

_HEIGHT, _FOOT, _LEFT = 220, 24, 36
_WIDTH = 540  # of a plot that has half of the page; a whole one is twice as wide, so that texts are alike
_MOST_POINTS = 160  # of a curve
_MARK = Markup('<line x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}"/><text x="{}" y="{t:.1f}" class="at-end">{}</text>')
_FOOT_TEXT = Markup('<text x="{:.1f}" y="{}" class="{}">{}</text>')


def spark_line(counts: Sequence[int], of: str = "By week", width: int = 120, height: int = 28) -> Markup:
    """A small line of one row of counts, the oldest first; read aloud as the counts."""
    top = max(*counts, 1)
    step = (width - 4) / max(len(counts) - 1, 1)
    points = " ".join(
        f"{2 + step * n:.1f},{height - 3 - (height - 6) * count / top:.1f}" for n, count in enumerate(counts)
    )
    label = f"{of}: " + ", ".join(map(str, counts))
    return Markup(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{label}">'
        '<polyline points="{points}"/></svg>'
    ).format(w=width, h=height, label=label, points=points)


def stacked_bars(days: Sequence[date], series: Mapping[str, Sequence[int]], title: str, halves: int = 1) -> Markup:
    """Bars by day, one colour a series (classes ``series-0``, ``series-1`` ...), with a scale and the days below.

    ``halves`` is how many halves of a page wide it is.
    """
    sums = [sum(values) for values in zip(*series.values(), strict=True)]
    top = _round_up(max([*sums, 1]))
    width = _WIDTH * halves
    room = (width - _LEFT) / max(len(days), 1)
    parts = [*_scale(top, width), *_days(days, room)]
    for place, day in enumerate(days):
        base = 0
        words = ", ".join(f"{name} {values[place]}" for name, values in series.items())
        bars = []
        for number, values in enumerate(series.values()):
            tall = _tall(values[place], top)
            if tall:
                y = _HEIGHT - _FOOT - _tall(base, top) - tall
                bars.append(
                    Markup('<rect class="series-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                        number, _LEFT + room * place + room * 0.12, y, room * 0.76, tall
                    )
                )
            base += values[place]
        parts.append(Markup("<g><title>{}: {}</title>{}</g>").format(day.isoformat(), words, Markup("").join(bars)))
    return _svg(title, parts, width)


def line(days: Sequence[date], shares: Sequence[float | None], title: str) -> Markup:
    """A line of shares between 0 and 1 by day; it breaks where there is none."""
    room = (_WIDTH - _LEFT) / max(len(days), 1)
    parts: list[Markup] = [*_scale(100, _WIDTH, "%"), *_days(days, room)]
    run: list[str] = []
    for place, share in enumerate([*shares, None]):
        if share is not None:
            x, y = _LEFT + room * (place + 0.5), _HEIGHT - _FOOT - _tall(share, 1)
            run.append(f"{x:.1f},{y:.1f}")
            words = f"{days[place].isoformat()}: {share:.0%}"
            parts.append(Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3"><title>{}</title></circle>').format(x, y, words))
        elif run:
            parts.append(Markup('<polyline points="{}"/>').format(" ".join(run)))
            run = []
    return _svg(title, parts)


def curve(points: Sequence[tuple[float, float]], last: float, title: str) -> Markup:
    """A line of values from 0 up over steps from 0 to ``last``; many points are averaged to as many as can be seen."""
    thin = _averaged(points, _MOST_POINTS)
    top = _next_nice(max((y for _, y in thin), default=1.0))
    right = max(last, 1.0)

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + (_WIDTH - _LEFT - 8) * x / right, _HEIGHT - _FOOT - _tall(y, top)

    parts = []
    for value in (0.0, top / 2, top):
        _, y = place(0, value)
        parts.append(_MARK.format(_LEFT, _WIDTH, _LEFT - 6, f"{value:g}", y=y, t=y + 4))
    for step in (0, round(right / 2), round(right)):
        x, _ = place(step, 0)
        side = "at-end" if step == round(right) else "in-middle"
        parts.append(_FOOT_TEXT.format(x, _HEIGHT - 6, side, f"{step:,}"))
    drawn = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in thin)
    return _svg(title, [*parts, Markup('<polyline points="{}"/>').format(drawn)])


def _svg(title: str, parts: Sequence[Markup], width: int = _WIDTH) -> Markup:
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, _HEIGHT, title, Markup("").join(parts)
    )


def _tall(value: float, top: float) -> float:
    return (_HEIGHT - _FOOT - 10) * value / top


def _round_up(value: int) -> int:
    """The next of 1, 2, 4, 10, 20, 40, 100 ...: a scale whose half is whole as well, from 2 on."""
    scale = 1
    while True:
        for step in (1, 2, 4):
            if value <= step * scale:
                return step * scale
        scale *= 10


def _scale(top: int, width: int, unit: str = "") -> list[Markup]:
    shown = []
    for value in [0, top] if top < 2 else [0, top // 2, top]:
        y = _HEIGHT - _FOOT - _tall(value, top)
        shown.append(_MARK.format(_LEFT, width, _LEFT - 6, f"{value}{unit}", y=y, t=y + 4))
    return shown


def _days(days: Sequence[date], room: float) -> list[Markup]:
    every = max(1, -(-len(days) // 8))
    return [
        _FOOT_TEXT.format(_LEFT + room * (place + 0.5), _HEIGHT - 6, "in-middle", f"{day:%d %b}".lstrip("0"))
        for place, day in enumerate(days)
        if place % every == 0
    ]


def _averaged(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    together = -(-len(points) // most) or 1
    chunks = [points[start : start + together] for start in range(0, len(points), together)]
    return [(chunk[-1][0], sum(y for _, y in chunk) / len(chunk)) for chunk in chunks]


def _next_nice(value: float) -> float:
    """The next of 0.1, 0.2, 0.4, 1, 2, 4, 10 ... at or above a value."""
    scale = 10.0 ** floor(log10(value)) if value > 0 else 0.1
    return next(step * scale for step in (1, 2, 4, 10) if value <= step * scale * 1.000001)
