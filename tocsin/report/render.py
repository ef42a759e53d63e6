"""The page as HTML: one file that needs nothing else. Every text that comes from outside goes through `plain`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.crisis import SEVERITIES
from tocsin.report.chart import draw_chart, draw_dates
from tocsin.report.page import BrandPart, Budget, Card, Moment, Page, Quote
from tocsin.report.style import CSS
from tocsin.report.words import plain

#: Forbids whatever a text might still try: no script runs, nothing is fetched.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(page: Page) -> str:
    """The whole page; the same page always gives the same text."""
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{plain(' '.join(page.headlines))}</title>",
        f"<style>{CSS}</style>",
        "</head>",
        "<body>",
        "<main>",
        f'<p class="eyebrow"><b>Tocsin</b> <span>{plain(page.eyebrow)}</span></p>',
        f"<h1>{''.join(f'<span>{plain(line)}</span> ' for line in page.headlines)}</h1>",
        f'<p class="lead">{plain(page.lead)}</p>',
        _render_facts(page),
        _render_overview(page),
        *(_render_part(part) for part in page.parts),
        _render_end(page),
        f'<p class="foot">{plain(page.footer)}</p>',
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _render_facts(page: Page) -> str:
    rows = (f"<li><b>{plain(fact.number)}</b><span>{plain(fact.words)}</span></li>" for fact in page.facts)
    return f'<ul class="facts">{"".join(rows)}</ul>'


def _render_overview(page: Page) -> str:
    """Every brand's crises on one line each: the page in a glance."""
    length = max(1, page.end_ms - page.start_ms)
    rows = []
    calm = [part for part in page.parts if not part.cards]
    for part in page.parts if len(calm) == len(page.parts) else [part for part in page.parts if part.cards]:
        spans = []
        for card in part.cards:
            left = 100 * (card.start_ms - page.start_ms) / length
            width = 100 * (card.end_ms - card.start_ms) / length
            spans.append(
                f'<i class="{card.severity}" style="left:{max(0.0, min(99.5, left)):.2f}%;'
                f'width:{min(width, 100 - left):.2f}%" title="{plain(card.title)}"></i>'
            )
        rows.append(
            f'<div class="track-row"><a href="#{plain(part.anchor)}">{plain(part.name)}</a>'
            f'<div class="track">{"".join(spans)}</div></div>'
        )
    if calm and len(calm) < len(page.parts):
        key_end = f"<li>no crisis: {plain(', '.join(part.name for part in calm))}</li>"
    else:
        key_end = ""
    axis = f'<div class="track-row axis"><span></span>{draw_dates(page.start_ms, page.end_ms)}</div>'
    shown = {card.severity for part in page.parts for card in part.cards}
    key = "".join(f'<li><i class="{each}"></i>{each}</li>' for each in SEVERITIES if each in shown)
    return f'<div class="overview">{"".join(rows)}{axis}<ul class="key">{key}{key_end}</ul></div>'


def _render_part(part: BrandPart) -> str:
    rows = [
        f'<section class="brand{"" if part.cards else " calm"}" id="{plain(part.anchor)}">',
        f"<h2>{plain(part.name)}</h2>",
        f"<p>{plain(part.sentence)}</p>",
        draw_chart(part.chart, part.cards),
        *(_render_card(card) for card in part.cards),
    ]
    if part.watches:
        summary = f"Noted only, nobody was told ({len(part.watches):,})"
        rows.append(f"<details><summary>{summary}</summary>{_render_moments(part.watches)}</details>")
    if part.omitted:
        rows.append(f'<p class="foot">{part.omitted:,} more are in the files beside this page.</p>')
    rows.append("</section>")
    return "\n".join(rows)


def _render_card(card: Card) -> str:
    head = (
        f'<span class="n fill-{card.severity}">{card.number}</span>'
        f'<span class="badge fill-{card.severity}">{card.severity}</span><span>{plain(card.when)}</span>'
    )
    if card.is_brief:
        return (
            f'<article class="card brief" id="{plain(card.anchor)}"><header>{head}</header>'
            f"<h3>{plain(card.headline)}</h3></article>"
        )
    columns = []
    if card.quotes:
        columns.append(f'<p class="small-title">Telling mentions</p>{"".join(map(_render_quote, card.quotes))}')
    happened = f'<p class="small-title">What happened</p>{_render_moments(card.moments)}'
    if card.reasons:
        reasons = "".join(f"<li>{plain(reason)}</li>" for reason in card.reasons)
        happened += f'<p class="small-title second">Why</p><ul class="reasons">{reasons}</ul>'
    if card.terms:
        terms = " ".join(f"<span><bdi>{plain(term)}</bdi></span>" for term in card.terms)
        happened += f'<p class="small-title second">Words that set it apart</p><p class="terms">{terms}</p>'
    columns.append(happened)
    return (
        f'<article class="card" id="{plain(card.anchor)}"><header>{head}</header>'
        f"<h3>{plain(card.headline)}</h3>"
        f'<p class="meaning">{plain(card.meaning)}</p>'
        f'<div class="columns">{"".join(f"<div>{each}</div>" for each in columns)}</div></article>'
    )


def _render_moments(moments: Iterable[Moment]) -> str:
    rows = (
        f'<li><i class="{moment.severity or ""}"></i><time>{plain(moment.when)}</time>'
        f"<span>{plain(moment.text)}</span></li>"
        for moment in moments
    )
    return f'<ul class="timeline">{"".join(rows)}</ul>'


def _render_quote(quote: Quote) -> str:
    negative = ' class="negative"' if quote.is_negative else ""
    return (
        f"<blockquote{negative}><p><bdi>{plain(quote.text)}</bdi></p>"
        f"<footer><bdi>{plain(quote.about)}</bdi></footer></blockquote>"
    )


def _render_end(page: Page) -> str:
    blocks = [_render_budget(page.budget)]
    blocks += [_render_list("How this was made", page.method), _render_list("What it cannot tell", page.limits)]
    if page.quiet:
        blocks.append(f'<div class="wide"><h2>Quiet</h2><p>Nobody mentioned: {plain(", ".join(page.quiet))}.</p></div>')
    return f'<section class="end">{"".join(blocks)}</section>'


def _render_budget(budget: Budget) -> str:
    head = "".join(f"<th>{plain(each)}</th>" for each in ("Sensitivity", *budget.head))
    rows = "".join(
        f"<tr{' class=ran' if is_ran else ''}>{''.join(f'<td>{plain(each)}</td>' for each in (name, *cells))}</tr>"
        for name, cells, is_ran in budget.rows
    )
    table = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
    return f'<div class="wide"><h2>How many alarms to expect</h2><p>{plain(budget.sentence)}</p>{table}</div>'


def _render_list(title: str, sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    return f"<div><h2>{title}</h2><ul>{''.join(f'<li>{plain(each)}</li>' for each in sentences)}</ul></div>"
