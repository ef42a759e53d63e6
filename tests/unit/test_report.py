"""The page: whole in itself, harmless whatever strangers wrote, right for what it tells."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tocsin.instants import DAY_MS, HOUR_MS
from tocsin.report.chart import draw_chart, draw_dates
from tocsin.report.page import BrandPart, Budget, Card, Chart, Fact, Mark, Moment, Page, Quote
from tocsin.report.render import render
from tocsin.report.words import plain, say_period, say_rate

DAY = 1_767_571_200_000  # Monday, 5 January 2026
EVIL = "<script>alert(1)</script><img src=x onerror='f()'>\u202e\x1b[2J \"quoted\" & https://evil.example/x"

VOID = {"meta", "link", "img", "br"}


class Reader(HTMLParser):
    """Checks that every tag is closed, and remembers tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def a_card(number: int = 1, start_ms: int = DAY + 5 * HOUR_MS, text: str = "my bag is lost") -> Card:
    return Card(
        number=number,
        anchor=f"crisis-{number}",
        severity="severe",
        title=text,
        when="Mon 5 Jan 05:00 to 09:00 UTC (4 hours)",
        headline=text,
        meaning=text,
        start_ms=start_ms,
        end_ms=start_ms + 4 * HOUR_MS,
        moments=(Moment("05:00", "watch", text), Moment("09:00", None, "over")),
        reasons=(text,),
        quotes=(Quote(text, text, is_negative=True),),
        terms=(text,),
    )


def a_chart(values: list[float] | None = None) -> Chart:
    values = [1.0, 3.0, 2.0] * 24 if values is None else values
    usual: list[tuple[float, float, float] | None] = [None, *[(0.5, 2.0, 4.0)] * (len(values) - 1)]
    return Chart(DAY, HOUR_MS, values, [value / 2 for value in values], usual, "people an hour")


def a_page(text: str = "my bag is lost", cards: int = 1) -> Page:
    part = BrandPart(
        anchor="brand-acme",
        name=text,
        sentence=text,
        chart=replace(a_chart(), marks=(Mark(DAY + HOUR_MS, "watch", text),)),
        cards=tuple(a_card(number + 1, DAY + number * HOUR_MS, text) for number in range(cards)),
        watches=(Moment("05:00", "watch", text),),
        omitted=3,
    )
    return Page(
        eyebrow=text,
        headlines=(text, "The worst: Monday"),
        lead=text,
        start_ms=DAY,
        end_ms=DAY + 3 * DAY_MS,
        facts=(Fact("7", text),),
        parts=(part,),
        budget=Budget(text, ("a week",), (("balanced", ("1.2",), True),)),
        quiet=(text,),
        method=(text,),
        limits=(text,),
        footer=text,
    )


def test_a_page_needs_nothing_else_and_runs_nothing() -> None:
    page = render(a_page())
    reader = read(page)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(reader.tags)
    assert not [value for name, value in reader.attributes if name in ("src", "href") and not value.startswith("#")]
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?:", page)
    assert "default-src 'none'" in page


def test_a_page_is_made_for_a_phone_the_night_and_paper() -> None:
    page = render(a_page())
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert "@media print" in page
    assert "prefers-color-scheme: dark" in page
    assert 'lang="en"' in page


def test_what_strangers_wrote_is_text_and_nothing_else() -> None:
    reader = read(render(a_page(EVIL)))
    assert set(reader.tags) == set(read(render(a_page())).tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    told = "".join(reader.text)
    assert "<script>alert(1)</script>" in told
    assert "\u202e" not in told
    assert "\x1b" not in told


def test_the_same_page_is_the_same_text() -> None:
    assert render(a_page()) == render(a_page())


def test_every_link_inside_leads_to_a_place_on_the_page() -> None:
    reader = read(render(a_page(cards=3)))
    places = {value for name, value in reader.attributes if name == "id"}
    links = {value[1:] for name, value in reader.attributes if name == "href"}
    assert links
    assert links <= places


def test_numbers_above_a_chart_never_lie_on_each_other() -> None:
    cards = [a_card(number, DAY + number * 900_000) for number in range(1, 30)]
    drawn = draw_chart(a_chart(), cards)
    places = [tuple(map(float, found)) for found in re.findall(r'left:([\d.]+)%;bottom:(\d+)px" title', drawn)]
    assert places
    for one, (left, bottom) in enumerate(places):
        for other_left, other_bottom in places[one + 1 :]:
            assert bottom != other_bottom or abs(left - other_left) >= 5


@pytest.mark.parametrize("values", [[], [0.0], [5.0], [0.0] * 40, [1e9, 0.0, 3.0]])
def test_a_chart_of_anything_stays_inside_its_frame(values: list[float]) -> None:
    drawn = draw_chart(a_chart(values) if values else Chart(DAY, HOUR_MS, [], [], [], "people an hour"), [a_card()])
    assert "nan" not in drawn
    read(drawn)
    for path in re.findall(r' d="([^"]+)"', drawn):
        for x, y in re.findall(r"[ML]([\d.]+) ([\d.-]+)", path):
            assert 0 <= float(x) <= 1000
            assert 0 <= float(y) <= 200


@pytest.mark.parametrize("hours", [2, 30, 24 * 9, 24 * 30, 24 * 400])
def test_dates_are_few_and_inside(hours: int) -> None:
    places = [float(left) for left in re.findall(r"left:([\d.]+)%", draw_dates(DAY + HOUR_MS, DAY + hours * HOUR_MS))]
    assert 1 <= len(places) <= 9
    assert places == sorted(places)
    assert max(places) <= 95


def test_words_for_texts_periods_and_rates() -> None:
    from datetime import UTC, datetime

    first, last = datetime(2025, 12, 30, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC)
    assert say_period(first, last) == "30 December 2025 to 5 January 2026"
    assert say_period(last, last) == "5 January 2026"
    assert [say_rate(rate) for rate in (0, 0.05, 0.7, 7.46)] == ["0", "0.05", "0.70", "7.5"]
    assert plain("a\n\n<b>\t&amp;amp;") == "a &lt;b&gt; &amp;amp;"
