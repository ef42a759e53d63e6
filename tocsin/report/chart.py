"""The curve of a brand: what stretches is SVG, what is read is HTML on top of it, so that letters keep their size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from html import escape

from schemas.crisis import SEVERITIES
from tocsin.instants import DAY_MS, instant
from tocsin.report.page import Card, Chart
from tocsin.report.words import plain

#: The drawing's own units; it is stretched to whatever room there is.
_WIDTH, _HEIGHT = 1000, 200
#: Room above the highest value, as its share.
_HEADROOM = 1.12
#: Numbers above the plot keep so far apart, in per cent of its width: a finger's width on a phone.
_APART = 6.5
_LANES = 4
#: Dates below a chart.
_DATES = 8


def draw_chart(chart: Chart, cards: Sequence[Card]) -> str:
    """The figure: crises numbered above the plot, dates below it, what is what at the end."""
    top = _choose_top(chart)
    rows = [
        '<figure class="chart">',
        _draw_lane(chart, cards),
        '<div class="plot">',
        _draw_plot(chart, cards, top),
        *_draw_heights(chart, top),
        _draw_peak(chart, top),
        "</div>",
        draw_dates(chart.start_ms, chart.end_ms),
        _draw_key(chart, cards),
        "</figure>",
    ]
    return "\n".join(rows)


def draw_dates(start_ms: int, end_ms: int) -> str:
    """Dates along a chart; every second one is left out where there is little room."""
    length = end_ms - start_ms
    step_days = max(1, -(-length // (DAY_MS * _DATES)))
    first = -(-start_ms // DAY_MS) * DAY_MS
    labels = []
    for number, at_ms in enumerate(range(first, end_ms, step_days * DAY_MS)):
        left = 100 * (at_ms - start_ms) / length
        if left > 92:
            break
        name = "minor" if number % 2 else "major"
        labels.append(f'<span class="{name}" style="left:{left:.2f}%">{instant(at_ms):%-d %b}</span>')
    if not labels:
        labels = [
            f'<span class="major" style="left:{share}%">{instant(start_ms + length * share // 100):%H:%M}</span>'
            for share in (0, 25, 50, 75)
        ]
    return f'<div class="days">{"".join(labels)}</div>'


def _choose_top(chart: Chart) -> float:
    highest = max([*chart.values, *(each[2] for each in chart.usual if each), 1.0])
    return highest * _HEADROOM


def _x(chart: Chart, at_ms: float) -> float:
    return _WIDTH * min(1.0, max(0.0, (at_ms - chart.start_ms) / (chart.end_ms - chart.start_ms)))


def _draw_plot(chart: Chart, cards: Sequence[Card], top: float) -> str:
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(_describe(chart, cards))}">'
    ]
    for card in sorted(cards, key=lambda card: SEVERITIES.index(card.severity)):
        left, right = _x(chart, card.start_ms), _x(chart, card.end_ms)
        parts.append(
            f'<rect class="s-span {card.severity}" x="{left:.1f}" y="0" width="{max(3.0, right - left):.1f}" '
            f'height="{_HEIGHT}"/>'
        )
    for value in _choose_heights(top):
        y = _HEIGHT * (1 - value / top)
        parts.append(f'<path class="grid" d="M0 {y:.1f}H{_WIDTH}"/>')
    parts.extend(f'<path class="s-band" d="{path}"/>' for path in _trace_bands(chart, top))
    if any(chart.negatives):
        line = _trace(chart.negatives, top)
        parts.append(f'<path class="s-negative" d="{line}V{_HEIGHT}H0Z"/>')
    parts.append(f'<path class="s-curve" d="{_trace(chart.values, top)}"/>')
    for mark in sorted(chart.marks, key=lambda mark: SEVERITIES.index(mark.severity)):
        height = 9 if mark.severity == "watch" else 18
        words = f"<title>{plain(mark.text)}</title>"
        x = _x(chart, mark.at_ms)
        parts.append(f'<path class="s-mark {mark.severity}" d="M{x:.1f} {_HEIGHT}v-{height}">{words}</path>')
    parts.append("</svg>")
    return "".join(parts)


def _trace(values: Sequence[float], top: float) -> str:
    """A line through the middles of the stretches; a point that lies on the line is left out."""
    step = _WIDTH / max(1, len(values))
    points = [(step * (place + 0.5), _HEIGHT * (1 - value / top)) for place, value in enumerate(values)]
    if not points:
        return f"M0 {_HEIGHT}H{_WIDTH}"
    kept = [f"M0 {points[0][1]:.1f}"]
    last = len(points) - 1
    for place, (x, y) in enumerate(points):
        is_flat = 0 < place < last and points[place - 1][1] == y == points[place + 1][1]
        if not is_flat:
            kept.append(f"L{x:.1f} {y:.1f}")
    kept.append(f"L{_WIDTH} {points[-1][1]:.1f}")
    return "".join(kept)


def _trace_bands(chart: Chart, top: float) -> list[str]:
    """The band, in as many pieces as it has gaps."""
    step = _WIDTH / max(1, len(chart.usual))
    pieces: list[list[tuple[float, float, float]]] = [[]]
    for place, usual in enumerate(chart.usual):
        if usual is None:
            pieces.append([])
            continue
        x = step * (place + 0.5)
        pieces[-1].append((x, _HEIGHT * (1 - usual[0] / top), _HEIGHT * (1 - usual[2] / top)))
    paths = []
    for piece in pieces:
        if len(piece) > 1:
            upper = "L".join(f"{x:.1f} {high:.1f}" for x, _, high in piece)
            lower = "L".join(f"{x:.1f} {low:.1f}" for x, low, _ in reversed(piece))
            paths.append(f"M{upper}L{lower}Z")
    return paths


def _choose_heights(top: float) -> list[float]:
    """Two to four round numbers."""
    step = 1.0
    for step in (base * 10**power for power in range(9) for base in (1, 2, 5)):
        if top / step <= 4.5:
            break
    return [step * number for number in range(1, int(top / step) + 1)]


def _draw_heights(chart: Chart, top: float) -> list[str]:
    heights = _choose_heights(top)
    labels = []
    for value in heights:
        words = f"{value:,.0f} {escape(chart.unit)}" if value == heights[-1] else f"{value:,.0f}"
        labels.append(f'<span class="y" style="bottom:{100 * value / top:.2f}%">{words}</span>')
    return labels


def _draw_peak(chart: Chart, top: float) -> str:
    """The highest value, where it is, named."""
    if not any(chart.values):
        return ""
    place = max(range(len(chart.values)), key=lambda index: (chart.values[index], -index))
    left = 100 * (place + 0.5) / len(chart.values)
    side = " left" if left < 12 else " right" if left > 88 else ""
    bottom = 100 * chart.values[place] / top
    return f'<span class="peak{side}" style="left:{left:.2f}%;bottom:{bottom:.2f}%">{chart.values[place]:,.0f}</span>'


def _draw_lane(chart: Chart, cards: Sequence[Card]) -> str:
    """The numbers of the crises, each over its start, in as many rows as they need."""
    ends = [-100.0] * _LANES
    links = []
    for card in sorted(cards, key=lambda card: card.start_ms):
        left = _x(chart, card.start_ms) / _WIDTH * 100
        lane = next((number for number, end in enumerate(ends) if left - end >= _APART), None)
        if lane is None:
            continue  # too many to be told apart here: the spans and the cards below tell of it
        ends[lane] = left
        links.append(
            f'<a class="fill-{card.severity}" href="#{escape(card.anchor)}" '
            f'style="left:{min(98.5, max(1.5, left)):.2f}%;bottom:{3 + 24 * lane}px" '
            f'title="{plain(card.title)}">{card.number}</a>'
        )
    lanes = max((number + 1 for number, end in enumerate(ends) if end > -100), default=0)
    return f'<div class="lane" style="height:{24 * lanes + 4}px">{"".join(links)}</div>'


def _draw_key(chart: Chart, cards: Sequence[Card]) -> str:
    rows = [f'<li><i class="curve"></i>{escape(chart.unit)}</li>']
    if any(chart.negatives):
        rows.append('<li><i class="negative"></i>of them complaining</li>')
    if any(each for each in chart.usual):
        rows.append('<li><i class="band"></i>usual range at this time</li>')
    shown = {card.severity for card in cards} | {mark.severity for mark in chart.marks}
    rows += [f'<li><i class="{each}"></i>{each}</li>' for each in SEVERITIES if each in shown]
    return f'<ul class="key">{"".join(rows)}</ul>'


def _describe(chart: Chart, cards: Sequence[Card]) -> str:
    """The picture in a sentence, for who cannot see it."""
    days = timedelta(milliseconds=chart.end_ms - chart.start_ms).days
    highest = max(chart.values, default=0.0)
    return f"{chart.unit} over {days} days, at most {highest:,.0f}; {len(cards)} crises are marked"
