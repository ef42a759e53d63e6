"""The matcher equals a naive one that looks for every term at every place, written from docs/configuration.md."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.detection.matching import BrandMatch, Matcher
from tocsin.detection.normalise import fingerprint, fold
from tocsin.detection.watchlist import Brand, Topic, Watchlist

# Few words, so that terms are found, overlap, contain each other and stand beside all kinds of neighbours.
words = st.sampled_from(["a", "b", "ab", "ba", "abb", "bé", "BE", "c"])
keywords = st.lists(st.builds(str.__add__, words, st.sampled_from(["", "", "", "*"])), max_size=4).map(tuple)
phrases = st.lists(st.lists(words, min_size=2, max_size=3).map(" ".join), max_size=2).map(tuple)
handles = st.lists(words.map("@{}".format), max_size=2).map(tuple)
texts = st.lists(
    words | st.sampled_from(["@", "#", " ", " ", " ", "  ", ".", "-", "_", "\n", "'", "\u200b"]), max_size=40
).map("".join)
topics = st.builds(
    Topic, id=st.sampled_from(["t1", "t2"]), name=st.just(""), keywords=keywords, phrases=phrases, handles=handles
)
brands = st.builds(
    Brand,
    id=st.just("b"),
    name=st.just(""),
    handles=handles,
    keywords=keywords,
    phrases=phrases,
    exclusions=st.one_of(keywords, phrases),
    topics=st.lists(topics, max_size=2, unique_by=lambda topic: topic.id).map(tuple),
    high_risk=st.one_of(keywords, phrases),
)
watchlists = st.builds(
    lambda found, high_risk: Watchlist(
        brands=tuple(replace(brand, id=f"b{place}") for place, brand in enumerate(found)),
        high_risk=high_risk,
    ),
    st.lists(brands, min_size=1, max_size=3),
    keywords,
)

Span = tuple[int, int]


def _places(term: str, text: str, with_hashtag: bool = True) -> set[Span]:
    """Where a term stands in a folded text, by a regular expression of its own."""
    words = fold(term.rstrip("*"))
    forms = [words] + (["#" + words.replace(" ", "")] if with_hashtag and " " in words else [])
    end = "" if term.endswith("*") else r"(?!\w)"
    return {
        (found.start(), found.start() + len(form))
        for form in forms
        for found in re.finditer(rf"(?<!\w)(?={re.escape(form)}{end})", text)
    }


def _match_naively(watchlist: Watchlist, text: str) -> tuple[BrandMatch, ...]:
    text = fold(text)
    matches = []
    for brand in watchlist.brands:
        terms: list[tuple[str, str]] = [(term, "brand") for term in (*brand.handles, *brand.keywords, *brand.phrases)]
        for topic in brand.topics:
            terms += [(term, f"brand topic:{topic.id}") for term in topic.handles]
            terms += [(term, f"topic:{topic.id}") for term in (*topic.keywords, *topic.phrases)]
        terms += [(term, "high-risk") for term in (*brand.high_risk, *watchlist.high_risk)]
        removed: set[Span] = set()
        is_removed = False
        for exclusion in brand.exclusions:
            places = _places(exclusion, text)
            removed |= places
            inside = fold(exclusion.rstrip("*"))
            is_removed |= bool(places) and not any(_places(term, inside, with_hashtag=False) for term, _ in terms)
        found = [
            (term, role)
            for term, role in terms
            if any(
                all(end <= other_start or other_end <= start for other_start, other_end in removed)
                for start, end in _places(term, text)
            )
        ]
        if is_removed or not any(role.startswith("brand") for _, role in found):
            continue
        topics_found = [role.partition("topic:")[2] for _, role in found if "topic:" in role]
        matches.append(
            BrandMatch(
                brand.id,
                tuple(dict.fromkeys(topics_found)),
                tuple(dict.fromkeys(term for term, _ in found)),
                tuple(dict.fromkeys(term for term, role in found if role == "high-risk")),
            )
        )
    return tuple(matches)


@settings(max_examples=300, deadline=None)
@given(watchlists, st.lists(texts, min_size=1, max_size=8))
def test_the_matcher_equals_a_naive_one(watchlist: Watchlist, some_texts: list[str]) -> None:
    matcher = Matcher(watchlist)
    for text in [*some_texts, *some_texts]:  # the second time from memory
        assert matcher.match(text) == _match_naively(watchlist, text)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abcde", min_size=3, max_size=5), min_size=50, max_size=400, unique=True), st.randoms())
def test_hundreds_of_terms_are_found_exactly_where_their_words_stand(terms: list[str], random) -> None:  # type: ignore[no-untyped-def]
    watchlist = Watchlist(brands=(Brand(id="b", name="", keywords=tuple(terms)),))
    text = " ".join(random.choice(terms)[: random.randint(2, 5)] for _ in range(40))
    expected = tuple(term for term in terms if term in text.split())
    found = Matcher(watchlist).match(text)
    assert (found[0].matched if found else ()) == expected


@given(st.text(max_size=60))
def test_composed_and_decomposed_spellings_are_folded_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_the_case_of_ascii_never_matters(text: str) -> None:
    assert fold(text.upper()) == fold(text)


@given(st.text("abc déĐ", min_size=12, max_size=60), st.text("abc", min_size=1, max_size=8))
def test_a_repost_has_the_fingerprint_of_its_original(text: str, handle: str) -> None:
    assert fingerprint(f"RT @{handle}: {text.upper()} https://t.co/{handle}") == fingerprint(text)
