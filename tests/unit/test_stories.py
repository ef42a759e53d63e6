"""A wave as a person tells it: stories with all their reposts, five different voices, who began and who drove it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.builders import START, a_topic_mention, milliseconds
from tocsin.detection.distinct import class_of
from tocsin.detection.normalise import fingerprint
from tocsin.detection.stories import STORIES_LIMIT, Story, Wave
from tocsin.detection.telling import DRIVERS_LIMIT, Voice
from tocsin.detection.traces import trace

#: Language → one text as people pass it on: as it is, reshared, cut short, with a word changed, with something added.
PASSED_ON = {
    "en": (
        "Acme kept me on hold for three hours and then hung up on my mother",
        "RT @sam: Acme kept me on hold for three hours and then hung up on my mother",
        "RT @sam: Acme kept me on hold for three hours and then hung up on…",
        "Acme kept me on hold for four hours and then hung up on my mother",
        "Acme kept me on hold for three hours and then hung up on my mother 😡😡 #boycottacme https://t.co/1",
    ),
    "es": (
        "Acme me tuvo tres horas esperando al teléfono y después le colgó a mi madre",
        "RT @ana: Acme me tuvo tres horas esperando al teléfono y después le colgó a mi madre",
        "RT @ana: Acme me tuvo tres horas esperando al teléfono y después le…",
        "Acme me tuvo cuatro horas esperando al telefono y después le colgó a mi madre",
        "¡Acme me tuvo tres horas esperando al teléfono y después le colgó a mi madre! 😡 #boicotacme",
    ),
    "vi": (
        "Acme bắt tôi chờ máy ba tiếng đồng hồ rồi cúp máy ngang với mẹ tôi",
        "RT @lan: Acme bắt tôi chờ máy ba tiếng đồng hồ rồi cúp máy ngang với mẹ tôi",
        "RT @lan: Acme bắt tôi chờ máy ba tiếng đồng hồ rồi cúp máy…",
        "acme bat toi cho may bon tieng dong ho roi cup may ngang voi me toi",
        "Acme bắt tôi chờ máy ba tiếng đồng hồ rồi cúp máy ngang với mẹ tôi 😡😡 #taychayacme",
    ),
}

#: Language → people who say the same of one thing, each in their own words.
OWN_WORDS = {
    "en": (
        "two hours on hold with Acme and nobody picks up the phone",
        "still on hold with Acme, this is the third hour now, unbelievable",
        "has anybody ever got through to Acme? I have been waiting since noon",
        "my mother waited for Acme all morning and then they hung up",
    ),
    "es": (
        "dos horas esperando a que Acme coja el teléfono y nadie contesta",
        "sigo en espera con Acme, ya es la tercera hora, increíble",
        "¿alguien ha conseguido hablar con Acme? llevo esperando desde el mediodía",
        "mi madre esperó a Acme toda la mañana y luego le colgaron",
    ),
    "vi": (
        "gọi tổng đài Acme hai tiếng mà không ai nghe máy cả",
        "vẫn đang chờ máy Acme, đã sang tiếng thứ ba rồi, không tin nổi",
        "có ai gọi được cho Acme chưa, mình đợi từ trưa đến giờ",
        "mẹ tôi đợi Acme cả buổi sáng rồi bị họ cúp máy",
    ),
}


def wave_of(*mentions: dict[str, Any]) -> Wave:
    """A wave; a mention may say its `text` besides the fields of the builder."""
    wave = Wave()
    for number, fields in enumerate(mentions):
        named: dict[str, Any] = {"id": str(number), "author": f"a{number}", "at": float(number)} | fields
        if text := named.pop("text", ""):
            named |= {"fingerprint": fingerprint(text), "trace": trace(text)}
        mention = a_topic_mention(**named)
        wave.hear(Voice.of(mention, milliseconds(mention.posted_at)), class_of(mention.mention))
    return wave


def test_reposts_of_one_text_are_one_story_with_all_their_reach() -> None:
    copies = [{"fingerprint": "copy", "reach": 1_000} for _ in range(30)]
    story, other = wave_of({"fingerprint": "own", "reach": 7}, *copies).stories()
    assert story == Story(("copy",), 30, 30_000)
    assert other == Story(("own",), 1, 7)


@pytest.mark.parametrize("language", PASSED_ON)
def test_a_text_that_is_passed_on_is_one_story_whatever_is_changed_in_it(language: str) -> None:
    texts = PASSED_ON[language]
    wave = wave_of(*({"text": text, "reach": 10**number} for number, text in enumerate(texts)))
    (story,) = wave.stories()
    assert (story.mentions, story.reach) == (5, 11_111)
    assert story.fingerprints[0] == fingerprint(texts[0]) == fingerprint(texts[1]), "the wording heard most comes first"
    assert len(wave.choose()) == 1


@pytest.mark.parametrize("language", OWN_WORDS)
def test_who_says_the_same_in_other_words_tells_another_story(language: str) -> None:
    wave = wave_of(*({"text": text} for text in (*OWN_WORDS[language], PASSED_ON[language][0])))
    assert [story.mentions for story in wave.stories()] == [1] * 5
    assert len(wave.choose()) == 5


def test_what_is_said_about_a_quoted_text_is_not_that_text() -> None:
    said = "our whole fleet is on fleek this summer and you will love it"
    wave = wave_of(
        {"text": said}, {"text": f"please stop talking like this RT @acme: {said}"}, {"text": f"No. RT @a: {said}"}
    )
    assert len(wave.stories()) == 3


def test_near_identity_is_passed_on() -> None:
    words = [f"word{number}" for number in range(40)]
    chain = wave_of(*({"text": " ".join(words[start : start + 20])} for start in range(0, 20, 5)))
    (story,) = chain.stories()
    assert story.mentions == 4


def test_any_number_of_variants_leaves_room_for_other_voices() -> None:
    said = PASSED_ON["en"][0].split()
    variants = [
        {"text": " ".join([*said[: 4 + n % 8], f"really{n}", *said[4 + n % 8 :]]), "weight": 9.0} for n in range(60)
    ]
    own_words = [text for texts in OWN_WORDS.values() for text in texts]
    others = [{"id": f"other{n}", "text": text, "weight": 1.0} for n, text in enumerate(own_words)]
    wave = wave_of(*variants, *others)
    assert wave.stories(1)[0].mentions == 60
    chosen = wave.choose()
    assert len(chosen) == 5
    assert sum(each.mention.startswith("x|other") for each in chosen) == 4


def test_a_text_too_short_for_a_fingerprint_is_a_story_of_its_own() -> None:
    assert len(wave_of({"fingerprint": ""}, {"fingerprint": ""}).stories()) == 2


def test_five_are_chosen_and_no_two_of_them_say_the_same_or_come_from_the_same_author() -> None:
    copies = [{"fingerprint": "copy", "weight": 9.0} for _ in range(10)]
    quarrel = [{"fingerprint": f"q{n}", "author": "angry", "weight": 8.0, "author_mentions": n + 1} for n in range(20)]
    near = [{"text": text, "weight": 7.0} for text in PASSED_ON["en"]]
    chosen = wave_of(*copies, *quarrel, *near, {"fingerprint": "r", "weight": 2.8}).choose()
    assert len(chosen) == len({each.author for each in chosen}) == len({each.story for each in chosen}) == 4
    assert {each.story for each in chosen} >= {"copy", "r"}


def test_the_first_the_press_and_other_sources_are_heard_beside_the_loudest() -> None:
    loud = [{"fingerprint": f"loud{n}", "weight": 12.0} for n in range(20)]
    chosen = wave_of(
        {"fingerprint": "first", "weight": 1.0, "label": "neutral"},
        *loud,
        {"fingerprint": "press", "weight": 1.0, "label": "neutral", "source": "news", "source_kind": "press"},
        {"fingerprint": "forum", "weight": 6.0, "source": "forum", "source_kind": "forum"},
    ).choose()
    stories = [each.story for each in chosen]
    assert {"first", "press", "forum"} <= set(stories)
    assert sum(story.startswith("loud") for story in stories) == 2


def test_a_negative_mention_comes_before_a_friendly_one_of_the_same_weight() -> None:
    chosen = wave_of({"label": "positive", "at": 5.0}, {"at": 6.0}, {"label": "neutral", "at": 1.0}).choose(2)
    assert [each.mention for each in chosen] == ["x|1", "x|2"]


def test_the_first_mention_is_the_earliest_posted_not_the_first_that_came() -> None:
    wave = wave_of({"at": 30.0}, {"at": 10.0, "author": "early"}, {"at": 20.0})
    first = wave.find_first()
    assert first is not None
    assert (first.mention, first.author, first.posted_ms) == ("x|1", "x|early", milliseconds(START) + 10_000)
    assert Wave().find_first() is None


def test_who_drove_it_brought_the_largest_audience_counted_once() -> None:
    wave = wave_of(
        {"author": "small", "reach": 10},
        {"author": "big", "reach": 5_000, "author_mentions": 1},
        {"author": "big", "reach": 5_000, "author_mentions": 2},
        {"author": "nobody", "reach": 0},
        {"author": "middle", "reach": 900},
    )
    assert wave.who_drove(2) == ("x|big", "x|middle")
    assert len(wave.who_drove(10)) == 3


def test_a_flood_of_different_texts_stays_small_and_loses_no_big_story() -> None:
    flood = [
        {
            "text": f"{n} is what {n * 7} say of {n * 11} and {n * 13} to {n * 17}"
            if n % 3
            else "they all say this same thing",
            "reach": n % 977,
        }
        for n in range(9_000)
    ]
    wave = wave_of(*flood)
    assert wave.level > 0
    assert wave.size <= STORIES_LIMIT
    assert len(wave.drivers) == DRIVERS_LIMIT
    biggest = wave.stories()[0]
    assert biggest.fingerprints == (fingerprint("they all say this same thing"),)
    assert 2_400 < biggest.mentions < 3_600
    assert len(msgspec.msgpack.encode(wave)) < 65_536
