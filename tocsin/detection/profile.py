"""Who is speaking: what an author is to the brand, what we know of them, and what their account does not say.

Everything here is an indicator with its words, for a person to weigh. A young account without a name may be a customer
who joined in order to complain; nothing here moves a severity by itself, and nothing says that anybody is false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from schemas.mention import Author, AuthorProfile, History, Relation
from tocsin.detection.normalise import fold
from tocsin.detection.watchlist import Brand, Watchlist
from tocsin.instants import DAY_MS, HOUR_MS, milliseconds

IndicatorKind = Literal[
    "no_name", "default_handle", "young_account", "no_followers", "nameless_handle", "resembles_official"
]

#: Negative mentions of one author in an hour and in a day that are a burst: .6 to .9 a brand and day (airline tweets).
BUSY_HOUR: Final = 8
BUSY_DAY: Final = 10


@dataclass(frozen=True, slots=True)
class ProfilePolicy:
    """From when on something is worth a word: one setting for every brand."""

    young_days: int = 30  # a month: as long as we remember an author ourselves
    very_young_days: int = 2  # made for the occasion, or by it
    busy_hour: int = BUSY_HOUR  # who is told of as busy is a repeat complainer
    busy_day: int = BUSY_DAY
    few_followers: int = 3
    anonymous_from: int = 2  # one indicator alone is common among honest people


DEFAULT: Final = ProfilePolicy()

#: Letters and eight or more digits, as services propose; or "user" with digits.
_DEFAULT_HANDLE: Final = re.compile(r"[a-z][a-z_.]*\d{8,}|(?:user|guest|member|account|nguoidung|usuario)[_.-]?\d{3,}")
#: Nothing a person could be called by: digits, or letters without a vowel in a row of digits.
_NAMELESS: Final = re.compile(r"[\d_.-]+|(?=.*\d)[bcdfghjklmnpqrstvwxz\d_.-]{8,}")
#: Signs that look like letters, and signs that are easily missed: what remains is equal for look-alikes.
_LOOKS_LIKE: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "3": "e", "5": "s", "8": "b", "|": "l", "$": "s"})
_UNSEEN: Final = str.maketrans(dict.fromkeys("_.-@ ", None))


class Indicator(NamedTuple):
    """One thing that the account does not say, or says oddly; `words` tell it without judging."""

    kind: IndicatorKind
    words: str


class Heard(NamedTuple):
    """What is remembered of an author with the brand, until the tick that asks (from `HistoryRow`).

    Attributes:
        first_ms: their first mention of the brand, ms since 1970; 0 when there was none before.
        mentions_day, negatives_hour, negatives_day: of the hour and day before the tick.
    """

    first_ms: int = 0
    mentions_day: int = 0
    negatives_hour: int = 0
    negatives_day: int = 0


class Relations:
    """What the watchlist declares of authors: handle → relation, for every brand. Made once from a watchlist.

    A brand's own accounts are another watched brand's competitors only where that brand lists them; otherwise they
    are `watched`: accounts of another brand on the list.
    """

    def __init__(self, watchlist: Watchlist) -> None:
        owners = {_name(handle): brand.id for brand in watchlist.brands for handle in brand.official_accounts}
        self._owners: Mapping[str, str] = owners
        self._of = {brand.id: _declared(brand, owners) for brand in watchlist.brands}
        self._declared = frozenset(owners).union(*self._of.values())
        self._alike = {
            brand.id: {_skeleton(handle): handle for handle in (*brand.handles, *brand.official_accounts)}
            for brand in watchlist.brands
        }
        # A few signs more than the longest handle still look like it, twice as many do not.
        self._longest = max((len(handle) for alike in self._alike.values() for handle in alike.values()), default=0)

    def find(self, brand: str, handle: str | None) -> tuple[Relation, str]:
        """The relation of an author to a brand, and the watched brand whose own account it is ("" if none)."""
        if not handle or (name := _name(handle)) not in self._declared:
            return "public", ""
        return self._of.get(brand, {}).get(name, "public"), self._owners.get(name, "")

    def find_resembled(self, brand: str, handle: str | None) -> str:
        """The brand's own handle that this one could be mistaken for, "" if none; its own handles resemble nothing."""
        if not handle or brand not in self._alike or len(handle) > self._longest + 4:
            return ""
        found = self._alike[brand].get(_skeleton(handle), "")
        return found if found and _name(found) != _name(handle) else ""


def profile_author(
    key: str,
    author: Author,
    heard: Heard | None,
    at_ms: int,
    *,
    brand: str,
    relations: Relations,
    policy: ProfilePolicy = DEFAULT,
) -> AuthorProfile:
    """Everything that is known of an author at a tick; some ten microseconds, for the few who are told of.

    Args:
        key: what identifies the author (`source|id`).
        heard: None when it cannot be said yet what was heard before.
        at_ms: posting time of the mention that is looked at, ms since 1970.
    """
    relation, speaks_for = relations.find(brand, author.handle)
    history: History = _find_history(heard, policy) if heard is not None else ""
    heard = heard or Heard()
    known_days = max(0, at_ms - heard.first_ms) // DAY_MS if heard.first_ms else 0
    indicators: tuple[Indicator, ...] = ()
    if relation == "public":
        indicators = find_indicators(author, at_ms, relations.find_resembled(brand, author.handle), policy)
    reasons = [*_say_relation(relation, speaks_for, brand), *_say_history(history, known_days)]
    reasons += [each.words for each in indicators]
    return AuthorProfile(
        author=key,
        relation=relation,
        speaks_for=speaks_for,
        history=history,
        known_days=known_days,
        mentions=heard.mentions_day,
        negatives=heard.negatives_day,
        indicators=tuple(each.kind for each in indicators),
        is_anonymous=len(indicators) >= policy.anonymous_from,
        followers=author.followers,
        reasons=tuple(reasons),
    )


def find_indicators(
    author: Author, at_ms: int, resembled: str = "", policy: ProfilePolicy = DEFAULT
) -> tuple[Indicator, ...]:
    """What an account does not say, or says oddly. What the source never tells (None) is no indicator.

    >>> [each.kind for each in find_indicators(Author(id="7", handle="maria93847561", name="", followers=0), 0)]
    ['no_name', 'default_handle', 'no_followers']
    """
    found: list[Indicator] = []
    if resembled:
        found.append(Indicator("resembles_official", f"the handle resembles {resembled}, and is another account"))
    name, handle = author.name, author.handle
    if name is not None and not name.strip(" ._-"):
        found.append(Indicator("no_name", "the account shows no name"))
    if handle:
        plain = handle.removeprefix("@").lower()
        if _DEFAULT_HANDLE.fullmatch(plain):
            found.append(Indicator("default_handle", "the handle looks like one that a service proposes"))
        elif _NAMELESS.fullmatch(plain):
            found.append(Indicator("nameless_handle", "the handle holds no name"))
    if author.created_at is not None:
        age_ms = at_ms - milliseconds(author.created_at)
        if age_ms < policy.very_young_days * DAY_MS:
            hours = max(0, age_ms) // HOUR_MS
            found.append(Indicator("young_account", f"the account was {hours} hours old"))
        elif age_ms < policy.young_days * DAY_MS:
            found.append(Indicator("young_account", f"the account was {age_ms // DAY_MS} days old"))
    if author.followers is not None and author.followers <= policy.few_followers and not author.verified:
        words = "nobody follows the account" if not author.followers else f"{author.followers} follow the account"
        found.append(Indicator("no_followers", words))
    return tuple(found)


def _find_history(heard: Heard, policy: ProfilePolicy) -> History:
    if heard.negatives_hour >= policy.busy_hour or heard.negatives_day >= policy.busy_day:
        return "repeat_complainer"
    return "returning" if heard.first_ms else "fresh"


def _say_relation(relation: Relation, speaks_for: str, brand: str) -> Iterable[str]:
    match relation:
        case "official":
            yield f"the author is an official account of {brand}"
        case "employee":
            yield f"the author is a declared employee of {brand}"
        case "competitor":
            owner = f" ({speaks_for})" if speaks_for and speaks_for != brand else ""
            yield f"the author is a declared competitor of {brand}{owner}"
        case "watched":
            yield f"the author is an official account of another watched brand: {speaks_for}"
        case "public":
            pass


def _say_history(history: History, known_days: int) -> Iterable[str]:
    since = f"{known_days} day{'s' if known_days > 1 else ''} ago" if known_days else "less than a day ago"
    match history:
        case "fresh":
            yield "the author was not heard with this brand before"
        case "returning":
            yield f"the author was first heard with this brand {since}"
        case "repeat_complainer":
            yield f"the author complains again and again, and was first heard with this brand {since}"
        case "":
            pass


def _declared(brand: Brand, owners: Mapping[str, str]) -> dict[str, Relation]:
    """A brand's declarations; who is declared twice is what comes last: the brand's own account before all."""
    relations: dict[str, Relation] = {name: "watched" for name, owner in owners.items() if owner != brand.id}
    relations |= {_name(handle): "competitor" for handle in brand.competitors}
    relations |= {_name(handle): "employee" for handle in brand.employees}
    relations |= {_name(handle): "official" for handle in brand.official_accounts}
    return relations


def _name(handle: str) -> str:
    """A handle as services compare it: case ignored, nothing else (@acmé is not @acme)."""
    return handle.removeprefix("@").casefold()


def _skeleton(handle: str) -> str:
    """What a handle looks like at a glance: equal for @Acme_Air, @acrne-a1r and @acmeair."""
    seen = fold(handle).translate(_UNSEEN).translate(_LOOKS_LIKE)
    return seen.replace("rn", "m").replace("vv", "w") if "rn" in seen or "vv" in seen else seen
