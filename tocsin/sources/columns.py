"""Which column of a file is which field of a mention, and how its cells are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from schemas.mention import Mention
from tocsin.errors import ConfigurationError

#: Field → the names of columns that are taken for it when nothing else is said, best first.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": ("id", "tweet_id", "mention_id", "post_id", "message_id", "status_id", "review_id", "comment_id", "id_str"),
    "text": ("text", "full_text", "content", "body", "message", "tweet", "post", "comment", "review"),
    "author": ("author", "author_id", "user_id", "userid", "user", "username", "screen_name", "account", "author.id",
               "name"),
    "posted_at": ("posted_at", "created_at", "tweet_created", "published_at", "publish_date", "date", "datetime",
                  "timestamp", "time", "created"),
    "source": ("source", "network", "site"),
    "source_kind": ("source_kind",),
    "kind": ("kind",),
    "handle": ("handle", "author_handle", "screen_name", "username", "author.handle"),
    "name": ("author_name", "display_name", "author.name"),
    "followers": ("followers", "followers_count", "author_followers", "author.followers"),
    "author_created_at": ("author_created_at", "account_created_at", "author.created_at"),
    "verified": ("verified", "author.verified"),
    "observed_at": ("observed_at",),
    "url": ("url", "link", "permalink"),
    "lang": ("lang", "language"),
    "in_reply_to": ("in_reply_to", "in_reply_to_status_id", "reply_to"),
    "reshare_of": ("reshare_of", "retweeted_status_id"),
    "likes": ("likes", "like_count", "favorite_count", "favourites", "engagement.likes"),
    "reshares": ("reshares", "shares", "retweet_count", "retweets", "engagement.reshares"),
    "replies": ("replies", "reply_count", "engagement.replies"),
    "views": ("views", "view_count", "impressions", "engagement.views"),
    "private": ("private", "is_private"),
}  # fmt: skip
FIELDS = tuple(SYNONYMS)
REQUIRED = ("id", "text", "author", "posted_at")

_AUTHOR = {"author": "id", "handle": "handle", "name": "name", "followers": "followers",
           "author_created_at": "created_at", "verified": "verified"}  # fmt: skip
_ENGAGEMENT = frozenset({"likes", "reshares", "replies", "views"})
_TIMES = frozenset({"posted_at", "observed_at", "author_created_at"})
_COUNTS = _ENGAGEMENT | {"followers"}
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_OFFSET_APART = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")
_EPOCH_SECONDS = re.compile(r"\d{9,10}(\.\d+)?")
_EPOCH_MS = re.compile(r"\d{12,13}")


class NaiveTimeError(ValueError):
    """A time without an offset, and no time zone was given for the file."""


def parse_columns(text: str) -> dict[str, str]:
    """Read `id=tweet_id,text=text,…` into field → column.

    Raises:
        ConfigurationError: not of this form, or a field that a mention does not have, naming the nearest.
    """
    columns: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        field, equals, column = (piece.strip() for piece in part.partition("="))
        if not (equals and field and column):
            raise ConfigurationError(f"--columns: {part!r} is not of the form field=column", "for example id=tweet_id")
        if field not in SYNONYMS:
            raise ConfigurationError(
                f"--columns: a mention has no field {field!r}{_nearest(field, FIELDS)}", f"fields: {', '.join(FIELDS)}"
            )
        columns[field] = column
    return columns


def match_columns(
    found: Iterable[str], wanted: Mapping[str, str], place: str, *, fixed: Iterable[str] = ()
) -> dict[str, str]:
    """Field → column of a file: as it was asked for, the rest by well-known names.

    Args:
        found: the columns that the file has.
        wanted: what was asked for; a field that is in here is not guessed.
        fixed: fields that need no column.

    Raises:
        ConfigurationError: a column that is asked for or a required one is not there; names what is, and the nearest.
    """
    found = tuple(found)
    here = f"it has: {', '.join(map(repr, found[:40]))}"
    for field, column in wanted.items():
        if column not in found:
            raise ConfigurationError(f"{place}: no column {column!r} (for {field}){_nearest(column, found)}", here)
    folded = {re.sub(r"[\s-]+", "_", column.strip().lower()): column for column in reversed(found)}
    columns = dict(wanted)
    for field, names in SYNONYMS.items():
        known = next((folded[name] for name in names if name in folded), None)
        if known is not None and field not in columns and field not in fixed:
            columns[field] = known
    for field in REQUIRED:
        if field not in columns:
            names = SYNONYMS[field]
            near = next((close[0] for name in names if (close := get_close_matches(name, folded, 1, 0.7))), "")
            hint = folded[near] if near else "COLUMN"
            raise ConfigurationError(
                f"{place}: no column for {field!r}" + (f" (nearest: {hint!r})" if near else "") + f"; {here}",
                f"say which: --columns {field}={hint}",
            )
    return columns


def parse_zone(name: str) -> tzinfo:
    """A time zone by its name (`Europe/Madrid`, `UTC`) or its offset (`-08:00`).

    Raises:
        ConfigurationError: neither.
    """
    try:
        if name.startswith(("+", "-")):
            zone = datetime.fromisoformat(f"2000-01-01T00:00{name}").tzinfo
            assert zone is not None
            return zone
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(
            f"--time-zone {name!r} is not a time zone", "for example Europe/Madrid, America/New_York, UTC or +07:00"
        ) from None


def parse_time(cell: str, zone: tzinfo | None = None) -> datetime:
    """An instant in UTC from ISO 8601, `2015-02-24 11:59:00 -0800`, or seconds or milliseconds since 1970.

    Raises:
        NaiveTimeError: it has no offset and `zone` is None.
        ValueError: it is no time.
    """
    text = cell.strip()
    try:
        if _EPOCH_SECONDS.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        if _EPOCH_MS.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        if text.endswith(" UTC"):
            text = text.removesuffix(" UTC") + "+00:00"
        parsed = datetime.fromisoformat(_OFFSET_APART.sub("", text))
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"{cell[:40]!r} is not a time (ISO 8601, `2015-02-24 11:59:00 -0800`, or seconds or ms since 1970)"
        ) from None
    if parsed.tzinfo is None:
        if zone is None:
            raise NaiveTimeError(f"the time {text!r} has no offset")
        parsed = parsed.replace(tzinfo=zone)
    return parsed.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Makes a mention of one row.

    Attributes:
        columns: field → column.
        constants: fields that are the same in every row, as they are in a mention.
        zone: of times that have no offset; None refuses them.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, Any]
    zone: tzinfo | None = None

    def read(self, row: Mapping[str, Any]) -> Mention:
        """The mention of this row; an empty cell is a missing field.

        Raises:
            NaiveTimeError: a time has no offset.
            ValueError: this row is no mention, with a reason that names the field.
        """
        tree: dict[str, Any] = {**self.constants}
        author: dict[str, Any] = {}
        engagement: dict[str, Any] = {}
        for field, column in self.columns.items():
            cell = row.get(column)
            if cell is None or cell == "":
                continue
            value = self._value(field, cell)
            if field in _AUTHOR:
                author[_AUTHOR[field]] = value
            elif field in _ENGAGEMENT:
                engagement[field] = value
            else:
                tree[field] = value
        for field in REQUIRED:
            if field not in tree and not (field == "author" and "id" in author):
                raise ValueError(f"{field} is empty (column {self.columns[field]!r})")
        try:
            return msgspec.convert({**tree, "author": author, "engagement": engagement}, Mention)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None

    def _value(self, field: str, cell: Any) -> Any:
        if field in _TIMES:
            return parse_time(str(cell), self.zone)
        if field in _COUNTS:
            try:
                return int(cell) if not isinstance(cell, str) else int(float(cell))
            except (ValueError, OverflowError):
                raise ValueError(f"{field}: {str(cell)[:40]!r} is not a number") from None
        if field in ("verified", "private"):
            try:
                return _FLAGS[str(cell).strip().lower()]
            except KeyError:
                raise ValueError(f"{field}: {str(cell)[:40]!r} is neither true nor false") from None
        return cell if isinstance(cell, str) else str(cell)


def _nearest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, tuple(known), 1, 0.5)
    return f" (nearest: {close[0]!r})" if close else ""
