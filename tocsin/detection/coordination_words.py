"""What was found, in words that accuse nobody: a person decides what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tocsin.detection.coordination_rows import KINDS, NEW, OFF_HOURS, YOUNG, AccountRow, Finding, StoryRow, Verdict

#: Of a trait, so large a share of the flagged accounts is worth a sentence.
_MANY_SHARE = 0.5

#: Of the posts of a text, so many that share one link make it a headline or a share button.
_LINKED_SHARE = 0.8

#: Fewer accounts that repeat each other are not worth a word.
FEWEST_KNOTTED = 3

_SAMPLES = 5

_TRAITS = (
    (NEW, "had not spoken of this brand before"),
    (YOUNG, "are younger than 30 days"),
    (OFF_HOURS, "posted at hours at which this brand is hardly spoken of"),
)


def is_headline(row: StoryRow) -> bool:
    """Is a text spread with one link, as headlines and share buttons are?"""
    return bool(row.links) and row.linked + 1 >= _LINKED_SHARE * row.mentions


def describe_crowd(
    now_ms: int, accounts: Mapping[str, AccountRow], stories: Mapping[str, StoryRow], many: int
) -> Finding:
    """The finding of `now_ms` where no group is flagged; `many` authors of one text are worth telling."""
    shared = sorted(
        ((row.authors.count, story) for story, row in stories.items() if row.mentions > 1),
        key=lambda each: (-each[0], each[1]),
    )
    knotted = sum(1 for account in accounts.values() if account.is_knotted)
    verdict: Verdict = "organic"
    reasons = []
    for count, story in shared[:1]:
        row = stories[story]
        if count >= many and is_headline(row):
            reasons.append(
                f"{count:,} accounts posted the same text with one link, as headlines and share buttons spread"
            )
        elif count >= many:
            verdict = "unclear"
            reasons.append(
                f"{count:,} accounts posted the same text, but none repeatedly with the same others: "
                "a slogan, a giveaway or a petition looks the same"
            )
    if knotted >= FEWEST_KNOTTED:
        verdict = "unclear"
        reasons.append(
            f"{knotted} accounts repeatedly posted alike, too few to tell from one person with several accounts"
        )
    if not reasons:
        reasons.append("no accounts that repeatedly post alike")
    samples = tuple(stories[story].posts[0][2] for count, story in shared[:_SAMPLES] if count >= many)
    return Finding(at_ms=now_ms, verdict=verdict, mentions=samples, reasons=tuple(reasons))


def describe_group(now_ms: int, flagged: Sequence[AccountRow], names: Sequence[str]) -> Finding:
    """The finding of `now_ms` about the flagged accounts; `names` are those of them that no finding has named."""
    kinds: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    samples: dict[str, tuple[int, str]] = {}
    for account in flagged:
        for key, item in account.items.items():
            kinds[KINDS[item.kind]] += 1
            if item.kind <= 1:
                texts[key] += 1
                samples[key] = min(samples.get(key, (item.posted_ms, item.mention)), (item.posted_ms, item.mention))
    most = sorted(texts, key=lambda each: (-texts[each], each))[:_SAMPLES]
    joined = sum(1 for account in flagged if account.is_joined)
    done = ", ".join(f"{kind} {kinds[kind]:,} times" for kind in KINDS if kinds[kind])
    reasons = [f"signals consistent with coordination: {len(flagged):,} accounts repeatedly acted alike ({done})"]
    if most:
        reasons.append(f"{len(texts):,} texts were shared, the most shared one by {texts[most[0]]:,} of them")
    if joined:
        reasons.append(f"{joined:,} of them are named for one text of the group only")
    for flag, words in _TRAITS:
        count = sum(1 for account in flagged if account.flags & flag)
        if count >= _MANY_SHARE * len(flagged):
            reasons.append(f"supporting only: {count:,} of {len(flagged):,} {words}")
    return Finding(
        at_ms=now_ms,
        verdict="coordinated",
        accounts=len(flagged),
        flagged=tuple(names),
        joined=joined,
        kinds={kind: kinds[kind] for kind in KINDS if kinds[kind]},
        mentions=tuple(samples[key][1] for key in most),
        reasons=tuple(reasons),
    )
