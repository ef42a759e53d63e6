"""How viral will it be? Our forecast against SEISMIC's own and naive ones, on simulated cascades; and what each costs.

    python -m bench.virality [--cascades 150] [--json]

The cascades are simulated with SEISMIC's kernel: the world that it assumes, and others, where followers are unknown or
spread wide, or attention fades within hours. Every method sees the same reshares; the truth is the count after 7 days.
SEISMIC is its published estimator and closed form, told the true mean of followers. Times are CPU times, the fastest
of three turns.
"""

import argparse
import json
import math
import random
import statistics
from collections.abc import Callable, Iterable
from time import process_time

from msgspec import Struct, structs

from schemas.mention import Author, TopicMention
from tocsin.detection.distinct import class_of
from tocsin.detection.influence import BrandReach, judge_influence
from tocsin.detection.profile import Heard, Relations, profile_author
from tocsin.detection.reactions import draw_delay, due, outstanding
from tocsin.detection.stories import Wave
from tocsin.detection.telling import Voice
from tocsin.detection.terms import TermCounts, UsualTerms, distinctive, own_words, terms_of
from tocsin.detection.virality import Cascade
from tocsin.detection.watchlist import Brand, Watchlist
from tocsin.instants import DAY_MS, SECOND_MS, instant

HORIZON_S = 7 * 86_400.0
LOOKS_S = (1_800, 3_600, 10_800)
FEWEST_SEEN = 10
TURNS = 3
LARGEST = 50_000
WORDS = "flight bag delay phone hold crew seat ticket gate refund staff app price train luggage wifi meal food"
SYLLABLES = "giao hàng chậm nhân viên thô lỗ máy lạnh hỏng không được hoàn tiền cửa dịch vụ sản phẩm tệ"
MEAN_FOLLOWERS = 300.0

Reshare = tuple[float, int]


class World(Struct, frozen=True):
    """How cascades branch: reshares a reshare, spread of log followers, half-life of attention, what is known."""

    name: str
    branching: float
    spread: float = 1.0
    half_life_h: float = math.inf
    is_known: bool = True
    followers: int = 20_000


WORLDS = (
    World("dies out (.3)", 0.3),
    World("ordinary (.6)", 0.6),
    World("ordinary, followers unknown", 0.6, is_known=False),
    World("ordinary, a few giants", 0.6, spread=1.8),
    World("long-lived (.9)", 0.9),
    World("fading in 12 h (.8)", 0.8, half_life_h=12),
    World("fading in 3 h (.8)", 0.8, half_life_h=3),
    World("viral, fading in 12 h (1.5)", 1.5, half_life_h=12, followers=5_000),
    World("viral, fading in 12 h (2)", 2.0, half_life_h=12, followers=5_000),
)


class Row(Struct, frozen=True):
    """Median relative errors of the final count at one look, the share of 80 % intervals that held, supercritical."""

    world: str
    minutes: int
    cascades: int
    ours: float
    seismic: float
    doubling: float
    log_time: float
    held: float
    supercritical: float


def simulate(world: World, rng: random.Random) -> list[Reshare]:
    """Seconds and followers of all reshares of a mention."""
    mean = math.log(MEAN_FOLLOWERS) - world.spread**2 / 2
    reshares: list[Reshare] = []
    shown = [(0.0, world.followers)]
    while shown and len(reshares) < LARGEST:
        at, followers = shown.pop()
        for _ in range(draw_poisson(world.branching / MEAN_FOLLOWERS * followers, rng)):
            later = at + draw_delay(rng.random())
            if later < HORIZON_S and rng.random() < 0.5 ** (later / 3600 / world.half_life_h):
                reshare = (later, max(1, round(rng.lognormvariate(mean, world.spread))))
                reshares.append(reshare)
                shown.append(reshare)
    return sorted(reshares)


def draw_poisson(mean: float, rng: random.Random) -> int:
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    threshold, count, product = math.exp(-mean), 0, rng.random()
    while product > threshold:
        count, product = count + 1, product * rng.random()
    return count


def extrapolate_doubling(seen: int, seen_at_half: int, at_s: float) -> float:
    """Naive: from half the time until now it grew by a factor; with every doubling of time it will again."""
    return float(seen * (HORIZON_S / at_s) ** math.log2(seen / max(1, seen_at_half)))


def extrapolate_log_time(seen: int, seen_at_half: int, at_s: float) -> float:
    """Less naive: every doubling of time will add as many as the last one did."""
    return seen + (seen - seen_at_half) * math.log2(HORIZON_S / at_s)


def forecast_seismic(seen: list[Reshare], world: World, at_s: float) -> float:
    """Zhao et al. (2015) as published: raw infectiousness in a triangular window, then the closed form."""
    shown = [(0.0, world.followers), *seen] if world.is_known else [(at, round(MEAN_FOLLOWERS)) for at, _ in seen]
    window = min(max(at_s / 2, 300.0), 7_200.0)
    near = [1.0 - (at_s - at) / window for at, _ in seen if at_s - at < window]
    if len(near) < 5:
        window = at_s - seen[-5][0]
        near = [1.0 - (at_s - at) / window for at, _ in seen[-5:]]
    infectiousness = sum(near) / sum(followers * due(at_s - at, window) for at, followers in shown)
    branching = infectiousness * MEAN_FOLLOWERS
    coming = infectiousness * sum(followers * outstanding(at_s - at) for at, followers in shown)
    return len(seen) + coming / (1.0 - branching) if branching < 1.0 else math.inf


def measure(world: World, cascades: int) -> Iterable[Row]:
    rng = random.Random(7)
    worlds = [simulate(world, rng) for _ in range(cascades)]
    for look_s in LOOKS_S:
        errors: list[tuple[float, ...]] = []
        for reshares in worlds:
            seen = [each for each in reshares if each[0] < look_s]
            if len(seen) < FEWEST_SEEN or len(reshares) >= LARGEST:
                continue
            cascade = Cascade(0, world.followers)
            for at, followers in seen:
                cascade.reshare(int(at * SECOND_MS), followers if world.is_known else None)
            spread = cascade.judge(look_s * SECOND_MS)
            told = cascade.project(look_s * SECOND_MS, spread)
            final, half = len(reshares), sum(at < look_s / 2 for at, _ in seen)
            guesses = (
                float(told.reshares),
                forecast_seismic(seen, world, look_s),
                extrapolate_doubling(len(seen), half, look_s),
                extrapolate_log_time(len(seen), half, look_s),
            )
            held = told.reshares_low <= final <= told.reshares_high
            errors.append((*(abs(guess - final) / final for guess in guesses), held, spread.is_supercritical))
        if errors:
            *of_guesses, held_all, super_all = zip(*errors, strict=True)
            ours, seismic, doubling, log_time = (round(statistics.median(column), 2) for column in of_guesses)
            yield Row(
                world=world.name,
                minutes=look_s // 60,
                cascades=len(errors),
                ours=ours,
                seismic=seismic,
                doubling=doubling,
                log_time=log_time,
                held=round(statistics.mean(held_all), 2),
                supercritical=round(statistics.mean(super_all), 2),
            )


class Cost(Struct, frozen=True):
    what: str
    microseconds: float
    promise: float


def time_each(work: Callable[[], int]) -> float:
    """Microseconds an item: the fastest of some turns."""
    best = math.inf
    for _ in range(TURNS):
        started = process_time()
        items = work()
        best = min(best, (process_time() - started) / items)
    return round(best * 1e6, 2)


def costs() -> Iterable[Cost]:
    """What one mention, reshare or judgement costs."""
    rng = random.Random(3)
    reshares = [(int(rng.expovariate(1e-7) * 10), rng.randrange(2_000)) for _ in range(20_000)]
    words = WORDS.split()
    texts = [" ".join([*rng.choices(words, k=14), f"word{rng.randrange(3_000)}", "#tag"]) for _ in range(5_000)]
    syllables = SYLLABLES.split()
    vietnamese = [" ".join(rng.choices(syllables, k=18)) for _ in range(5_000)]
    brand = Brand(id="acme", name="Acme Air", handles=("@AcmeAir",), official_accounts=("@AcmeAir",))
    own, relations = own_words(brand), Relations(Watchlist(brands=(brand,)))
    mentions = [
        TopicMention(
            mention=f"x|{number}",
            author=f"x|a{rng.randrange(4_000)}",
            brand="acme",
            topic="*",
            posted_at=instant(number),
            source=rng.choice("xyz"),
            label=rng.choice(("negative", "neutral")),
            weight=rng.random() * 9,
            reach=rng.randrange(5_000),
            fingerprint=f"f{rng.randrange(3_000)}",
        )
        for number in range(10_000)
    ]
    reach, account = BrandReach(), Author(id="1", handle="jane84756103", name="", followers=0)

    def reshare() -> int:
        cascade = Cascade(0, 5_000)
        for at_ms, followers in reshares:
            cascade.reshare(at_ms, followers)
        return len(reshares)

    def live() -> int:
        """Reshares in their order, judged at the ticks at which it is due."""
        cascade = Cascade(0, 5_000)
        for at_ms, followers in ordered:
            cascade.reshare(at_ms, followers)
            if cascade.is_due():
                cascade.judge(at_ms)
        return len(ordered)

    ordered = sorted(reshares)
    grown = Cascade(0, 5_000)
    for at_ms, followers in ordered:
        grown.reshare(at_ms, followers)
    now_ms = ordered[-1][0]
    spread = grown.judge(now_ms)

    def count_terms(language: str, texts: list[str]) -> int:
        counts = TermCounts()
        for number, text in enumerate(texts):
            counts.add(f"m{number}", terms_of(text, language, own))
        return len(texts)

    def wave() -> int:
        shown = Wave()
        for number, mention in enumerate(mentions):
            shown.hear(Voice.of(mention, number), class_of(mention.mention))
        return len(mentions)

    def add_reach() -> int:
        for mention in mentions:
            reach.add(mention.reach)
        return len(mentions)

    def repeat(work: Callable[[], object], times: int) -> Callable[[], int]:
        def run() -> int:
            for _ in range(times):
                work()
            return times

        return run

    yield Cost("virality: a reshare, in any order", time_each(reshare), 3.0)
    yield Cost("virality: a reshare, with the judgements that are due", time_each(live), 3.0)
    yield Cost("virality: one judgement", time_each(repeat(lambda: grown.judge(now_ms), 50)), 0.0)
    yield Cost("virality: one projection", time_each(repeat(lambda: grown.project(now_ms, spread), 20)), 0.0)
    yield Cost("terms: a mention, English", time_each(lambda: count_terms("en", texts)), 10.0)
    yield Cost("terms: a mention, Vietnamese", time_each(lambda: count_terms("vi", vietnamese)), 10.0)
    burst, usual = TermCounts(), UsualTerms()
    for number, text in enumerate(texts):
        burst.add(f"m{number}", terms_of(text, "en", own))
    yield Cost("terms: one hour learned", time_each(repeat(lambda: usual.learn(burst), 10)), 0.0)
    yield Cost("terms: the distinctive ones of a burst", time_each(repeat(lambda: distinctive(burst, usual), 10)), 0.0)
    yield Cost("stories: a mention", time_each(wave), 3.0)
    yield Cost("influence: an author counted", time_each(add_reach), 3.0)
    reach.fade(DAY_MS)
    yield Cost("influence: an author judged", time_each(repeat(lambda: judge_influence(900, reach), 2_000)), 3.0)
    yield Cost("influence: a great one", time_each(repeat(lambda: judge_influence(90_000, reach), 2_000)), 0.0)
    profiled = lambda: profile_author("x|7", account, Heard(), 0, brand="acme", relations=relations)  # noqa: E731
    yield Cost("profile: an author", time_each(repeat(profiled, 2_000)), 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.virality", description="Forecasts of reshares, and costs.")
    parser.add_argument("--cascades", type=int, default=150, help="simulated cascades of each world")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    rows = [row for world in WORLDS for row in measure(world, options.cascades)]
    spent = list(costs())
    if options.json:
        print(
            json.dumps({"errors": [structs.asdict(row) for row in rows], "costs": [structs.asdict(c) for c in spent]})
        )
        return
    print("median relative error of the count after 7 days; share of 80 % intervals that held; called supercritical")
    heads = f"{'ours':>6} {'SEISMIC':>8} {'doubling':>8} {'log time':>8} {'held':>5} super"
    print(f"  {'world':<28} {'at':>7} {'n':>4} {heads}")
    for row in rows:
        print(
            f"  {row.world:<28} {row.minutes:>3} min {row.cascades:>4} {row.ours:>6.2f} {row.seismic:>8.2f} "
            f"{row.doubling:>8.2f} {row.log_time:>8.2f} {row.held:>5.2f} {row.supercritical:>5.2f}"
        )
    print("cost, µs")
    for cost in spent:
        print(f"  {cost.what:<54} {cost.microseconds:>8.2f}{f'  (≤ {cost.promise:g})' if cost.promise else ''}")


if __name__ == "__main__":
    main()
