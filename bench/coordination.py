"""Coordination: accounts of a real attack and of invented ones that are flagged, harmless crowds that are not.

    python -m bench.coordination [--json]

The real attack is mixed into real organic tweets as `mix_attack.py` does (its first mention at the instant named), and
with its main wave at that instant; then with half of its accounts, with every time moved by up to five minutes and with
words dropped from its texts. The harmless crowds are invented here, each what a brand may see on a good day.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import tracemalloc
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from time import process_time

import msgspec

from tocsin.detection.coordination import Coordination
from tocsin.detection.coordination_rows import Finding, TracedMention
from tocsin.detection.traces import trace
from tocsin.flow import MemoryRows
from tocsin.instants import DAY_MS, HOUR_MS, MINUTE_MS, milliseconds, tick_end

DATA = Path(__file__).parents[2] / "shared" / "data"
ATTACK, ORGANIC = DATA / "coordination" / "kochfarms.csv", DATA / "airline" / "tweets.csv"
STARTS = ("2015-02-20T20:00:00+00:00", "2015-02-23T18:00:00+00:00")
#: From the attack's first mention to its main wave.
TO_THE_WAVE = timedelta(days=9, hours=7)
ATTACKER = "attacker-"

#: (posted_ms, author, text)
Post = tuple[int, str, str]


class Outcome(msgspec.Struct, frozen=True):
    """What was flagged of one stream, and what it cost."""

    stream: str
    mentions: int
    accounts: int
    flagged: int
    share: float
    organic_authors: int
    organic_flagged: int
    verdict: str
    findings: int
    first_minutes: float | None
    us_per_mention: float


def read_attack(start: datetime) -> list[Post]:
    with ATTACK.open(encoding="utf-8", newline="") as rows:
        posts = [
            (
                milliseconds(datetime.fromisoformat(row["publish_date"]).replace(tzinfo=UTC)),
                row["author_id"],
                row["content"],
            )
            for row in csv.DictReader(rows)
        ]
    shift = milliseconds(start) - min(posts)[0]
    return [(at + shift, ATTACKER + author, text) for at, author, text in posts]


def read_organic() -> list[Post]:
    west = timezone(timedelta(hours=-8))
    with ORGANIC.open(encoding="utf-8", newline="") as rows:
        return [
            (
                milliseconds(datetime.fromisoformat(row["tweet_created"][:19]).replace(tzinfo=west)),
                row["name"],
                row["text"],
            )
            for row in csv.DictReader(rows)
        ]


def mentions_of(posts: Iterable[Post]) -> list[TracedMention]:
    """What the author window would say of each."""
    days: dict[str, deque[int]] = defaultdict(deque)
    mentions = []
    for number, (at, author, text) in enumerate(sorted(posts)):
        day = days[author]
        is_new = not day
        day.append(at)
        while day[0] <= at - DAY_MS:
            day.popleft()
        mentions.append(
            TracedMention(at, author, f"m{number}", trace(text), is_new_author=is_new, author_mentions=len(day))
        )
    return mentions


def watch(mentions: Sequence[TracedMention]) -> tuple[list[Finding], Coordination]:
    """Feed ticks of ten seconds as the engine would."""
    ticks: dict[int, list[TracedMention]] = defaultdict(list)
    for mention in mentions:
        ticks[tick_end(mention.posted_ms)].append(mention)
    memory = Coordination(MemoryRows())
    findings: list[Finding] = []
    for tick in sorted(ticks):
        while (due := memory.due_ms()) is not None and tick_end(due) < tick:
            findings += filter(None, [memory.take(tick_end(due))])
        findings += filter(None, [memory.take(tick, ticks[tick])])
    while (due := memory.due_ms()) is not None:
        findings += filter(None, [memory.take(tick_end(due))])
    return findings, memory


def judge(stream: str, posts: Sequence[Post]) -> Outcome:
    mentions = mentions_of(posts)
    began = process_time()
    findings, _ = watch(mentions)
    took = process_time() - began
    named = {author for finding in findings for author in finding.flagged}
    authors = {mention.author for mention in mentions}
    attackers = {author for author in authors if author.startswith(ATTACKER)}
    waves = [mention.posted_ms for mention in mentions if mention.author in attackers]
    coordinated = [finding.at_ms for finding in findings if finding.verdict == "coordinated"]
    verdicts = {finding.verdict for finding in findings}
    worst = next((each for each in ("coordinated", "unclear") if each in verdicts), "organic")
    # The wave of the real attack begins nine days after its first mention; of an invented one at once.
    begins = min((at for at in waves if sum(at <= each < at + HOUR_MS for each in waves[:40]) >= 10), default=None)
    return Outcome(
        stream=stream,
        mentions=len(mentions),
        accounts=len(attackers),
        flagged=len(named & attackers),
        share=round(len(named & attackers) / len(attackers), 3) if attackers else 0.0,
        organic_authors=len(authors - attackers),
        organic_flagged=len(named - attackers),
        verdict=worst,
        findings=len(findings),
        first_minutes=round((coordinated[0] - begins) / MINUTE_MS, 1) if coordinated and begins else None,
        us_per_mention=round(took / len(mentions) * 1e6, 1),
    )


# --- the real attack ------------------------------------------------------------------------------------------------


def real_streams() -> Iterator[tuple[str, list[Post]]]:
    organic = read_organic()
    for text in STARTS:
        start = datetime.fromisoformat(text)
        yield f"attack from {start:%d %b %H:%M}", organic + read_attack(start)
        yield f"main wave at {start:%d %b %H:%M}", organic + read_attack(start - TO_THE_WAVE)
    attack = read_attack(datetime.fromisoformat(STARTS[1]) - TO_THE_WAVE)
    accounts = sorted({author for _, author, _ in attack})
    for seed in range(4):
        half = set(random.Random(seed).sample(accounts, len(accounts) // 2))
        yield f"half of the accounts, {seed}", organic + [post for post in attack if post[1] in half]
    for seed in range(2):
        choose = random.Random(seed)
        yield (
            f"times moved by ≤ 5 min, {seed}",
            organic + [(at + choose.randint(-300_000, 300_000), author, text) for at, author, text in attack],
        )
        yield (
            f"a word in eight dropped, {seed}",
            organic
            + [
                (at, author, " ".join(word for word in text.split() if choose.random() > 0.125))
                for at, author, text in attack
            ],
        )
    yield "organic alone", organic


# --- invented crowds ------------------------------------------------------------------------------------------------

_WORDS = """
    the a my our flight bag crew seat today again never always love hate wait hours gate phone agent help
    thanks please sorry best worst late early free upgrade why how when cannot will did was is not very
    really so much line desk ticket price refund delay storm kids family home trip work morning night food
    water app site card points
""".split()  # noqa: SIM905 (a list of sixty quoted words is not easier to read)


def _say(choose: random.Random, words: int) -> str:
    return " ".join(choose.choice(_WORDS) for _ in range(words))


def harmless_crowds() -> Iterator[tuple[str, list[Post]]]:
    choose = random.Random(1)
    at = milliseconds(datetime(2026, 3, 2, 12, tzinfo=UTC))

    def crowd(size: int, minutes: int, words: str, name: str = "someone") -> list[Post]:
        return [(at + choose.randrange(minutes * MINUTE_MS), f"{name}{n}", words) for n in range(size)]

    yield (
        "a meme, two hashtags",
        [
            (when, author, f"{_say(choose, 6)} #AcmeFail #OnFleek")
            for when, author, _ in crowd(4_000, 120, "") + crowd(1_500, 120, "")
        ],
    )
    yield "a giveaway, one sentence", crowd(5_000, 180, "I want to win the golden ticket of #Acme, pick me")
    yield (
        "a giveaway every hour, its regulars",
        [
            (when + hour * HOUR_MS, author, f"I want to win {_say(random.Random(hour), 5)} #Acme")
            for hour in range(6)
            for when, author, _ in crowd(900, 50, "")
            if choose.random() < 0.7
        ],
    )
    yield (
        "a petition's share button",
        crowd(
            800, 300, "I just signed: stop Acme from closing our town's only shop https://petition.example/p/77?s=tw"
        ),
    )
    yield (
        "twelve headlines, shared by readers",
        [
            (
                when + item * 20 * MINUTE_MS,
                f"reader{choose.randrange(3_000)}",
                f"Acme says {_say(random.Random(item), 8)} https://news.example/{item}",
            )
            for item in range(12)
            for when, _, _ in crowd(120, 90, "")
        ],
    )
    yield (
        "a match day, everybody tweets along",
        [
            (at + choose.randrange(2 * HOUR_MS), f"fan{choose.randrange(400)}", f"{_say(choose, 5)} #AcmeCup #Final")
            for _ in range(20_000)
        ],
    )
    yield (
        "quoted reshares",
        [
            (when, author, f"RT @acme: our fleet is on fleek #{n % 5}")
            for n, (when, author, _) in enumerate(crowd(900, 60, ""))
        ],
    )
    phrases = [_say(random.Random(n), choose.randint(3, 5)) for n in range(2_000)]
    yield (
        "a big brand's thanks and stock phrases",
        [
            (
                at + choose.randrange(4 * HOUR_MS),
                f"customer{min(20_000, int(20_000 * choose.random() ** 3))}",
                choose.choice(phrases[: int(choose.paretovariate(0.4))]) if choose.random() < 0.4 else _say(choose, 12),
            )
            for _ in range(40_000)
        ],
    )
    own = [(at + choose.randrange(HOUR_MS), f"author{n}", _say(choose, 9)) for n in range(600)]
    yield (
        "an account that parrots everybody",
        own
        + [(when + 5 * MINUTE_MS, f"parrot{n % 2}", text) for n, (when, _, text) in enumerate(own)]
        + [(when + HOUR_MS, author, _say(choose, 9)) for when, author, _ in own],
    )
    yield (
        "one person on three networks",
        [
            (at + n * HOUR_MS + place * 60_000, f"{place}|sam", text)
            for n, text in enumerate(phrases[:12])
            for place in range(3)
        ],
    )


def invented_attacks() -> Iterator[tuple[str, list[Post]]]:
    choose = random.Random(2)
    organic = next(harmless_crowds())[1]
    at = organic[0][0]
    for size, texts in ((8, 4), (60, 6), (1_000, 12)):
        said = [_say(random.Random(n), 10) for n in range(texts)]
        yield (
            f"{size} accounts, each {texts} texts in two hours",
            organic
            + [
                (
                    at + n * 10 * MINUTE_MS + choose.randrange(10 * MINUTE_MS),
                    f"{ATTACKER}{who}",
                    f"{choose.choice(('OMG ', '', 'wow '))}{text}",
                )
                for n, text in enumerate(said)
                for who in range(size)
            ],
        )


def measure_memory() -> tuple[int, float, float]:
    """One text by 100,000 authors, and 100,000 texts, in an hour: MB of each and µs for a mention of the first."""
    at = milliseconds(datetime(2026, 3, 2, 12, tzinfo=UTC))
    choose = random.Random(3)
    same = mentions_of([(at + n * 36, f"a{n}", "I want to win the golden ticket of Acme") for n in range(100_000)])
    various = mentions_of([(at + n * 36, f"a{n}", _say(choose, 12)) for n in range(100_000)])
    sizes = []
    for mentions in (same, various):
        tracemalloc.start()
        _, memory = watch(mentions)
        sizes.append(tracemalloc.get_traced_memory()[0] / 1e6)
        tracemalloc.stop()
        del memory
    began = process_time()
    watch(same)
    return round(sizes[0]), round(sizes[1]), round((process_time() - began) / len(same) * 1e6, 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.coordination", description="Accounts that are flagged.")
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each stream")
    parser.add_argument("--memory", action="store_true", help="also measure memory (a minute)")
    options = parser.parse_args()
    streams = [*invented_attacks(), *harmless_crowds()]
    if ATTACK.is_file() and ORGANIC.is_file():
        streams = [*real_streams(), *streams]
    elif not options.json:
        print("the real attack is not beside this checkout (shared/data): invented streams only")
    if not options.json:
        print(
            f"{'stream':44} {'mentions':>8} {'flagged':>11} {'share':>6} {'organic':>12} {'after':>8} {'µs':>5}"
            "  verdict"
        )
    for name, posts in streams:
        found = judge(name, posts)
        if options.json:
            print(json.dumps(msgspec.structs.asdict(found)))
            continue
        after = "" if found.first_minutes is None else f"{found.first_minutes:.0f} min"
        print(
            f"{name:44} {found.mentions:8,} {found.flagged:5,}/{found.accounts:5,} {found.share:6.3f} "
            f"{found.organic_flagged:5,}/{found.organic_authors:6,} {after:>8} {found.us_per_mention:5.1f}"
            f"  {found.verdict}"
        )
    if options.memory:
        same, various, us = measure_memory()
        print(f"100,000 mentions in an hour: {same} MB when all say the same ({us} µs each), {various} MB when none do")


if __name__ == "__main__":
    main()
