from __future__ import annotations

import pytest

from tocsin.detection.normalise import fingerprint, fold, is_word_character


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("JetBlue", "jetblue"),
        ("Điện Máy Xanh", "dien may xanh"),
        ("cafe\u0301", "cafe"),
        ("Straße", "strasse"),
        ("İstanbul ılık", "istanbul ilik"),
        ("ﬁne œuvre", "fine oeuvre"),
        ("Ｊｅｔ 𝐁𝐥𝐮𝐞", "jet blue"),
        ("Jet\u200bBlue\u00ad", "jetblue"),
        ("Acme™ and Acme®", "acme and acme"),
        ("don’t – “never”", 'don\'t - "never"'),
        ("two\n lines\tand  spaces", "two lines and spaces"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("か\u3099 한국 हिन्दी", "が 한국 हिन्दी"),
        ("\ud800half", "half"),
    ],
)
def test_many_spellings_become_one(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_words_go_on_through_letters_digits_underscores_and_vowel_signs_but_not_in_scripts_without_spaces() -> None:
    assert all(map(is_word_character, "aé9_жि"))
    assert not any(map(is_word_character, " .-@#'🔥手カก한"))


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    assert fingerprint("They lost my bag again") == "4d94d36b269373d8"


def test_a_repost_with_another_link_and_handle_has_the_same_fingerprint() -> None:
    original = fingerprint("They lost my bag again, unbelievable")
    assert fingerprint("RT @sam: They lost  my BAG again, unbelievable https://t.co/abc") == original
    assert fingerprint("@acme they lost my bag again, unbelievable www.example.org/x") == original


def test_another_text_has_another_fingerprint() -> None:
    assert fingerprint("They lost my bag again") != fingerprint("They found my bag again")


def test_words_that_only_look_like_links_or_reposts_stay() -> None:
    assert fingerprint("art and heart and whttp of it") != fingerprint("a and hea and w of it")
    assert fingerprint("the art of waiting") != fingerprint("the a of waiting")


@pytest.mark.parametrize("text", ["", "thanks!", "@acme @other https://t.co/a-very-long-link", "RT @acme: thanks!"])
def test_a_text_that_says_too_little_has_no_fingerprint(text: str) -> None:
    assert fingerprint(text) == ""
