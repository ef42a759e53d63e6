"""Which playbook fits a crisis, and why: points by a table, added up, the reasons told as sentences.

Points rather than branches, because crises are mixed: a rumour told by a coordinated few is both. What a crisis is
about weighs most, how it is told next, who tells it less, for who speaks does not decide what is true.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from schemas.crisis import Crisis, Severity, Stage
from tocsin.response.playbooks.playbook import PROFILES, STAKES, Match, Playbook
from tocsin.response.playbooks.read import DEFAULT_ID, Library
from tocsin.response.severity import rank
from tocsin.strict_yaml import suggest

#: Fewer points are no fit: the author or a word alone never choose; a cause within its cluster does.
ENOUGH: Final = 7
#: How much better another playbook must be before people who follow one are told to change.
LEAD: Final = 4
#: Complaints that name a reason, as a share of those that name one, from which it counts though it is not the first.
_SHARE: Final = 0.2
#: Complaints that name a reason, as a share of the mentions, below which they are not what the crisis is about.
_HEARD: Final = 0.05
_MOST_RUNNERS_UP: Final = 2


class Candidate(NamedTuple):
    """A playbook, how many points speak for it, and why, as sentences."""

    playbook: Playbook
    points: int
    reasons: tuple[str, ...]


class Choice(NamedTuple):
    """The playbook to follow, why, and what else would fit, the best first."""

    playbook: Playbook
    reasons: tuple[str, ...]
    runners_up: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a crisis is like, in the words of a `Match`. `reasons` has the most named first."""

    cause: str
    cluster: str
    reasons: tuple[str, ...]
    named: Mapping[str, int]
    kinds: tuple[str, ...]
    profiles: tuple[str, ...]
    words: Mapping[str, str]
    stage: Stage
    severity: Severity


class Row(NamedTuple):
    """Points for `what`; `says` gives the sentence when it holds, and nothing when it does not."""

    points: int
    what: str
    says: Callable[[Match, _Facts], str]


def choose(crisis: Crisis, library: Library, profiles: Collection[str] = ("public",), *, following: str = "") -> Choice:
    """The playbook that fits a crisis best; the default when none fits.

    Equal points: what more things speak for, then what has more at stake, then the id decides.

    Args:
        profiles: what is known of the authors behind it: words of `PROFILES`.
        following: id of the playbook that is followed now. It is kept until another is clearly better, because people
            are in the middle of its steps.

    Raises:
        ValueError: a profile is not known.
    """
    facts = _look_at(crisis, profiles)
    candidates = sorted((_weigh(each, facts) for each in library.playbooks.values() if _may(each, facts)), key=_order)
    fitting = [each for each in candidates if each.points >= ENOUGH]
    if not fitting:
        return Choice(library.playbooks[DEFAULT_ID], (_say_unclear(candidates),))
    best = fitting[0]
    kept = next((each for each in fitting if each.playbook.id == following), best)
    if best.points - kept.points >= LEAD:
        kept = best
    others = tuple(each for each in fitting if each is not kept)[:_MOST_RUNNERS_UP]
    reasons = (*kept.reasons, _say_points(kept, others))
    if kept is not best:
        reasons = (*reasons, f"It is being followed, and {best.playbook.title.en} is not clearly better.")
    return Choice(kept.playbook, reasons, others)


def _look_at(crisis: Crisis, profiles: Collection[str]) -> _Facts:
    for profile in profiles:
        if profile not in PROFILES:
            raise ValueError(f'there is no profile "{profile}": {suggest(profile, PROFILES)}')
    total = sum(crisis.causes.values())
    # What hardly anybody complains of says nothing: a post that is mocked brings a late flight along.
    is_heard = not total or total >= crisis.mentions * _HEARD
    named = {reason: count for reason, count in crisis.causes.items() if count > 0 and count >= total * _SHARE}
    named = named if is_heard else {}
    return _Facts(
        cause=crisis.cause if is_heard else "",
        cluster=crisis.cluster if is_heard else "",
        reasons=tuple(sorted(named, key=lambda reason: (-named[reason], reason))),
        named=crisis.causes,
        kinds=crisis.kinds,
        profiles=tuple(sorted(profiles)),
        words=_words_of((*crisis.topics, crisis.subject, *crisis.terms)),
        stage=crisis.stage,
        severity=crisis.peak_severity,
    )


def _words_of(terms: Iterable[str]) -> dict[str, str]:
    """Terms by how they are compared, whole and by their words; the first that holds a word shows it."""
    found: dict[str, str] = {}
    for term in terms:
        folded = _fold(term)
        for word in (folded, *folded.split()):
            found.setdefault(word, term)
    return found


def _may(playbook: Playbook, facts: _Facts) -> bool:
    """Whether the conditions of a playbook hold, and nothing excludes it."""
    when = playbook.when
    if playbook.id == DEFAULT_ID or (when.stages and facts.stage not in when.stages):
        return False
    return rank(facts.severity) >= rank(when.from_severity) and not _weigh_match(playbook.unless, facts)


def _weigh(playbook: Playbook, facts: _Facts) -> Candidate:
    found = _weigh_match(playbook.when, facts)
    return Candidate(playbook, sum(points for points, _ in found), tuple(sentence for _, sentence in found))


def _weigh_match(match: Match, facts: _Facts) -> list[tuple[int, str]]:
    said = ((row.points, row.says(match, facts)) for row in TABLE)
    return [(points, sentence) for points, sentence in said if sentence]


def _order(candidate: Candidate) -> tuple[int, int, int, str]:
    playbook = candidate.playbook
    return -candidate.points, -len(candidate.reasons), STAKES.index(playbook.at_stake), playbook.id


def _say_all_kinds(match: Match, facts: _Facts) -> str:
    is_all = bool(facts.kinds) and set(facts.kinds) <= set(match.kinds)
    return f"Nothing else was noticed than {_list(facts.kinds)}." if is_all else ""


def _say_some_kinds(match: Match, facts: _Facts) -> str:
    found = [kind for kind in facts.kinds if kind in match.kinds]
    return f"Among other things, {_list(found)} was noticed." if found and len(found) < len(facts.kinds) else ""


def _say_word(match: Match, facts: _Facts) -> str:
    found = [facts.words[_fold(word)] for word in match.words if _fold(word) in facts.words]
    return f"People write of {_list(dict.fromkeys(f'“{word}”' for word in found))}." if found else ""


def _say_risk(match: Match, facts: _Facts) -> str:
    is_risk = "high_risk" in facts.kinds and _say_word(match, facts)
    return "A high risk was named, which one mention is enough for." if is_risk else ""


def _say_cause(match: Match, facts: _Facts) -> str:
    return f"Its cause is taken for: {_plain(facts.cause)}." if facts.cause in match.causes else ""


def _say_first_reason(match: Match, facts: _Facts) -> str:
    first = facts.reasons[0] if facts.reasons else ""
    return f"Complaints are mostly about: {_count(first, facts)}." if first in match.reasons else ""


def _say_other_reason(match: Match, facts: _Facts) -> str:
    found = [reason for reason in facts.reasons[1:] if reason in match.reasons]
    return f"Many complaints are about: {_list(_count(reason, facts) for reason in found)}." if found else ""


def _say_author(match: Match, facts: _Facts) -> str:
    found = [profile for profile in facts.profiles if profile in match.authors]
    return f"Of those who write, some are: {_list(found)}." if found else ""


def _say_cluster(match: Match, facts: _Facts) -> str:
    return _CLUSTERS[facts.cluster] if facts.cluster in match.clusters else ""


def _say_stage(match: Match, facts: _Facts) -> str:
    return f"It is in the stage {facts.stage}." if facts.stage in match.stages else ""


def _say_severity(match: Match, facts: _Facts) -> str:
    is_named = match.from_severity != "watch" and rank(facts.severity) >= rank(match.from_severity)
    return f"It has been {facts.severity}." if is_named else ""


#: What counts, and how much. A playbook that names a stage or a severity is made for it: one more point each.
TABLE: Final = (
    Row(13, "it has no signals but of these `kinds`", _say_all_kinds),  # more than a cause and its reason together
    Row(7, "it has such signals beside others", _say_some_kinds),
    Row(6, "one of the `words` is among its terms, or names its subject", _say_word),
    Row(5, "its cause is one of the `causes`", _say_cause),
    Row(5, "the most named of its `reasons`", _say_first_reason),
    Row(3, "one of the `authors`", _say_author),
    Row(2, "its cluster is one of the `clusters`", _say_cluster),
    Row(1, "another of its `reasons`, named by a fifth", _say_other_reason),
    Row(1, "one of the `words`, while a high risk was named", _say_risk),
    Row(1, "the playbook is meant for its stage", _say_stage),
    Row(1, "the playbook is meant for its severity", _say_severity),
)

_CLUSTERS: Final = {
    "victim": "People take the brand for a victim itself.",
    "accidental": "People take it for an accident.",
    "preventable": "People hold that the brand could have prevented it.",
}


def _say_points(best: Candidate, others: Collection[Candidate]) -> str:
    told = _list(f"{each.playbook.title.en} ({each.points})" for each in others)
    return f"That makes {best.points} points" + (f"; next best: {told}." if told else "; no other playbook fits.")


def _say_unclear(candidates: Collection[Candidate]) -> str:
    best = next(iter(candidates), None)
    if best is None or not best.points:
        return "Nothing is known yet of what it is about."
    return f"What is known is not enough: {best.playbook.title.en} fits best, with {best.points} of {ENOUGH} points."


def _count(reason: str, facts: _Facts) -> str:
    return f"{_plain(reason)} ({facts.named[reason]} of {sum(facts.named.values())})"


def _plain(word: str) -> str:
    return word.replace("-", " ")


def _list(words: Iterable[str]) -> str:
    return " and ".join(_plain(word.replace("_", " ")) for word in words)


def _fold(word: str) -> str:
    """As words are compared: small letters without accents, without # and @ before and * behind."""
    letters = unicodedata.normalize("NFKD", word.lower().lstrip("#@").rstrip("*")).replace("đ", "d")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
