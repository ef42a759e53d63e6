"""Drafts of an answer: in the mention's language, with name and matter, for a person to choose, edit and send.

An apology says what the brand feels, never more than what is known; what a person entered as a fact may be told. The
order is that of crisis communication: what people should do, then that they were heard, then what is known and when the
next word comes (Sturges 1994, instructing before adjusting information; Coombs 2007). Everybody gets the same respect:
reach and influence of an author change nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from schemas.mention import Evidence
from schemas.reply import TONES, ReplyFinding, Tone
from tocsin.instants import digest
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.guardrails import check, limit_of
from tocsin.response.replies.matter import QUESTION, find_objection, find_reason, find_term, find_thing
from tocsin.response.replies.person import find_name
from tocsin.response.replies.phrases import Phrases, choose, fill
from tocsin.response.replies.phrases_en import ENGLISH
from tocsin.response.replies.phrases_es import SPANISH
from tocsin.response.replies.phrases_vi import VIETNAMESE
from tocsin.response.replies.policy import CommunicationPolicy, Language, Route

Length = Literal["short", "long"]
LENGTHS: Final[tuple[Length, ...]] = ("short", "long")
#: Characters of a short answer: one post of the strictest service.
SHORT: Final = 280

BOOKS: Final[Mapping[Language, Phrases]] = {"en": ENGLISH, "es": SPANISH, "vi": VIETNAMESE}
#: Complaints in whose answer the thing is named; in the others a person counts, or an act.
_OF_THINGS: Final = frozenset(("service", "delay", "cancellation", "delivery", "product-defect", "booking", "other"))
_NAMES: Final = {"en": "English", "es": "Spanish", "vi": "Vietnamese"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One proposed answer, or the reason why there should be none.

    Attributes:
        id: hash of crisis, mention and text; the same again for the same input.
        mention: key of the mention.
        text: what would be published; empty: no public answer is recommended, `because` says why.
        reason: what it answers: one of the policy's reasons, or `question`.
        channel, to: where it invites to, and who answers there.
        because: why it is as it is: route, language, facts that could not be told.
        findings: what the guardrails found; drafts from phrases have none.
        drafted_by: "phrases", or the name of a language model.
    """

    id: str
    mention: str
    language: Language = "en"
    tone: Tone = "plain"
    length: Length = "short"
    text: str = ""
    reason: str = "other"
    channel: str = ""
    to: str = ""
    because: tuple[str, ...] = ()
    findings: tuple[ReplyFinding, ...] = ()
    drafted_by: str = "phrases"

    @property
    def is_recommended(self) -> bool:
        """Whether a person can approve it as it stands."""
        return bool(self.text) and not self.findings


def draft(
    mention: Evidence,
    facts: Facts,
    policy: CommunicationPolicy,
    tones: Sequence[Tone] = TONES,
    lengths: Sequence[Length] = LENGTHS,
) -> tuple[Draft, ...]:
    """Options for an answer to one mention: each tone, short (280 characters at most) and long.

    Returns:
        One draft without text, with the reason, when no public answer is recommended; else at least one with a text.
        Which phrases are used follows from the mention's key: thirty people do not read the same sentences.
    """
    objection = find_objection(mention, facts)
    if objection:
        return (refuse(mention, facts, f"No public answer is recommended. {objection}"),)
    options = _Options(mention, facts, policy)
    found: dict[str, Draft] = {}
    for tone in tones:
        for length in lengths:
            text = options.short(tone) if length == "short" else options.long(tone)
            if text and text not in found:
                found[text] = options.finish(text, tone, length)
    if found:
        return tuple(found.values())
    return (
        refuse(mention, facts, "What has to be said first is longer than an answer may be here: publish it whole."),
    )


def compose(
    middle: str, mention: Evidence, facts: Facts, policy: CommunicationPolicy, tone: Tone, writer: str
) -> Draft:
    """A draft around a text that `writer` wrote: greeting before it, invitation and signature after it; checked."""
    options = _Options(mention, facts, policy)
    greeting = options.greet(tone, "", do_first=options.fact(facts.do_first))
    signature = policy.signature.get(options.language, "")
    text = "\n\n".join(part for part in (f"{greeting} {middle}", options.invite(tone), signature) if part)
    length: Length = "short" if len(text) <= SHORT else "long"
    return replace(options.finish(text, tone, length), drafted_by=writer)


def refuse(mention: Evidence, facts: Facts, because: str) -> Draft:
    """The draft that holds no text."""
    return Draft(id=digest(facts.crisis, mention.mention, because), mention=mention.mention, because=(because,))


def choose_language(mention: Evidence, policy: CommunicationPolicy) -> tuple[Language, str]:
    """The language to answer in, and why it is not the mention's ("" when it is)."""
    for language in policy.languages:
        if language == mention.language:
            return language, ""
    spare: Language = "en" if "en" in policy.languages else policy.languages[0]
    said = "is not known" if mention.language == "und" else f"({mention.language}) is not one that the desk answers in"
    return spare, f"written in {_NAMES[spare]}: the mention's language {said}"


def tell_route(route: Route, language: Language) -> str:
    """The channel inside a sentence, which it ends: `our care chat (9–18 h): https://…`."""
    channel = route.channel
    hours = f" ({channel.hours[language]})" if language in channel.hours else ""
    return f"{channel.label[language]}{hours}" + (f": {channel.address}" if channel.address else ".")


class _Options:
    """What all drafts of one mention share."""

    def __init__(self, mention: Evidence, facts: Facts, policy: CommunicationPolicy) -> None:
        self.mention, self.facts, self.policy = mention, facts, policy
        self.language, why = choose_language(mention, policy)
        self.book = BOOKS[self.language]
        self.reason = find_reason(mention)
        self.route = policy.route(() if self.reason == QUESTION else (self.reason, *mention.reasons))
        self.limit = limit_of(mention, policy)
        untold = [f"{fact} is not told: nobody has written it in {_NAMES[self.language]}"
                  for fact in facts.untold(self.language)]  # fmt: skip
        self.because = tuple(each for each in (self.route.because, why, *untold) if each)

    def finish(self, text: str, tone: Tone, length: Length) -> Draft:
        return Draft(
            id=digest(self.facts.crisis, self.mention.mention, text),
            mention=self.mention.mention,
            language=self.language,
            tone=tone,
            length=length,
            text=text,
            reason=self.reason,
            channel=self.route.channel.id,
            to=self.route.to,
            because=self.because,
            findings=check(text, self.mention, self.facts, self.policy),
        )

    def long(self, tone: Tone) -> str:
        """All that can be said; "" when that is longer than the mention's source takes."""
        known = self._known(tone) or [self._look(tone)]
        first = self.greet(tone, self._heard(tone), do_first=self.fact(self.facts.do_first))
        invitation = self.invite(tone)
        if self.route.channel.kind == "private":
            invitation += "\n" + self._say(tone, self.book.keeps, "keep")
        signature = self.policy.signature.get(self.language, "")
        text = "\n\n".join(part for part in (first, _join(known), invitation, signature) if part)
        return text if len(text) <= self.limit else ""

    def short(self, tone: Tone) -> str:
        """The most important that fits: what to do, that they were heard, facts, the way to a person."""
        limit = min(SHORT, self.limit)
        do_first = self.fact(self.facts.do_first)
        heard = [self._heard(tone), *sorted(self._all_heard(tone), key=len)]
        invites = [self.invite(tone), *sorted(self._all_invites(tone), key=len)]
        pairs = [(one, other) for other in (invites[0], invites[1]) for one in (heard[0], heard[1])]
        must = [[self.greet(tone, one, do_first=do_first), other] for one, other in pairs]
        if do_first:
            must.append([self.greet(tone, "", do_first=do_first), invites[1]])
        begin = next((parts for parts in must if len(_join(parts)) <= limit), None)
        if begin is None:
            return ""
        told: list[str] = []
        for fact in self._known(tone) or [self._look(tone)]:
            if len(_join([begin[0], *told, fact, begin[1]])) <= limit:
                told.append(fact)
        return _join([begin[0], *told, begin[1]])

    def _known(self, tone: Tone) -> list[str]:
        """What may be told as known, most important first; empty when nothing is."""
        facts, book = self.facts, self.book
        near = self.mention.posted_at
        correction = self.fact(facts.correction) if self.reason == "rumour" else ""
        cause, remedy = self.fact(facts.cause), self.fact(facts.remedy)
        told = []
        if correction:
            told.append(f"{self._say(tone, book.corrections, 'correction')} {correction}")
            if facts.source:
                told.append(self._say(tone, book.sources, "source", link=facts.source))
        elif self.reason == "rumour":
            told.append(self._say(tone, book.checks, "check"))
        elif cause:
            told.append(f"{self._say(tone, book.causes, 'cause')} {cause}")
        if facts.fixed_at:
            told.append(self._say(tone, book.fixed, "fixed", time=facts.tell_time(facts.fixed_at, near, book.times)))
        if remedy:
            told.append(remedy)
        if facts.next_word_at:
            if not told:
                told.append(self._look(tone))
            told.append(
                self._say(tone, book.next_words, "next", time=facts.tell_time(facts.next_word_at, near, book.times))
            )
        return told

    def fact(self, texts: Mapping[str, str]) -> str:
        text = texts.get(self.language, "").strip()
        return text if not text or text[-1] in ".!?…" else f"{text}."

    def greet(self, tone: Tone, text: str, do_first: str) -> str:
        """The greeting with what follows; what people should do comes before everything."""
        named, nameless = self.book.greetings[tone]
        name = find_name(self.mention, self.language, is_formal=tone == "formal")
        if name and self.language == "vi" and not name.startswith("@"):
            name = f"Quý khách {name}" if tone == "formal" else f"bạn {name}"
        greeting = fill(named, tone, {"name": name}) if name else nameless
        if do_first or not text or not self.book.flows_on:
            return _join([f"{greeting}.", do_first, text])
        return f"{greeting}, {text[0].lower()}{text[1:]}"

    def _all_heard(self, tone: Tone) -> list[str]:
        book = self.book.feeling if tone == "warm" else self.book.sober
        return [fill(phrase, tone, {}) for phrase in book[self.reason]]

    def _heard(self, tone: Tone) -> str:
        return choose(self._all_heard(tone), self.mention.mention, "heard", tone)

    def invite(self, tone: Tone) -> str:
        return self._say(tone, self._invites(), "invite")

    def _invites(self) -> tuple[str, ...]:
        return self.book.invites if self.route.channel.kind == "private" else self.book.public_invites

    def _all_invites(self, tone: Tone) -> list[str]:
        return [fill(phrase, tone, {"route": tell_route(self.route, self.language)}) for phrase in self._invites()]

    def _look(self, tone: Tone) -> str:
        term = find_term(self.mention.text, self.facts.terms)
        thing = term or find_thing(self.mention.text, self.book.things)
        if thing and self.reason in _OF_THINGS:
            matter = self.book.with_thing.replace("{thing}", thing if term else fill(thing, tone, {}))
        else:
            matter = fill(self.book.matters.get(self.reason, self.book.matters["other"]), tone, {})
        return self._say(tone, self.book.looks, "look", matter=matter)

    def _say(self, tone: Tone, phrases: Sequence[str], part: str, **slots: str) -> str:
        phrase = choose(phrases, self.mention.mention, part, tone)
        return fill(phrase, tone, {"route": tell_route(self.route, self.language), **slots})


def _join(parts: Sequence[str]) -> str:
    """Sentences beside each other; one that ends with a link is ended by the line, so that the link stays whole."""
    text = ""
    for part in parts:
        if part and text:
            text += "\n" if "://" in text.split()[-1] or "@" in text.split()[-1] else " "
        text += part
    return text
