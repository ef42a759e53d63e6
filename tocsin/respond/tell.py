"""What a page tells in each situation: link, crisis and answer in, `Page` out. Pure: the time is an argument."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from schemas.command import CommandAnswer
from schemas.crisis import Crisis
from schemas.mention import WHOLE_BRAND
from tocsin.respond.page import Outcome, Page
from tocsin.respond.words import STATUS_WORDS, TEXTS, Key
from tocsin.response.lifecycle import ACTIVE
from tocsin.response.links import Link
from tocsin.response.message.compose import WORDS
from tocsin.response.message.figures import Figures
from tocsin.response.message.message import Reader

_REASONS, _TERMS = 2, 6


def ask(reader: Reader, link: Link, crisis: Crisis | None, now: datetime) -> Page:
    """Before the button is pressed: what it is about, and what will happen."""
    text = _texts(reader)
    sentences = [text("ask.does", person=reader.name), text("ask.stops"), text("ask.resumes")]
    if crisis is None:
        sentences.append(text("ask.unknown"))
    elif crisis.status not in ACTIVE:
        sentences.insert(0, text("ask.closed"))
    elif crisis.acknowledged_at:
        at = _figures(reader).time(crisis.acknowledged_at)
        sentences.insert(0, text("ask.taken", person=crisis.owner or "?", at=at))
    sentences.append(text("ask.nothing_public"))
    foot = (
        text("ask.not_you", person=reader.name),
        text("ask.good_until", until=_figures(reader).time(link.expires_at)),
    )
    return _about(
        reader,
        link,
        crisis,
        text("ask.title"),
        sentences,
        now=now,
        button=WORDS[reader.language].acknowledge,
        foot=foot,
    )


def answered(reader: Reader, link: Link, crisis: Crisis | None, answer: CommandAnswer, now: datetime) -> Page:
    """The command was accepted or refused, now or on an earlier press."""
    text = _texts(reader)
    if crisis and answer.status and crisis.updated_at <= answer.at:
        crisis = crisis.replace(status=answer.status)  # the answer may be here before the crisis as it stands after it
    if answer.type == "command.accepted":
        said = ("", answer.because)
        title = text("done.title", person=reader.name)
        return _about(reader, link, crisis, title, [text("done.next")], now=now, said=said, outcome="good")
    said = (WORDS[reader.language].why, answer.because)
    title = text("refused.title")
    return _about(reader, link, crisis, title, [text("refused.again")], now=now, said=said, outcome="bad")


def pending(reader: Reader, link: Link, crisis: Crisis | None, now: datetime) -> Page:
    """The command is stored, and no answer came in time."""
    text = _texts(reader)
    return _about(
        reader, link, crisis, text("pending.title"), [text("pending.meaning")], now=now, again=text("pending.button")
    )


def unsent(reader: Reader, link: Link, crisis: Crisis | None, now: datetime) -> Page:
    """Kafka did not confirm that the command is stored."""
    text = _texts(reader)
    return _about(
        reader,
        link,
        crisis,
        text("unsent.title"),
        [text("unsent.meaning")],
        now=now,
        button=text("unsent.button"),
        outcome="bad",
    )


def expired(reader: Reader, link: Link) -> Page:
    """The link was good once."""
    text = _texts(reader)
    until = text("expired.when", until=_figures(reader).time(link.expires_at))
    return notice(reader, "expired.title", until, text("expired.then"))


def notice(reader: Reader, title: Key, *sentences: str) -> Page:
    """A page about nothing but itself; nothing has happened."""
    return Page(
        language=reader.language,
        title=TEXTS[reader.language][title],
        sentences=(*sentences, TEXTS[reader.language]["nothing_happened"]),
    )


def _about(
    reader: Reader,
    link: Link,
    crisis: Crisis | None,
    title: str,
    sentences: Sequence[str],
    *,
    now: datetime,
    said: tuple[str, str] | None = None,
    outcome: Outcome = "",
    button: str | None = None,
    again: str | None = None,
    foot: tuple[str, ...] = (),
) -> Page:
    """A page about the crisis of a link; what is not known of it is left out."""
    page = Page(
        language=reader.language,
        title=title,
        outcome=outcome,
        subject=link.brand,
        sentences=tuple(sentences),
        button=button,
        again=again,
        foot=foot,
        details=_details(reader, crisis, said),
    )
    if crisis is None:
        return page
    words = WORDS[reader.language]
    topic = _texts(reader)("whole_brand") if crisis.subject == WHOLE_BRAND else crisis.subject
    return replace(
        page,
        severity=crisis.severity,
        badge=words.severities[crisis.severity],
        is_exercise=words.exercise if crisis.is_exercise else "",
        subject=f"{crisis.brand} · {topic}",
        state=_state(reader, crisis, now),
        numbers=_numbers(reader, crisis),
    )


def _state(reader: Reader, crisis: Crisis, now: datetime) -> tuple[str, ...]:
    words, figures = WORDS[reader.language], _figures(reader)
    state = words.state.format(
        stage=words.stages[crisis.stage],
        since=figures.time(crisis.opened_at),
        lasting=figures.duration(now - crisis.opened_at),
    )
    return (f"{STATUS_WORDS[reader.language][crisis.status]} · {state}",)


def _numbers(reader: Reader, crisis: Crisis) -> tuple[str, ...]:
    words, figures = WORDS[reader.language], _figures(reader)
    return (
        words.distinct_authors.format(count=figures.number(crisis.distinct_authors)),
        words.negative.format(share=figures.share(crisis.negative_share)),
        words.reach.format(count=figures.number(crisis.reach)) if crisis.reach else words.reach_unknown,
    )


def _details(reader: Reader, crisis: Crisis | None, said: tuple[str, str] | None) -> tuple[tuple[str, str, str], ...]:
    """Reasons and answers are sentences of the rules, in English; words are as people wrote them."""
    words = WORDS[reader.language]
    if said:
        return ((*said, "en"),) if said[1] else ()
    reasons = crisis.reasons[:_REASONS] if crisis else ()
    details = [("" if number else words.why, sentence, "en") for number, sentence in enumerate(reasons)]
    if crisis and crisis.terms:
        details.append((words.terms, ", ".join(crisis.terms[:_TERMS]), ""))
    return tuple(details)


def _figures(reader: Reader) -> Figures:
    return Figures(WORDS[reader.language], reader.time_zone)


def _texts(reader: Reader) -> Callable[..., str]:
    """The texts of a reader's language, filled."""
    texts = TEXTS[reader.language]

    def text(key: Key, **values: str) -> str:
        return texts[key].format(**values)

    return text
