from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice, pairwise
from typing import get_args

import orjson
import pytest

from schemas.mention import Mention
from tocsin.detection.matching import Matcher
from tocsin.detection.normalise import fingerprint
from tocsin.detection.vader import compound
from tocsin.detection.watchlist import parse_watchlist
from tocsin.errors import ConfigurationError
from tocsin.world.events import EventKind, Label
from tocsin.world.phrases import BRANDS, LANGUAGES, Mood
from tocsin.world.simulate import World
from tocsin.world.wording import Wording

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def world() -> World:
    return World(11)


@pytest.fixture(scope="module")
def mentions(world: World) -> list[Mention]:
    return list(world.mentions())


def of_label(mentions: list[Mention], label: Label) -> list[Mention]:
    """Mentions of the label's brand in its time."""
    return [m for m in mentions if label.start <= m.posted_at < label.end and label.brand in m.text.lower()]


def negative_share(mentions: list[Mention]) -> float:
    return sum(compound(mention.text) <= -0.05 for mention in mentions) / len(mentions)


def label_of(world: World, kind: str) -> Label:
    return next(label for label in world.labels if label.kind == kind)


def posts_of(mentions: list[Mention], label: Label) -> list[Mention]:
    """What the accounts of an attack posted."""
    accounts = set(label.authors)
    return [mention for mention in mentions if mention.author_key in accounts]


def copied(mentions: Iterable[Mention]) -> set[str]:
    """Keys of mentions that say what another author's said within an hour before or after."""
    last: dict[str, Mention] = {}
    found: set[str] = set()
    for mention in mentions:
        said = fingerprint(mention.text)
        other = last.get(said)
        is_other = said and other and other.author_key != mention.author_key
        if other and is_other and mention.posted_at - other.posted_at <= timedelta(hours=1):
            found.update((mention.key, other.key))
        last[said] = mention
    return found


def test_the_same_seed_writes_the_same_bytes() -> None:
    first, second = ([mention.encode() for mention in islice(World(5, rate=0.05).mentions(), 3_000)] for _ in range(2))
    assert first == second
    assert World(5).labels == World(5).labels


def test_another_seed_is_another_world() -> None:
    first, second = (next(World(seed).mentions()) for seed in (5, 6))
    assert first.text != second.text
    assert World(5).labels != World(6).labels


def test_mentions_come_by_time_and_have_ids_of_their_own(mentions: list[Mention]) -> None:
    assert all(one.posted_at <= other.posted_at for one, other in pairwise(mentions))
    assert len({mention.key for mention in mentions}) == len(mentions)


def test_the_demo_gets_the_volume_that_it_wants(mentions: list[Mention]) -> None:
    assert 60_000 <= len(mentions) <= 120_000


def test_what_is_written_can_be_read_back(mentions: list[Mention]) -> None:
    for mention in mentions[::500]:
        assert Mention.decode(mention.encode()) == mention


@pytest.mark.parametrize("seed", SEEDS)
def test_each_kind_of_event_happens_once_after_two_quiet_days(seed: int) -> None:
    world = World(seed)
    assert Counter(label.kind for label in world.labels) == Counter(get_args(EventKind))
    assert all((label.start - world.start).days >= 2 for label in world.labels)
    assert all((label.end - world.start).total_seconds() < 4 * 86_400 for label in world.labels)
    assert len({label.brand for label in world.labels}) == 5
    assert {label.kind for label in world.labels if label.is_crisis} == {"storm", "faux-pas"}
    assert {label.kind for label in world.labels if label.expects == "alarm"} == {"storm", "faux-pas"}
    assert {label.kind for label in world.labels if label.expects == "coordination"} == {"coordinated-attack"}


def test_a_longer_world_has_more_of_them() -> None:
    assert len(World(1, days=9).labels) == 15


def test_no_mention_tells_its_label(mentions: list[Mention]) -> None:
    kinds = ("storm", "faux-pas", "hot-head", "campaign", "is_crisis", "coordinat", "attack")
    assert not any(kind in mention.encode().decode().lower() for mention in mentions for kind in kinds)


def test_labels_are_a_list_of_plain_objects(world: World) -> None:
    told = orjson.loads(world.labels_json())
    assert [label["kind"] for label in told] == [label.kind for label in world.labels]
    assert set(told[0]) == {"kind", "brand", "topic", "start", "end", "is_crisis", "expects", "authors"}
    assert told[0]["start"].endswith("+00:00")


def test_ordinary_days_hold_some_complaints(world: World, mentions: list[Mention]) -> None:
    first_event = min(label.start for label in world.labels)
    ordinary = [mention for mention in mentions if mention.posted_at < first_event]
    assert 0.08 <= negative_share(ordinary) <= 0.2


def test_people_sleep(world: World, mentions: list[Mention]) -> None:
    by_hour = Counter(m.posted_at.hour for m in mentions if "quillbrook" in m.text.lower() and m.posted_at.day < 5)
    assert by_hour[20] > 3 * by_hour[8]  # Greenwich: evening and early morning


def test_a_few_authors_write_much_and_most_write_once(mentions: list[Mention]) -> None:
    activity = Counter(mention.author_key for mention in mentions)
    busiest = sum(count for _, count in activity.most_common(len(activity) // 100))
    assert busiest > 0.08 * len(mentions)
    followers = sorted({m.author_key: m.author.followers or 0 for m in mentions if m.source != "wire"}.values())
    assert followers[-1] > 100 * followers[len(followers) // 2]


@pytest.mark.parametrize(("kind", "least"), [("storm", 800), ("faux-pas", 500)])
def test_a_crisis_is_many_distinct_authors_complaining(
    world: World, mentions: list[Mention], kind: str, least: int
) -> None:
    heard = of_label(mentions, label_of(world, kind))
    english = [mention for mention in heard if mention.lang == "en"]  # the only one that VADER knows
    assert negative_share(english) > 0.3
    assert len({mention.author_key for mention in heard}) > least


def test_a_faux_pas_begins_with_the_brand_and_is_sharp(world: World, mentions: list[Mention]) -> None:
    heard = of_label(mentions, label_of(world, "faux-pas"))
    post = next(mention for mention in heard if mention.author.id.endswith("-official"))
    assert (post.posted_at - heard[0].posted_at).total_seconds() < 60
    quarter = [mention for mention in heard if (mention.posted_at - post.posted_at).total_seconds() < 900]
    assert len({mention.author_key for mention in quarter if compound(mention.text) <= -0.05}) > 60
    assert sum(mention.in_reply_to == post.id for mention in quarter) > 60


def test_a_storm_climbs_for_hours(world: World, mentions: list[Mention]) -> None:
    label = label_of(world, "storm")
    hours = Counter(int((m.posted_at - label.start).total_seconds() // 3600) for m in of_label(mentions, label))
    assert hours[2] > 1.3 * hours[0]
    assert max(hours, key=hours.__getitem__) >= 2


def test_a_hot_head_is_one_author(world: World, mentions: list[Mention]) -> None:
    heard = of_label(mentions, label_of(world, "hot-head"))
    (author, count), (_, next_count) = Counter(mention.author_key for mention in heard).most_common(2)
    assert count >= 24
    assert next_count < 8
    rants = [mention for mention in heard if mention.author_key == author]
    assert negative_share(rants) > 0.6


def test_a_campaign_is_loud_and_happy(world: World, mentions: list[Mention]) -> None:
    heard = of_label(mentions, label_of(world, "campaign"))
    assert len({mention.author_key for mention in heard}) > 800
    assert negative_share(heard) < 0.06


def test_reshares_and_replies_come_after_what_they_are_about(mentions: list[Mention]) -> None:
    seen: dict[str, Mention] = {}
    reshares = replies = chained = 0
    for mention in mentions:
        if mention.reshare_of:
            original = seen[f"{mention.source}|{mention.reshare_of}"]
            shown = original.text if original.reshare_of else f"RT @{original.author.handle}: {original.text}"
            assert mention.text == shown
            reshares += 1
            chained += bool(original.reshare_of)
        if mention.in_reply_to:
            assert f"{mention.source}|{mention.in_reply_to}" in seen
            replies += 1
        seen[mention.key] = mention
    assert min(reshares, replies) > 0.05 * len(mentions)
    assert 0 < chained < 0.1 * reshares


def test_one_mention_of_each_crisis_goes_viral(world: World, mentions: list[Mention]) -> None:
    for kind in ("storm", "faux-pas"):
        reshares = [mention for mention in of_label(mentions, label_of(world, kind)) if mention.reshare_of]
        (_, most), (_, second) = Counter(mention.text for mention in reshares).most_common(2)
        assert most > 3 * second


def test_an_attack_is_copies_in_bursts_by_young_accounts_that_few_follow(world: World, mentions: list[Mention]) -> None:
    label = label_of(world, "coordinated-attack")
    posts = posts_of(mentions, label)
    assert 40 <= len(label.authors) <= 120
    assert {mention.author_key for mention in posts} == set(label.authors)
    assert posts[0].posted_at - label.start < timedelta(minutes=1)
    assert all(label.start <= mention.posted_at < label.end for mention in posts)
    assert len(copied(posts)) > 0.6 * len(posts)
    assert len({mention.text for mention in posts}) > 8  # near-copies among them
    busy_minutes = {mention.posted_at.replace(second=0, microsecond=0) for mention in posts}
    assert len(busy_minutes) < 0.4 * (label.end - label.start) / timedelta(minutes=1)
    assert all("#" in mention.text and "https://" in mention.text for mention in posts)
    accounts = {mention.author_key: mention.author for mention in posts}.values()
    young = [each for each in accounts if each.created_at and label.start - each.created_at < timedelta(days=60)]
    assert len(young) > len(accounts) / 2
    assert sorted(each.followers or 0 for each in accounts)[len(accounts) // 2] < 50


def test_half_of_the_texts_of_attacks_do_not_sound_negative() -> None:
    posts: list[Mention] = []
    for seed in range(12):
        world = World(seed, rate=0.01)
        label = label_of(world, "coordinated-attack")
        if label.brand not in ("brenfold", "velmundo"):  # VADER reads English only
            posts += posts_of(list(world.mentions()), label)
    assert 0.3 < negative_share(posts) < 0.7


def test_organic_authors_hardly_ever_write_the_same_text(world: World, mentions: list[Mention]) -> None:
    accounts = set(label_of(world, "coordinated-attack").authors)
    organic = [each for each in mentions if each.author_key not in accounts and not each.reshare_of]
    assert len(copied(organic)) < 0.03 * len(organic)


def test_an_attack_leaves_what_others_write_as_it_is() -> None:
    quiet, loud = (World(3, rate=0.05, amplitude=amplitude) for amplitude in (1.2, 1.3))
    assert [(label.kind, label.start) for label in quiet.labels] == [(label.kind, label.start) for label in loud.labels]


def test_an_amplitude_says_how_loud_an_event_makes_its_brand() -> None:
    for amplitude in (2.0, 5.0):
        world = World(4, days=3, amplitude=amplitude)
        mentions = list(world.mentions())
        event = next(event for event in world.events if event.kind == "campaign")
        opens = world.start + timedelta(minutes=event.height)
        heard = [each for each in mentions if event.brand.id in each.text.lower()]
        at_height = sum(opens <= each.posted_at < opens + timedelta(hours=2) for each in heard)
        a_day_before = sum(opens <= each.posted_at + timedelta(days=1) < opens + timedelta(hours=2) for each in heard)
        assert 0.75 * amplitude < at_height / a_day_before < 1.3 * amplitude


def test_a_small_attack_has_few_accounts_at_the_same_time_and_place() -> None:
    by_nature, small = (label_of(World(4, days=3, amplitude=each), "coordinated-attack") for each in (None, 1.2))
    assert 5 <= len(small.authors) < len(by_nature.authors)
    assert (small.brand, small.topic, small.start, small.end) == (
        by_nature.brand,
        by_nature.topic,
        by_nature.start,
        by_nature.end,
    )


def test_with_growth_popular_mentions_are_told_again_with_higher_counts() -> None:
    plain, grown = (list(World(2, days=3, rate=0.05, has_growth=has_growth).mentions()) for has_growth in (False, True))
    assert [each.key for each in grown if each.kind == "mention"] == [each.key for each in plain]
    assert all(one.posted_at <= other.posted_at for one, other in pairwise(grown))
    likes: dict[str, int] = {}
    for mention in grown:
        if mention.kind == "engagement":
            assert mention.engagement.likes > likes[mention.key]
        likes[mention.key] = mention.engagement.likes
    assert sum(each.kind == "engagement" for each in grown) > 20


def test_vietnamese_is_typed_with_and_without_accents_and_in_teencode(mentions: list[Mention]) -> None:
    texts = [mention.text for mention in mentions if mention.lang == "vi"]
    bare = [text for text in texts if text.isascii()]
    teencode = [text for text in texts if {"ko", "đc", "dc", "vs", "mk", "mn"} & set(text.split())]
    assert 0.15 < len(bare) / len(texts) < 0.5
    assert 0.03 < len(teencode) / len(texts) < 0.3


def test_no_phrase_names_a_topic_by_chance(world: World) -> None:
    matcher = Matcher(parse_watchlist(world.watchlist_yaml()))
    for dialect in LANGUAGES:
        wording = Wording.of(dialect)
        endings = [ending for mood in ("chatter", "praise", "outrage") for ending in wording.endings[mood]]
        cores = [core.format("@B", "T", "C") for mood in get_args(Mood) for core in wording.cores[mood]]
        for said in {*wording.openers, *endings, *cores}:
            for brand in BRANDS:
                assert not [match.topics for match in matcher.match(f"{brand.name}: {said}", None) if match.topics], (
                    said
                )


def test_three_languages_and_four_kinds_of_source_are_heard(mentions: list[Mention]) -> None:
    assert {mention.lang for mention in mentions} == {"en", "es", "vi", None}
    assert {mention.source_kind for mention in mentions} == {"social", "forum", "review", "press"}


def test_its_watchlist_finds_nearly_every_mention_and_nothing_of_high_risk(
    world: World, mentions: list[Mention]
) -> None:
    matcher = Matcher(parse_watchlist(world.watchlist_yaml()))
    sample = mentions[::20]
    found = [matcher.match(mention.text, mention.author.handle) for mention in sample]
    assert sum(map(bool, found)) == len(sample)
    assert not any(match.high_risk for matches in found for match in matches)
    assert sum(bool(match.topics) for matches in found for match in matches) > 0.6 * len(sample)


@pytest.mark.parametrize(("days", "rate"), [(2.5, 1), (0, 1), (float("nan"), 1), (4, 0), (4, -1), (4, float("inf"))])
def test_a_world_that_cannot_be_is_refused_in_words(days: float, rate: float) -> None:
    with pytest.raises(ConfigurationError, match="cannot be made"):
        World(1, days=days, rate=rate)


def test_a_small_world_still_has_its_events() -> None:
    world = World(2, rate=0.05)
    mentions = list(world.mentions())
    negative = {
        mention.author_key
        for mention in of_label(mentions, label_of(world, "faux-pas"))
        if compound(mention.text) <= -0.05
    }
    assert len(mentions) < 9_000
    assert len(negative) > 100
