"""From an escalation event to what it says to one reader.

Reasons stay in English, as the pipeline words them: they are sentences with numbers in them, and a wrong translation of
a reason is worse than none.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from schemas.crisis import Crisis, EscalationEvent, EventType
from schemas.mention import WHOLE_BRAND, Evidence
from tocsin.response.message.english import ENGLISH
from tocsin.response.message.figures import Figures
from tocsin.response.message.inert import make_inert
from tocsin.response.message.message import Extras, Fact, Message, Quote, Reader
from tocsin.response.message.spanish import SPANISH
from tocsin.response.message.vietnamese import VIETNAMESE
from tocsin.response.message.words import Words
from tocsin.response.replies.policy import Language

WORDS: Final[Mapping[Language, Words]] = {"en": ENGLISH, "es": SPANISH, "vi": VIETNAMESE}

#: Telling mentions in one message: the rest is on Kafka.
_QUOTED = 3
_REASONS = 6
_SOURCES, _CAUSES, _TERMS, _SUPPRESSED = 5, 3, 8, 3
#: Events whose news is how bad it is; that of the others is what somebody did.
_TOLD_IN_NUMBERS: Final[frozenset[EventType]] = frozenset(
    {
        "crisis.watched",
        "crisis.opened",
        "crisis.escalated",
        "crisis.eased",
        "crisis.updated",
        "crisis.paged",
        "crisis.briefed",
        "crisis.reopened",
    }
)
_NO_EXTRAS: Final = Extras()
_ENGLISH_READER: Final = Reader()


def compose(
    event: EscalationEvent,
    evidence: Mapping[str, Evidence] | None = None,
    reader: Reader = _ENGLISH_READER,
    extras: Extras = _NO_EXTRAS,
    *,
    is_possible_repeat: bool = False,
) -> Message:
    """The message of one event for one reader.

    Args:
        evidence: mention key → text, of those that are known.
        is_possible_repeat: the reader may have it already.
    """
    return _Composer(event, evidence or {}, reader, extras).compose(is_possible_repeat)


class _Composer:
    """One message in the making."""

    def __init__(
        self, event: EscalationEvent, evidence: Mapping[str, Evidence], reader: Reader, extras: Extras
    ) -> None:
        self._event = event
        self._crisis: Crisis = event.crisis
        self._evidence = evidence
        self._reader = reader
        self._extras = extras
        self._words = WORDS[reader.language]
        self._figures = Figures(self._words, reader.time_zone)

    def compose(self, is_possible_repeat: bool) -> Message:
        event, crisis, words = self._event, self._crisis, self._words
        severity_word = words.severities[crisis.severity]
        happened = words.events[event.type]
        if event.by:
            happened = words.by.format(what=happened, who=self._name(event.by))
        subject = make_inert(crisis.brand if crisis.subject == WHOLE_BRAND else f"{crisis.brand} · {crisis.subject}")
        headline = self._headline()
        news = headline if event.type in _TOLD_IN_NUMBERS and headline else happened
        reasons = tuple(dict.fromkeys(make_inert(reason) for reason in (*event.because, *crisis.reasons)))
        left = len(reasons) - _REASONS
        known = [self._evidence[key] for key in self._named() if key in self._evidence]
        private = sum(found.private for found in known)
        marks = [
            words.test if self._extras.is_test else "",
            words.exercise if crisis.is_exercise else "",
            words.possible_repeat if is_possible_repeat else "",
        ]
        return Message(
            reader=self._reader,
            type=event.type,
            severity=crisis.severity,
            event=event.id,
            crisis=crisis.id,
            at=event.at,
            marks=tuple(filter(None, marks)),
            severity_word=severity_word,
            happened=happened,
            subject=subject,
            title=f"{severity_word} · {subject}: {news}",
            headline=headline,
            state=self._state(),
            numbers=tuple(self._numbers()),
            facts=tuple(self._facts()),
            notes=tuple(self._notes()),
            reasons=reasons[:_REASONS],
            reasons_left=words.reasons_left.format(count=left) if left > 0 else "",
            quotes=tuple(self._quote(found) for found in known if not found.private)[:_QUOTED],
            private=""
            if not private
            else words.private_one
            if private == 1
            else words.private_many.format(count=private),
            actions=tuple(self._actions()),
            acknowledge_url=find_link(self._extras.acknowledge_url),
            footer=words.footer.format(
                crisis=make_inert(crisis.id), sequence=event.sequence, at=self._figures.time(event.at)
            ),
        )

    # -- how bad ---------------------------------------------------------------------------------------------------

    def _headline(self) -> str:
        crisis, words, figures = self._crisis, self._words, self._figures
        if not crisis.current:
            return ""
        span = figures.duration(timedelta(minutes=crisis.span_minutes)) if crisis.span_minutes else ""
        usual = words.usual.format(baseline=figures.number(crisis.baseline), ratio=figures.number(crisis.ratio))
        return (
            f"{figures.number(crisis.current)} {self._counted()}"
            f"{words.within.format(span=span) if span else ''}{usual if crisis.baseline else ''}"
        )

    def _counted(self) -> str:
        """What `current` counts. A crisis has the numbers of its strongest signal, which need not be the last one."""
        crisis, signal, words = self._crisis, self._event.signal, self._words
        kinds = set(crisis.kinds)
        if signal and (signal.current, signal.baseline) == (crisis.current, crisis.baseline):
            kinds = {signal.kind}
        counted = {words.counted[kind].of(crisis.current) for kind in kinds if kind in words.counted}
        return counted.pop() if len(counted) == 1 else words.counted_otherwise

    def _state(self) -> str:
        crisis, event, words, figures = self._crisis, self._event, self._words, self._figures
        state = words.state.format(
            stage=words.stages[crisis.stage],
            since=figures.time(crisis.opened_at),
            lasting=figures.duration(event.at - crisis.opened_at),
        )
        if crisis.resolved_at:
            state += words.resolved.format(at=figures.clock(crisis.resolved_at, event.at))
        return state

    def _numbers(self) -> Iterable[str]:
        crisis, words, figures = self._crisis, self._words, self._figures
        if crisis.surprise:
            yield words.surprise.format(value=figures.decimal(crisis.surprise))
        yield words.negative.format(share=figures.share(crisis.negative_share))
        yield words.distinct_authors.format(count=figures.number(crisis.distinct_authors))
        if crisis.mentions:
            yield words.mentions.format(count=figures.number(crisis.mentions))
        yield words.reach.format(count=figures.number(crisis.reach)) if crisis.reach else words.reach_unknown

    # -- what ------------------------------------------------------------------------------------------------------

    def _facts(self) -> Iterable[Fact]:
        crisis, words, figures = self._crisis, self._words, self._figures
        if crisis.sources:
            most = sorted(crisis.sources.items(), key=lambda item: (-item[1], item[0]))
            named = [f"{make_inert(source)} {figures.number(count)}" for source, count in most[:_SOURCES]]
            more = [words.more.format(count=len(most) - _SOURCES)] if len(most) > _SOURCES else []
            yield Fact(words.sources, (*named, *more))
        if crisis.causes:
            about = [f"{make_inert(cause)} {figures.number(n)}" for cause, n in list(crisis.causes.items())[:_CAUSES]]
            yield Fact(words.about, (*about, *self._cause()))
        elif crisis.cluster:
            yield Fact("", tuple(self._cause()))
        if crisis.terms:
            yield Fact(words.terms, tuple(make_inert(term) for term in crisis.terms[:_TERMS]))
        if crisis.projected_reach:
            yield Fact("", (words.spreads.format(count=figures.number(crisis.projected_reach)),))
        if "coordination" in crisis.kinds or (self._event.signal and self._event.signal.kind == "coordination"):
            signal = self._event.signal
            verdict = signal.verdict if signal and signal.kind == "coordination" else ""
            yield Fact(words.coordination, (words.verdicts.get(verdict, words.verdicts[""]),))

    def _cause(self) -> Iterable[str]:
        crisis, words = self._crisis, self._words
        if crisis.cluster:
            cluster = words.clusters.get(crisis.cluster, make_inert(crisis.cluster))
            yield words.cause.format(cause=make_inert(crisis.cause.replace("-", " ")), cluster=cluster)

    def _notes(self) -> Iterable[str]:
        if self._extras.is_test:
            yield self._words.tested
        if self._crisis.is_warming_up:
            yield self._words.warming_up

    def _named(self) -> Iterable[str]:
        signal = self._event.signal
        return dict.fromkeys((*self._crisis.evidence, *(signal.evidence if signal else ())))

    def _quote(self, found: Evidence) -> Quote:
        words, figures = self._words, self._figures
        who = f"@{found.author_handle}" if found.author_handle else found.author_name or words.someone
        place = words.place.format(
            who=make_inert(who),
            source=make_inert(found.source),
            reach=words.followers.format(count=figures.number(found.followers)) if found.followers else "",
            at=figures.clock(found.posted_at, self._event.at),
        )
        return Quote(make_inert(html.unescape(found.text)), place, find_link(found.url or ""))

    # -- what to do ------------------------------------------------------------------------------------------------

    def _actions(self) -> Iterable[Fact]:
        crisis, event, words, extras = self._crisis, self._event, self._words, self._extras
        if extras.playbook or crisis.playbook:
            yield Fact(words.playbook, (make_inert(extras.playbook or crisis.playbook),))
        if extras.first_step:
            until = words.until.format(at=self._clock(extras.first_step_by)) if extras.first_step_by else ""
            owner = self._name(extras.first_step_owner) if extras.first_step_owner else ""
            yield Fact(words.first_step, tuple(filter(None, (make_inert(extras.first_step), until, owner))))
        if crisis.owner:
            expires_at = crisis.acknowledgement_expires_at
            holds = words.holds_until.format(at=self._clock(expires_at)) if expires_at else ""
            yield Fact(words.owner, tuple(filter(None, (self._name(crisis.owner), holds))))
        elif event.page is not None or crisis.next_page is not None:
            yield Fact(words.owner, (words.nobody_yet,))
        if event.page is not None:
            told = [self._name(each.person) for each in event.page.recipients]
            yield Fact(words.told, tuple(told) or (make_inert(event.page.why) or words.nobody_next,))
        if crisis.next_page is not None:
            following = [self._name(each.person) for each in crisis.next_page.recipients]
            who = ", ".join(following) or make_inert(crisis.next_page.why) or words.nobody_next
            yield Fact(words.next, (who, self._clock(crisis.next_page.at)))
        if crisis.suppressed:
            most = sorted(crisis.suppressed.items(), key=lambda item: (-item[1], item[0]))[:_SUPPRESSED]
            yield Fact(words.suppressed, tuple(f"{self._figures.number(n)} {make_inert(why)}" for why, n in most))
        if event.type == "crisis.noted" and crisis.notes:
            note = crisis.notes[-1]
            yield Fact(words.note, (f"{self._name(note.by)}: {make_inert(note.text)}",))

    def _clock(self, at: datetime) -> str:
        return self._figures.clock(at, self._event.at)

    def _name(self, person: str) -> str:
        return make_inert(self._extras.names.get(person, person))


def find_link(url: str) -> str:
    """The address if it is one of the web, inert; empty otherwise: nothing else is worth a click."""
    link = make_inert(url)
    is_web = link.startswith(("https://", "http://")) and not any(each in link for each in ' \ufffd<>"|`\\')
    return link if is_web else ""
