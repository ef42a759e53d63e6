"""Drafts of answers: what they say, to whom, and when there is none."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schemas.mention import Evidence
from schemas.reply import TONES
from tests.builders import START
from tests.replies import FACTS, a_complaint, a_policy
from tocsin.response.replies.draft import BOOKS, SHORT, Draft, draft
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.guardrails import check
from tocsin.response.replies.phrases import fill
from tocsin.response.replies.policy import REASONS

POLICY = a_policy()
SAID = {
    "en": "My bag is still missing, two days now",
    "es": "mi maleta no llega desde el lunes",
    "vi": "hành lý của tôi vẫn chưa thấy đâu",
}
NAMES = {"en": "Ana Gómez", "es": "Ana Gómez", "vi": "Nguyễn Thị Mai"}


def drafts(mention: Evidence, facts: Facts = FACTS) -> tuple[Draft, ...]:
    return draft(mention, facts, POLICY)


def option(options: tuple[Draft, ...], tone: str = "warm", length: str = "long") -> Draft:
    return next(each for each in options if (each.tone, each.length) == (tone, length))


def why_not(mention: Evidence, facts: Facts = FACTS) -> str:
    (only,) = drafts(mention, facts)
    assert not only.text and not only.is_recommended
    (because,) = only.because
    assert because.startswith("No public answer is recommended.")
    return because


# -- every draft -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es", "vi"])
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_all_tones_and_lengths_and_none_breaks_a_rule(language: str, reason: str) -> None:
    for number in range(8):
        mention = a_complaint(
            SAID[language], id=f"m{number}", language=language, reasons=(reason,), author_name=NAMES[language]
        )
        options = drafts(mention)
        assert {(each.tone, each.length) for each in options} >= {(tone, "long") for tone in TONES}
        assert any(each.length == "short" for each in options)
        for each in options:
            assert each.is_recommended, (each.text, each.findings)
            assert each.length == "long" or len(each.text) <= SHORT
            channel = POLICY.find_channel(each.channel)
            assert channel is not None and channel.label[language] in each.text and channel.address in each.text


@pytest.mark.parametrize("language", ["en", "es", "vi"])
def test_every_phrase_passes_by_itself(language: str) -> None:
    """Also those that no test happens to choose."""
    book = BOOKS[language]  # type: ignore[index]
    sentences = [*book.looks, *book.checks, *book.invites, *book.public_invites, *book.keeps, *book.fixed]
    sentences += [each for lines in (*book.feeling.values(), *book.sober.values()) for each in lines]
    slots = {"matter": book.matters["other"], "route": "…", "time": "18:00 (UTC)", "link": "…"}
    mention = a_complaint(language=language)
    for sentence in sentences:
        for tone in TONES:
            text = fill(sentence, tone, slots | {"matter": fill(slots["matter"], tone, {})})
            assert not check(text, mention, FACTS, POLICY), text
            assert not re.search(r"[{}|]", text)


@pytest.mark.parametrize("language", ["en", "es", "vi"])
def test_every_reason_and_the_question_have_phrases(language: str) -> None:
    book = BOOKS[language]  # type: ignore[index]
    assert set(book.feeling) == set(book.sober) == {*REASONS, "question"}
    assert all(len(set(lines)) >= 3 for lines in book.feeling.values())
    assert all(len(set(lines)) >= 2 for lines in book.sober.values())


# -- the person and the matter -------------------------------------------------------------------------------------


def test_a_draft_names_the_person_the_matter_and_the_private_channel() -> None:
    found = option(drafts(a_complaint()))
    assert found.text.startswith("Hi Ana, ")
    assert "your bag" in found.text
    assert "https://acme.example/care" in found.text
    assert found.text.endswith("— Rosa, Acme")
    assert (found.channel, found.to) == ("care", "care-team")


def test_a_product_is_named_as_the_mention_spells_it() -> None:
    facts = replace(FACTS, terms=("late", "galaxy x7"))
    text = option(drafts(a_complaint("my Galaxy X7 came late and is dead", reasons=("product-defect",)), facts)).text
    assert "what happened with Galaxy X7" in text


def test_a_shouted_or_plain_keyword_is_not_repeated_as_a_name() -> None:
    facts = replace(FACTS, terms=("late", "horrible"))
    text = option(drafts(a_complaint("HORRIBLE. late again", reasons=("delay",)), facts)).text
    assert "HORRIBLE" not in text and "with late" not in text


@pytest.mark.parametrize(
    ("name", "handle", "language", "begin"),
    [
        ("Ana Gómez", "ana", "en", "Hi Ana, "),
        ("Ana Gómez", "ana", "es", "Hola, Ana. "),
        ("Nguyễn Thị Mai", "mai", "vi", "Chào bạn Mai, "),
        ("JORGE LUIS", "jl", "es", "Hola, Jorge. "),
        ("María de la O", "mo", "es", "Hola, María. "),
        ("Jean-Luc O'Brien", "jl", "en", "Hi Jean-Luc, "),
        (None, "ana_g", "en", "Hi @ana_g, "),
        ("🔥Boss🔥", "boss_77", "en", "Hi @boss_77, "),
        ("Daily News", "dailynews", "en", "Hi @dailynews, "),
        ("Never Again", "never_acme_again", "en", "Hi there, "),
        ("Acme Sucks", "acmesucks", "en", "Hi there, "),
        ("<!channel>", "everyone", "en", "Hi there, "),
        ("[click](http://evil.example)", "a b", "en", "Hi there, "),
        ("\u202eanA", None, "en", "Hi there, "),
        (None, None, "vi", "Chào bạn, "),
        (None, "user7730918", "en", "Hi there, "),
        ("ana", "ana_g", "en", "Hi @ana_g, "),
    ],
)
def test_people_are_called_by_a_name_that_is_one(
    name: str | None, handle: str | None, language: str, begin: str
) -> None:
    mention = a_complaint(SAID[language], author_name=name, author_handle=handle, language=language)
    assert option(drafts(mention)).text.startswith(begin)


def test_a_formal_answer_uses_the_whole_name_and_usted() -> None:
    found = option(drafts(a_complaint(SAID["es"], language="es")), "formal")
    assert found.text.startswith("Buen día, Ana Gómez. ")
    assert not re.search(r"\b(tu|tus|te|ti|contigo|búscanos|deja)\b", found.text)
    assert re.search(r"\b(su|sus|usted|búsquenos|ayudarle|deje|publique)\b", found.text)


def test_another_language_is_answered_in_english_and_it_says_so() -> None:
    found = option(drafts(a_complaint("mein Koffer fehlt", language="de")))
    assert found.language == "en"
    assert "written in English: the mention's language (de) is not one that the desk answers in" in found.because


# -- what may be told ----------------------------------------------------------------------------------------------


def test_without_facts_nothing_is_told_but_what_is_being_looked_at() -> None:
    for each in drafts(a_complaint()):
        assert not re.search(r"\d\d:\d\d|hours? from now|today|tomorrow|caused", each.text.replace("9–18 h", ""))
    assert re.search("looking into|finding out more about", option(drafts(a_complaint())).text)


def test_facts_that_a_person_entered_are_told() -> None:
    facts = replace(
        FACTS,
        cause={"en": "A software update stopped the belts at noon"},
        fixed_at=START + timedelta(hours=2),
        next_word_at=START + timedelta(days=1),
        remedy={"en": "We will refund the fee of every bag that was late."},
    )
    found = option(drafts(a_complaint(), facts))
    assert "A software update stopped the belts at noon." in found.text
    assert f"{START + timedelta(hours=2):%H:%M} (UTC)" in found.text
    assert f"{START + timedelta(days=1):%Y-%m-%d}, " in found.text
    assert "We will refund the fee" in found.text
    assert found.is_recommended


def test_times_are_told_in_the_zone_of_the_desk() -> None:
    at = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    facts = replace(FACTS, next_word_at=at + timedelta(hours=3), zone=ZoneInfo("Europe/Madrid"))
    mention = a_complaint(SAID["es"], language="es", at=at)
    assert "a las 17:00 (CEST)" in option(drafts(mention, facts)).text


def test_a_fact_that_nobody_wrote_in_the_language_is_left_out_and_it_says_so() -> None:
    facts = replace(FACTS, cause={"en": "A belt broke."})
    found = option(drafts(a_complaint(SAID["vi"], language="vi"), facts))
    assert "belt" not in found.text
    assert "the cause is not told: nobody has written it in Vietnamese" in found.because


def test_a_rumour_is_corrected_with_the_fact_and_its_source() -> None:
    facts = replace(FACTS, correction={"en": "The Lima plant is open."}, source="https://acme.example/lima")
    mention = a_complaint("I heard that they closed the Lima plant", reasons=("rumour",))
    found = option(drafts(mention, facts))
    assert "The Lima plant is open." in found.text and "https://acme.example/lima\n" in found.text
    assert "checking" in option(drafts(mention)).text


def test_danger_begins_with_what_to_do() -> None:
    facts = replace(FACTS, do_first={"en": "Please unplug the charger and do not use it."})
    for each in drafts(a_complaint("your charger caught fire!", reasons=("delay", "safety")), facts):
        assert re.match(r"(Hi|Hello|Dear) Ana[^.]*\. Please unplug the charger", each.text)
        assert each.to == "safety-desk"


def test_an_instruction_too_long_for_the_place_is_not_cut() -> None:
    facts = replace(FACTS, do_first={"en": "Unplug it. " * 40})
    (only,) = drafts(a_complaint(source="x", reasons=("safety",)), facts)
    assert not only.text
    assert "publish it whole" in only.because[0]


def test_a_strict_place_gets_short_answers_only() -> None:
    options = drafts(a_complaint(source="x"))
    assert options and all(each.length == "short" and len(each.text) <= 280 for each in options)


# -- who is answered -----------------------------------------------------------------------------------------------


def test_reach_changes_nothing() -> None:
    texts = [
        [each.text for each in drafts(a_complaint("you are the worst, I am DONE with Acme", followers=followers))]
        for followers in (3, 4_000_000)
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "text",
    [
        "this is fucking ridiculous, @acme you suck",
        "I'd kill for an answer",
        "my phone died and I could die of shame",
        "pésimo servicio de mierda, contesten",
        "dịch vụ như rác, trả lời đi",
    ],
)
def test_angry_people_are_answered(text: str) -> None:
    assert all(each.text for each in drafts(a_complaint(text)))


@pytest.mark.parametrize(
    "text",
    [
        "I'm going to kill you all at the counter",
        "hope your crew dies",
        "go die, all of you",
        "voy a matarlos",
        "ojalá se mueran todos",
        "tao sẽ giết chúng mày",
        "mong chúng mày chết",
    ],
)
def test_threats_are_not_answered_in_public(text: str) -> None:
    assert "threatens or degrades" in why_not(a_complaint(text))


def test_a_private_mention_is_neither_quoted_nor_answered_in_public() -> None:
    because = why_not(a_complaint("my secret is 1234", private=True))
    assert "in private" in because and "1234" not in because


def test_a_mention_of_a_coordinated_wave_is_not_answered_one_by_one() -> None:
    mention = a_complaint()
    assert "coordination" in why_not(mention, replace(FACTS, coordinated=frozenset({mention.mention})))


@pytest.mark.parametrize("label", ["positive", "neutral"])
def test_praise_needs_no_answer_and_a_question_gets_one(label: str) -> None:
    assert "asks nothing" in why_not(a_complaint("love the new seats", label=label, reasons=()))
    found = option(drafts(a_complaint("when do the new seats come", label=label, reasons=())))
    assert found.reason == "question"
    assert "your question" in found.text


# -- no form letters -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es", "vi"])
def test_thirty_people_do_not_read_the_same_text(language: str) -> None:
    mentions = [a_complaint(SAID[language], id=f"m{number}", language=language) for number in range(30)]
    texts = Counter(option(drafts(each)).text for each in mentions)
    openings = {text.split("\n\n")[0] for text in texts}
    assert len(texts) >= 18
    assert len(openings) >= 3


def test_the_same_mention_gets_the_same_drafts() -> None:
    assert drafts(a_complaint()) == drafts(a_complaint())
    ids = [each.id for each in drafts(a_complaint())]
    assert len(set(ids)) == len(ids)
