"""What we watch: brands, their topics and the terms that find them, as `watchlist.yaml` (docs/configuration.md) says.

Pure: `parse_watchlist` takes text; `tocsin.configuration` reads the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tocsin.detection.normalise import fold
from tocsin.strict_yaml import Value, read_yaml

#: The keys of watchlist.yaml, of one brand, of one topic; each is explained in docs/configuration.md (tested).
WATCHLIST_KEYS: Final = ("brands", "high_risk")
BRAND_KEYS: Final = (
    "id", "name", "handles", "keywords", "phrases", "exclusions", "topics", "languages", "high_risk",
    "official_accounts", "employees", "competitors", "feelings",
)  # fmt: skip
TOPIC_KEYS: Final = ("name", "keywords", "phrases", "handles")

_LONGEST_TERM: Final = 200
#: A stem as short as "a*" would find most of a language.
_SHORTEST_STEM: Final = 3
_LANGUAGE: Final = re.compile("[a-z]{2,3}")
_HANDLE: Final = re.compile(r"@[\w.@-]*\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject watched within a brand: a service, a product, a person, an issue."""

    id: str
    name: str
    keywords: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One brand. Handles are kept with their @; terms as they were written.

    Attributes:
        languages: ISO 639 codes that it is watched in; empty: all.
        employees, competitors: handles of people and rivals; say who speaks, match nothing.
        feelings: terms that mean something else for this brand than for everybody, −3 (bad) to 3 (good), 0: nothing.
    """

    id: str
    name: str
    handles: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    languages: tuple[str, ...] = ()
    high_risk: tuple[str, ...] = ()
    official_accounts: tuple[str, ...] = ()
    employees: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    feelings: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """All brands, and the high-risk terms that hold for each of them."""

    brands: tuple[Brand, ...]
    high_risk: tuple[str, ...] = ()


def parse_watchlist(text: str, file: str = "watchlist.yaml") -> Watchlist:
    """Read a watchlist.

    Args:
        file: its name, for messages.

    Raises:
        ConfigurationError: anything that is not understood, with file, line and what to do.
    """
    document = read_yaml(text, file)
    fields = document.fields(WATCHLIST_KEYS, required=("brands",))
    brands: dict[str, Brand] = {}
    for item in fields["brands"].items():
        brand = _brand(item)
        if brand.id in brands:
            raise item.refuse(f'two brands have the id "{brand.id}"', "give each its own")
        brands[brand.id] = brand
    if not brands:
        raise fields["brands"].refuse("no brand to watch", "add one with an id and its handles or keywords")
    return Watchlist(brands=tuple(brands.values()), high_risk=_words(fields, "high_risk"))


def _brand(item: Value) -> Brand:
    item = item.named(f"brand {item.peek('id')}".rstrip())
    fields = item.fields(BRAND_KEYS, required=("id",))
    brand_id = fields["id"].named("brand id").identifier()
    brand = Brand(
        id=brand_id,
        name=fields["name"].text() if "name" in fields else brand_id,
        handles=_handles(fields, "handles"),
        keywords=_keywords(fields),
        phrases=_words(fields, "phrases"),
        exclusions=_words(fields, "exclusions"),
        topics=_topics(fields["topics"]) if "topics" in fields else (),
        languages=_languages(fields["languages"]) if "languages" in fields else (),
        high_risk=_words(fields, "high_risk"),
        official_accounts=_handles(fields, "official_accounts"),
        employees=_handles(fields, "employees"),
        competitors=_handles(fields, "competitors"),
        feelings=_feelings(fields["feelings"]) if "feelings" in fields else (),
    )
    if not (brand.handles or brand.keywords or brand.phrases or any(topic.handles for topic in brand.topics)):
        raise item.refuse(f"nothing can ever match {item.label}", "give it handles, keywords or phrases")
    return brand


def _topics(value: Value) -> tuple[Topic, ...]:
    topics = []
    for key, entry in value.entries():
        topic_id = key.named("topic id").identifier()
        entry = entry.named(f'topic "{topic_id}"')
        fields = entry.fields(TOPIC_KEYS)
        topic = Topic(
            id=topic_id,
            name=fields["name"].text() if "name" in fields else topic_id,
            keywords=_keywords(fields),
            phrases=_words(fields, "phrases"),
            handles=_handles(fields, "handles"),
        )
        if not (topic.keywords or topic.phrases or topic.handles):
            raise entry.refuse(f"nothing can ever match {entry.label}", "give it keywords, phrases or handles")
        topics.append(topic)
    return tuple(topics)


def _words(fields: dict[str, Value], key: str) -> tuple[str, ...]:
    """Terms of one or more words; those that end in `*` are stems."""
    return tuple(map(_term, fields[key].items())) if key in fields else ()


def _term(item: Value) -> str:
    term = item.text()
    stem = fold(term.removesuffix("*"))
    if not stem.strip():
        raise item.refuse(f'{item.label} holds nothing to look for: "{term}"')
    if "*" in stem:
        raise item.refuse(f'"*" may only end a term: "{term}"')
    if term.endswith("*") and len(stem) < _SHORTEST_STEM:
        raise item.refuse(
            f'"{term}" would find nearly every text', f'write {_SHORTEST_STEM} or more letters before "*"'
        )
    if len(term) > _LONGEST_TERM:
        raise item.refuse(f"{item.label} is longer than {_LONGEST_TERM} characters")
    return term


def _feelings(value: Value) -> tuple[tuple[str, float], ...]:
    """Terms and what they mean for the brand."""
    return tuple((_term(key), entry.number(-3, 3)) for key, entry in value.entries())


def _keywords(fields: dict[str, Value]) -> tuple[str, ...]:
    return tuple(map(_keyword, fields["keywords"].items())) if "keywords" in fields else ()


def _keyword(item: Value) -> str:
    keyword = _term(item)
    if " " in fold(keyword):
        raise item.refuse(f'keyword "{keyword}" has several words', "move it to `phrases`")
    return keyword


def _handles(fields: dict[str, Value], key: str) -> tuple[str, ...]:
    return tuple(map(_handle, fields[key].items())) if key in fields else ()


def _handle(item: Value) -> str:
    handle = "@" + item.text().removeprefix("@")
    if not _HANDLE.fullmatch(handle) or len(handle) > _LONGEST_TERM:
        raise item.refuse(f'"{handle}" is no handle', 'write the account\'s name alone: "@acme"')
    return handle


def _languages(value: Value) -> tuple[str, ...]:
    languages = []
    for item in value.items():
        language = item.text()
        if not _LANGUAGE.fullmatch(language):
            raise item.refuse(f'"{language}" is no language code', "write two small letters, as in en, es, vi")
        languages.append(language)
    return tuple(languages)
