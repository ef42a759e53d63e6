from __future__ import annotations

import pytest

from tocsin.detection.lexicon import KINDS, load_lexicon, read_entries
from tocsin.detection.regression import load_regression, split_word
from tocsin.detection.sentiment import JUDGED_LANGUAGES, DomainTerms, judge, measure, name_feeling
from tocsin.detection.tally import name_token, squeeze
from tocsin.detection.vader import compound
from tocsin.detection.words import fold_words, read_words, repair


@pytest.mark.parametrize(
    ("language", "label", "text"),
    [
        ("en", "negative", "@acme on hold for 3 hours and nobody answers"),
        ("en", "negative", "third time my order was cancelled, where is my refund??"),
        ("en", "negative", "great job @acme, stranded for 5 hours and no hotel"),
        ("en", "negative", "the screen is cracked and you won't take it back"),
        ("en", "positive", "love it, thank you so much! 😍"),
        ("en", "neutral", "@acme what time does the store open on saturday?"),
        ("es", "negative", "Pésimo servicio, llevo dos horas esperando y nadie contesta"),
        ("es", "positive", "Muchas gracias, me encanta, sois los mejores"),
        ("fr", "negative", "C'est honteux, toujours pas de réponse et mon colis est perdu"),
        ("fr", "positive", "Merci beaucoup, service parfait !"),
        ("pt", "negative", "Péssimo atendimento, ninguém responde, quero meu dinheiro de volta"),
        ("pt", "positive", "Amei, muito obrigada, atendimento maravilhoso"),
        ("de", "negative", "Schon wieder Ausfall, niemand antwortet, eine Frechheit"),
        ("de", "positive", "Vielen Dank, super Service, ich bin begeistert"),
        ("vi", "negative", "Tôi rất thất vọng về dịch vụ của các bạn"),
    ],
)
def test_complaints_and_praise_are_told_apart_in_each_language(language: str, label: str, text: str) -> None:
    sentiment, found = measure(text, language)
    assert found == label
    assert (sentiment < 0) == (label == "negative") or label == "neutral"


@pytest.mark.parametrize("text", ["not good", "I don't like it", "isn't great at all"])
def test_negated_praise_is_blame(text: str) -> None:
    assert measure(text, "en")[1] == "negative"
    assert any("not" in each or "n't" in each for each in judge(text, "en").because)


def test_a_negation_reaches_four_words_and_stops_at_but() -> None:
    assert any("negated" in each for each in judge("no me parece nada bonito", "es").because)
    assert not any(each.startswith("bonito: negated") for each in judge("no lo sé pero bonito", "es").because)


def test_a_drawn_out_spelling_and_an_intensifier_strengthen() -> None:
    plain = measure("es malo", "es")[0]
    assert measure("es muy malo", "es")[0] < plain
    assert any("drawn out" in each for each in judge("es maaaalo", "es").because)


def test_what_stands_before_but_counts_less() -> None:
    assert measure("feo pero bonito", "es")[0] > measure("bonito pero feo", "es")[0]


def test_a_phrase_goes_before_its_words() -> None:
    assert measure("can't wait to see it", "en")[1] == "positive"
    assert any(each.startswith("can't wait: praise") for each in judge("can't wait to see it", "en").because)


def test_emoji_speak_in_every_language() -> None:
    for language in JUDGED_LANGUAGES:
        assert measure("😍😍😍", language)[0] > 0 > measure("😡😡😡", language)[0]


def test_a_brands_own_terms_go_before_all_others() -> None:
    text = "what a beast of a phone"
    terms = DomainTerms({"beast of a": -3}, "en")
    assert measure(text, "en", terms)[0] < measure(text, "en")[0]
    assert any(each.startswith("beast of a: complaint") for each in judge(text, "en", terms).because)


def test_a_silenced_term_weighs_nothing() -> None:
    terms = DomainTerms({"asco*": 0}, "es")
    assert not any(each.startswith("asco") for each in judge("crema Ascoderm", "es", terms).because)
    assert not any(each.startswith("asco") for each in judge("asco", "es", terms).because)
    assert any(each.startswith("asco") for each in judge("asco", "es").because)


def test_with_and_without_reasons_the_answer_is_the_same() -> None:
    for language in JUDGED_LANGUAGES:
        for text in ("", "12", "gracias thanks danke but pero NOT good", "@a http://x.y ?!"):
            assert judge(text, language)[:2] == measure(text, language)


def test_the_strongest_reason_comes_first() -> None:
    because = judge("on hold for 3 hours, terrible, awful and rude", "en").because
    points = [abs(float(each.rsplit(" ", 1)[1])) for each in because]
    assert because
    assert points == sorted(points, reverse=True)


def test_a_language_without_a_judge_gets_vaders_total() -> None:
    text = "pessimo servizio :("
    assert measure(text, "it") == (compound(text), "negative")
    assert judge("pessimo servizio", "und") == (0.0, "neutral", ())


def test_label_and_sign_agree_at_the_line() -> None:
    assert name_feeling(0.0, 0.0) == (0.0, "neutral")
    assert name_feeling(1e-9, 0.0)[0] < 0
    assert name_feeling(900.0, -900.0) == (-1.0, "negative")


def test_escaped_texts_are_repaired() -> None:
    assert repair("c\\u2019mon &lt;3 &amp; AT&T") == "c’mon <3 & AT&T"
    assert read_words("DON’T!!! 8:30 https://a.b/c", "en") == ["don't", "!!!", "8:30", "http"]


def test_words_are_folded_as_people_type_them() -> None:
    assert fold_words("Schöne Straße", "de") == "schoene strasse"
    assert fold_words("vergüenza Ñoño", "es") == "verguenza nono"
    assert read_words("👍🏽❤️", "en") == ["👍", "❤"]
    assert [name_token(token) for token in ("@acme", "7", "?!?", "....", "late")] == ["@", "0", "?!", "...", "late"]
    assert (squeeze("soooo", 2), squeeze("soooo", 1), squeeze("good", 1)) == ("soo", "so", "god")


@pytest.mark.parametrize("language", [*JUDGED_LANGUAGES, "emoji"])
def test_every_entry_is_readable_and_tells_its_origin(language: str) -> None:
    entries = list(read_entries(language))
    assert entries
    for entry in entries:
        assert entry.words
        assert entry.kind in KINDS
        assert entry.origin in ("draft", "added")
        assert -3 <= entry.value <= 3


@pytest.mark.parametrize("language", JUDGED_LANGUAGES)
def test_every_language_has_negations_and_weights(language: str) -> None:
    assert any(sense.is_negator for sense in load_lexicon(language).words.values())
    assert load_regression(language).weigh_word("problem") != 0j


def test_a_word_is_split_into_itself_and_its_runs() -> None:
    assert list(split_word("bad", is_negated=True)) == ["!bad"]
    assert "~<bad>" in list(split_word("bad", is_negated=False))
