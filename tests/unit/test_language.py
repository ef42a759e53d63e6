from __future__ import annotations

import pytest

from tocsin.detection.language import find_language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "on hold for three hours and nobody at the desk knows why"),
        ("es", "¿Dónde está mi maleta?"),
        ("es", "llevo dos horas esperando y nada, muy mal con los clientes"),
        ("vi", "Tôi rất thất vọng về dịch vụ"),
        ("vi", "toi rat that vong voi dich vu nay"),
        ("fr", "c'est vraiment nul, je suis très déçu"),
        ("fr", "vous êtes où depuis une heure ?"),
        ("pt", "Não recebi o meu pedido"),
        ("de", "Ich warte seit zwei Stunden und bin nicht zufrieden"),
        ("de", "schon wieder Verspätung bei euch, die Züge fahren nicht"),
    ],
)
def test_six_languages_are_found_in_plain_sentences(language: str, text: str) -> None:
    assert find_language(text) == language


@pytest.mark.parametrize(
    "text",
    ["", "@acme", "😡😡😡", "Это просто ужасно", "これはひどい", "il servizio e pessimo", "https://t.co/abcdef lol"],
)
def test_what_it_does_not_know_it_does_not_guess(text: str) -> None:
    assert find_language(text) == "und"


def test_decomposed_vietnamese_is_vietnamese() -> None:
    assert find_language("To\u0302i ra\u0302\u0301t tha\u0302\u0301t vo\u0323ng") == "vi"


@pytest.mark.parametrize(
    ("hint", "language"), [("en-US", "en"), ("pt_BR", "pt"), ("VI", "vi"), ("fil", "fil"), (" zh-Hant-TW", "zh")]
)
def test_what_the_producer_says_goes_first(hint: str, language: str) -> None:
    assert find_language("¿Dónde está mi maleta?", hint) == language


@pytest.mark.parametrize("hint", [None, "", "und", "zxx", "qme", "english", "e", "12", "en US", "-"])
def test_a_hint_that_says_nothing_is_ignored(hint: str | None) -> None:
    assert find_language("¿Dónde está mi maleta?", hint) == "es"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("vi", "khong ai nghe may"),
        ("vi", "shop oi con hang ko a"),
        ("vi", "don hang chua giao"),
        ("en", "where is my refund"),
        ("es", "no me contestan"),
        ("fr", "toujours pas de réponse"),
        ("pt", "não consigo acessar minha conta"),
        ("de", "wo bleibt denn mein Paket"),
    ],
)
def test_a_few_words_are_enough(language: str, text: str) -> None:
    assert find_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "ik wacht al weken op mijn pakket",
        "saya sudah menunggu lama sekali",
        "dziękuję bardzo za pomoc",
        "çok kötü bir hizmet",
        "questo non va bene per niente",
    ],
)
def test_neighbours_of_our_languages_are_not_taken_for_them(text: str) -> None:
    assert find_language(text) == "und"


def test_handles_and_links_say_nothing() -> None:
    assert find_language("@dondeestan @muchasgracias https://example.com/gracias") == "und"


def test_of_two_languages_the_one_with_more_words_wins() -> None:
    assert find_language("muy mal, I have been waiting for my refund since last week") == "en"


def test_a_very_long_text_is_read_from_its_beginning() -> None:
    assert find_language("¿dónde está mi maleta? " + "the order was late " * 2000) == "en"
