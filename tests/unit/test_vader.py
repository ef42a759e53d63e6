import pytest

from tocsin.detection.vader import Polarity, compound, polarity


def test_every_share_and_the_total_are_the_packages() -> None:
    assert polarity("VADER is smart, handsome, and funny.") == Polarity(0.0, 0.254, 0.746, 0.8316)


def test_the_cheap_path_gives_the_same_total() -> None:
    text = "The crew was not very helpful, but the food was GREAT!"
    assert compound(text) == polarity(text).compound


@pytest.mark.parametrize("text", ["", " \u3000\n"])
def test_a_text_without_words_has_no_shares(text: str) -> None:
    assert polarity(text) == Polarity(0.0, 0.0, 0.0, 0.0)


def test_a_text_without_feeling_is_all_neutral() -> None:
    assert polarity("The plane leaves at noon") == Polarity(0.0, 1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("The food is good", "The food is GOOD"),
        ("The food is good", "The food is good!"),
        ("The food is good!!", "The food is good!!!!"),
        ("The food is good?", "The food is good??"),
        ("The food is good", "The food is very good"),
        ("The food is kind of good", "The food is good"),
        ("The food is slightly good", "The food is good"),
        ("Extremely, it is good", "It is extremely good"),
        ("The food is good but the crew is bad", "The crew is bad but the food is good"),
        ("It was never good", "It was never this good"),
        ("The least good", "At least good"),
        ("That is shit", "That thing is the shit"),
        ("It is 😡", "It is 😀"),
    ],
)
def test_the_second_text_is_the_kinder(weaker: str, stronger: str) -> None:
    assert compound(weaker) < compound(stronger)


@pytest.mark.parametrize("text", ["not good", "isn't good", "Least good", "no good", "without any good"])
def test_a_negation_turns_praise_into_blame(text: str) -> None:
    assert compound(text) < 0 < compound("good")


@pytest.mark.parametrize("token", ["great", "great!?", '"great"', "Great"])
def test_punctuation_and_one_capital_leave_the_word_as_it_is(token: str) -> None:
    assert polarity(token).positive == 1.0


def test_capitals_say_nothing_where_everything_is_in_capitals() -> None:
    assert compound("THE FOOD IS GOOD") == compound("the food is good")


def test_marks_in_the_name_of_an_emoji_count_as_written() -> None:
    assert compound("good 🆙") == compound("good UP! button")


def test_forgetting_tokens_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "not a very good 😀 day, not a very good night 😡"
    before = polarity(text)
    monkeypatch.setattr("tocsin.detection.vader._REMEMBERED_TOKENS", 2)
    assert polarity(f"{text} quite new words") != before
    assert polarity(text) == before


def test_cost_grows_with_the_length_and_not_with_its_square() -> None:
    assert compound("bad the " * 20_000 + "but bad") == -1.0  # the package would take minutes
