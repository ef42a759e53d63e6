"""What no answer may say, whoever wrote it: a person, our phrases or a language model.

Rules instead of a judgement, so that each finding shows its words and what to write instead. They err on the side of
speaking up: a person reads every finding and may overrule it with a reason (`approve`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from schemas.mention import Evidence
from schemas.reply import ReplyFinding
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.forbidden import CARRIED, DENIABLE, DENIALS, INSTEAD, load_forbidden
from tocsin.response.replies.policy import CommunicationPolicy
from tocsin.response.replies.private_data import find_asked
from tocsin.response.replies.spelling import Spelling, is_bare, spell

#: Longest answer at a source for which the policy names no limit, characters.
LONGEST: Final = 1_500

_ADDRESS: Final = re.compile(
    r"https?://[^\s<>\")]+|www\.[^\s<>\")]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|org|net|io|co|es|vn|me|ly|info|biz|app|dev|gl|example|mx|ar|us|uk)"
    r"(?:/[^\s<>\")]*)?(?!\w)",
    re.IGNORECASE,
)
_TELEPHONE: Final = re.compile(r"(?<![\w:/.-])\+?\(?\d[\d ().-]{6,}\d(?![\w:])")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[ ,T]+\d\d)?")
_HANDLE: Final = re.compile(r"(?<![\w@.])@([A-Za-z0-9_.]*[A-Za-z0-9_])")
_NAME_PART: Final = r"([A-ZÁÉÍÓÚÑĐ][^\W\d_]+(?: [A-ZÁÉÍÓÚÑĐ][^\W\d_]+)*)"
#: A title or a trade before a name; case tells the name.
_THIRD_PERSON: Final = re.compile(
    r"\b(?:[Mm]rs?\.?|[Mm]s\.?|[Mm]iss|(?:[Aa]gent|[Ee]mployee|[Cc]olleague|[Dd]river|[Mm]anager|[Cc]aptain|[Pp]ilot"
    r"|[Ss]tewardess|[Tt]echnician|[Cc]ashier)|[Ss]r(?:a|ta)?\.?|[Ss]eñor(?:a|ita)?|[Dd]on|[Dd]oña"
    r"|[Ee]mplead[oa]|[Cc]ompañer[oa]|[Gg]erente|[Cc]onductora?|[Aa]gente|[Cc]ajer[oa]"
    r"|[Nn]hân viên|[Tt]ài xế|[Qq]uản lý|[Gg]iám đốc|[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô)\s+" + _NAME_PART
)
_SHOUT: Final = re.compile(r"(?<!\w)[^\W\d_a-z]{5,}(?!\w)|(?<!\w)(?:[^\W\d_a-z]{2,}[ ,]+){2,}[^\W\d_a-z]{2,}(?!\w)")
_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_LINE_ENDS: Final = re.compile(r"[.!?\n]")


def limit_of(mention: Evidence, policy: CommunicationPolicy) -> int:
    """Characters that an answer may have where the mention was made."""
    return policy.limits.get(mention.source, LONGEST)


def check(text: str, mention: Evidence, facts: Facts, policy: CommunicationPolicy) -> tuple[ReplyFinding, ...]:
    """What in `text` should not be said as a public answer to `mention`, in the order of the text.

    Returns:
        Findings with the words found and what to write instead; empty: nothing speaks against it.
    """
    spelling = spell(text)
    placed = [
        *_find_forbidden(spelling, facts),
        *_find_addresses(spelling, facts, policy),
        *_find_people(spelling, mention, facts, policy),
        *_find_shouting(spelling, mention, facts, policy),
        *((place, _finding("private-data", found, _ASKED)) for place, found in find_asked(spelling, _private(policy))),
    ]
    inner = _drop_repeats(placed)
    return (
        *_find_in_whole(text, mention, policy),
        *(finding for _, finding in sorted(inner, key=lambda each: each[0])),
    )


_ASKED: Final = (
    "Ask for it in the private channel only, and name that channel in the same sentence; never for a secret."
)
_SAID_ALONE: Final = "Answer where it was said: a private mention has no public answer."
_NOTHING: Final = "Write an answer."
_HIDE: Final = "Remove the invisible characters."
_LINK: Final = "Name a channel of the communication policy, or enter the link as the source of the correction."
_THIRD: Final = "Name nobody but the person whom you answer."
_CALM: Final = "Write it in small letters, with one exclamation mark at most."


def _finding(kind: str, found: str, instead: str) -> ReplyFinding:
    return ReplyFinding(kind=kind, found=found, instead=instead)


def _find_in_whole(text: str, mention: Evidence, policy: CommunicationPolicy) -> Iterator[ReplyFinding]:
    limit = limit_of(mention, policy)
    if mention.private:
        yield _finding("private", mention.mention, _SAID_ALONE)
    if not text.strip():
        yield _finding("empty", "", _NOTHING)
    if len(text) > limit:
        yield _finding("length", f"{len(text)} characters", f"Shorten it to {limit} characters.")
    hidden = _HIDDEN.search(text)
    if hidden:
        yield _finding("hidden", f"U+{ord(hidden[0]):04X}", _HIDE)


def _find_forbidden(spelling: Spelling, facts: Facts) -> Iterator[tuple[int, ReplyFinding]]:
    carried = _find_carried(facts)
    for kind, start, end in _matches(spelling):
        if kind not in carried:
            yield start, _finding(kind, spelling.shown[start:end].strip(), INSTEAD[kind])


def _find_carried(facts: Facts) -> set[str]:
    """Kinds of words that are borne out by what a person entered."""
    found = {kind for text in facts.texts() for kind, _, _ in _matches(spell(text))}
    known = ["deadline"] if facts.next_word_at else []
    return {kind for kind in (*found, *known) if kind in CARRIED}


def _matches(spelling: Spelling) -> Iterator[tuple[str, int, int]]:
    has_no_accents = is_bare(spelling.lowered)
    for kind, bare, accented in load_forbidden():
        pattern, text = (bare, spelling.bare) if accented is None or has_no_accents else (accented, spelling.lowered)
        for match in pattern.finditer(text):
            before = _LINE_ENDS.split(spelling.lowered[: match.start()])[-1]
            if kind not in DENIABLE or not DENIALS.search(before):
                yield kind, match.start(), match.end()


def _find_addresses(
    spelling: Spelling, facts: Facts, policy: CommunicationPolicy
) -> Iterator[tuple[int, ReplyFinding]]:
    known = [_same(each) for each in (*(channel.address for channel in policy.channels), facts.source) if each]
    taken: list[tuple[int, int]] = []
    for match in _ADDRESS.finditer(spelling.shown):
        taken.append(match.span())
        if _same(match[0]) not in known:
            yield match.start(), _finding("link", match[0], _LINK)
    numbers = {_digits(each) for each in known}
    for match in _TELEPHONE.finditer(_INSTANT.sub(lambda found: " " * len(found[0]), spelling.shown)):
        is_inside = any(start <= match.start() < end for start, end in taken)
        if not is_inside and len(_digits(match[0])) >= 7 and _digits(match[0]) not in numbers:
            yield match.start(), _finding("link", match[0].strip(), _LINK)


def _same(address: str) -> str:
    """An address as it is compared: without scheme, www, and the signs that end a sentence."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", spell(address).lowered).rstrip("/.,;:!?)")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _find_people(
    spelling: Spelling, mention: Evidence, facts: Facts, policy: CommunicationPolicy
) -> Iterator[tuple[int, ReplyFinding]]:
    channels = " ".join(f"{each.address} {' '.join(each.label.values())}" for each in policy.channels)
    own = {(mention.author_handle or "").removeprefix("@").lower()}
    own |= {handle.lower() for handle in _HANDLE.findall(channels)}
    everybody = {
        match[1]
        for kind, bare, _ in load_forbidden()
        if kind == "mass-mention"
        for match in bare.finditer(spelling.bare)
    }
    for match in _HANDLE.finditer(spelling.shown):
        if match[1].lower() not in own | everybody:
            yield match.start(), _finding("third-person", match[0], _THIRD)
    sayable = [mention.author_name or "", policy.sender, facts.brand, *policy.signature.values(), *facts.texts()]
    known = " ".join(spell(text).bare for text in sayable)
    for match in _THIRD_PERSON.finditer(spelling.shown):
        if spell(match[1]).bare not in known:
            yield match.start(), _finding("third-person", match[0], _THIRD)


def _find_shouting(
    spelling: Spelling, mention: Evidence, facts: Facts, policy: CommunicationPolicy
) -> Iterator[tuple[int, ReplyFinding]]:
    places = [text for each in policy.channels for text in (each.address, *each.label.values(), *each.hours.values())]
    signatures = policy.signature.values()
    sayable = " ".join((facts.brand, policy.sender, mention.author_handle or "", mention.author_name or "",
                        *facts.terms, *facts.texts(), *places, *signatures))  # fmt: skip
    known = set(re.findall(r"\w+", spell(sayable).shown))
    for match in _SHOUT.finditer(spelling.shown):
        words = re.findall(r"\w+", match[0])
        if match[0].isupper() and not all(word in known for word in words):
            yield match.start(), _finding("shouting", match[0], _CALM)
    for match in re.finditer(r"[!?]*!{2,}[!?]*|\?{2,}", spelling.shown):
        yield match.start(), _finding("shouting", match[0], _CALM)


def _private(policy: CommunicationPolicy) -> list[str]:
    """How the private channels are called and reached, bare."""
    return [
        spell(text).bare
        for channel in policy.channels
        if channel.kind == "private"
        for text in (channel.address, *channel.label.values())
        if text
    ]


def _drop_repeats(placed: Iterable[tuple[int, ReplyFinding]]) -> list[tuple[int, ReplyFinding]]:
    """Each kind of finding once for the same words."""
    found: dict[tuple[str, str], tuple[int, ReplyFinding]] = {}
    for place, finding in placed:
        found.setdefault((finding.kind, finding.found), (place, finding))
    return list(found.values())
