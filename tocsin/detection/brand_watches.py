"""What is watched of a brand as a whole, mention by mention: accounts that act alike, influence, reshares.

Each watch is told once a tick what was heard, in any order, and answers with signals. What must survive is in its
rows: `g|brand` how far its authors reach, `v|brand|mention` a cascade, `o|brand|` what coordination remembers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import attrgetter

from schemas.mention import WHOLE_BRAND
from schemas.signal import Signal
from tocsin.detection.coordination import Coordination
from tocsin.detection.coordination_rows import Finding
from tocsin.detection.influence import DEFAULT as INFLUENCE
from tocsin.detection.influence import Influence, LoneVerdict, judge_influence, judge_lone_author
from tocsin.detection.telling import Voice
from tocsin.detection.topic_rows import CascadeRow, ReachRow
from tocsin.detection.virality import Cascade, Projection, Spread
from tocsin.flow import Rows
from tocsin.instants import DAY_MS, digest, instant

#: A finding of these kinds has no end of its own: it counts for so long.
LASTS_MINUTES = 240

#: An author is told of once in this time.
_AGAIN_MS = DAY_MS

#: Before that it is not known who is unusual for the brand: such authors are watched, and raise no alarm.
_REACH_KNOWN_DAYS = 7.0

#: Cascades remembered of a brand, and for how long after the newest reshare.
CASCADES_LIMIT = 256
_CASCADE_MS = 2 * DAY_MS

#: What is known is told again when it has grown by two thirds, as bursts are.
_GROWTH = 1.65
_FEWEST_RESHARES = 10

_ORDER = attrgetter("posted_ms", "mention", "is_update")


class BrandWatches:
    """The watches of one brand.

    Args:
        brand: its id.
    """

    def __init__(self, rows: Rows, brand: str) -> None:
        self._rows = rows
        self._brand = brand
        self._coordination = Coordination(rows, f"o|{brand}|")
        self._reach: ReachRow = rows.get(f"g|{brand}") or ReachRow()
        prefix = f"v|{brand}|"
        self._cascades: dict[str, CascadeRow] = {key[len(prefix) :]: row for key, row in rows.items(prefix)}
        self._newest = {key: row.cascade.newest_ms for key, row in self._cascades.items()}

    def turn(self, heard: Sequence[Voice], tick_ms: int) -> list[Signal]:
        """What one tick says; ticks rise."""
        in_order = sorted(heard, key=_ORDER)
        signals = [*self._watch_accounts(in_order, tick_ms)]
        signals += self._watch_influence(in_order, tick_ms)
        signals += self._watch_reshares(in_order, tick_ms)
        return signals

    def due_ms(self) -> int | None:
        """When `turn` should be called even if nothing comes; None when nothing waits."""
        return self._coordination.due_ms()

    def forget(self) -> None:
        """Delete every row of a brand of which nothing was heard for long; nothing is asked of these watches then."""
        brand = self._brand
        for prefix in (f"v|{brand}|", f"o|{brand}|"):
            for key, _ in list(self._rows.items(prefix)):
                self._rows.delete(key)
        self._rows.delete(f"g|{brand}")

    # --- accounts that act alike ---------------------------------------------------------------------------------

    def _watch_accounts(self, heard: Iterable[Voice], tick_ms: int) -> Iterable[Signal]:
        finding = self._coordination.take(tick_ms, [each for each in heard if not each.is_update])
        if finding is not None and finding.verdict != "organic":
            yield self._tell_accounts(finding)

    def _name_verdict(self, finding: Finding) -> str:
        """A group that is known already is news again when it has grown by two thirds."""
        row = self._reach
        if finding.verdict != "coordinated":
            return finding.verdict
        if 2 * finding.accounts < row.alike:  # most of it was forgotten: it begins again
            row.alike = 0
        if finding.accounts < _GROWTH * row.alike:
            return "known"
        row.alike = finding.accounts
        self._rows.put(f"g|{self._brand}", row)
        return finding.verdict

    def _tell_accounts(self, finding: Finding) -> Signal:
        episode = digest("coordination", self._brand, str(finding.at_ms // DAY_MS))
        return Signal(
            id=digest(episode, str(finding.at_ms)),
            episode=episode,
            kind="coordination",
            brand=self._brand,
            topic=WHOLE_BRAND,
            tick_at=instant(finding.at_ms),
            span_minutes=24 * 60,
            current=float(finding.accounts),
            ratio=float(finding.accounts),
            mentions=sum(finding.kinds.values()),
            distinct_authors=finding.accounts,
            reasons=finding.reasons,
            authors=finding.flagged,
            evidence=finding.mentions,
            verdict=self._name_verdict(finding),
            lasts_minutes=LASTS_MINUTES,
        )

    # --- influence -----------------------------------------------------------------------------------------------

    def _watch_influence(self, heard: Iterable[Voice], tick_ms: int) -> Iterable[Signal]:
        row, changed = self._reach, False
        row.usual.fade(tick_ms)
        for each in heard:
            if each.is_update or not each.followers or each.relation == "official":
                continue
            if each.author_mentions == 1:
                row.usual.add(each.followers)
                changed = True
            if not each.is_negative or each.followers < INFLUENCE.notable_followers:
                continue
            if tick_ms - row.told.get(each.author, 0) < _AGAIN_MS:
                continue
            influence = judge_influence(each.followers, row.usual)
            verdict = judge_lone_author(influence, hour=each.author_mentions, day=each.author_mentions)
            if verdict.attention != "none" and influence.level != "ordinary":
                row.told[each.author], changed = tick_ms, True
                if row.usual.days < _REACH_KNOWN_DAYS:
                    verdict = LoneVerdict(
                        "watch", (*verdict.reasons, "how far its authors reach is still being learned")
                    )
                yield self._tell_influence(each, influence, verdict, tick_ms)
        if changed:
            row.told = {author: at for author, at in row.told.items() if tick_ms - at < _AGAIN_MS}
            self._rows.put(f"g|{self._brand}", row)

    def _tell_influence(self, each: Voice, influence: Influence, verdict: LoneVerdict, tick_ms: int) -> Signal:
        episode = digest("influence", self._brand, each.mention)
        profiles = (each.profile,) if each.profile is not None else ()
        known = [reason for profile in profiles for reason in profile.reasons]
        return Signal(
            id=episode,
            episode=episode,
            kind="influence",
            brand=self._brand,
            topic=WHOLE_BRAND,
            tick_at=instant(tick_ms),
            current=float(each.followers),
            ratio=1.0,
            mentions=1,
            negatives=1,
            distinct_authors=1,
            distinct_negative_authors=1,
            negative_share=1.0,
            reach=each.followers,
            reasons=tuple(dict.fromkeys((*verdict.reasons, *influence.reasons, *known))),
            authors=(each.author,),
            evidence=(each.mention,) if each.has_evidence else (),
            sources={each.source: 1},
            source_kinds={each.source_kind: 1},
            verdict=verdict.attention,
            profiles=profiles,
            lasts_minutes=LASTS_MINUTES,
        )

    # --- reshares ------------------------------------------------------------------------------------------------

    def _watch_reshares(self, heard: Iterable[Voice], tick_ms: int) -> Iterable[Signal]:
        touched: dict[str, CascadeRow] = {}
        for each in heard:
            if each.reshare_of:
                row = touched[each.reshare_of] = self._cascade(each.reshare_of, each.posted_ms)
                if not row.cascade.counted:  # a service that counts reshares has counted this one
                    row.cascade.reshare(each.posted_ms, each.followers)
                row.heard += 1
                row.negatives += each.is_negative
            elif each.is_update and each.reshares:
                row = touched[each.mention] = self._cascade(each.mention, each.posted_ms, each)
                if not row.cascade.count:
                    row.cascade.observe(each.reshares, tick_ms)
        for mention in sorted(touched):
            row = touched[mention]
            if row.cascade.is_due():
                yield from self._judge(mention, row, tick_ms)
            self._newest[mention] = row.cascade.newest_ms
            self._rows.put(f"v|{self._brand}|{mention}", row)
        if touched:
            self._forget(tick_ms)

    def _cascade(self, mention: str, posted_ms: int, heard: Voice | None = None) -> CascadeRow:
        row = self._cascades.get(mention)
        if row is None:
            row = self._cascades[mention] = CascadeRow(Cascade(posted_ms))
        if heard is not None:
            row.author, row.has_evidence = heard.author, heard.has_evidence
            row.negatives, row.heard = int(heard.is_negative), 1
        return row

    def _judge(self, mention: str, row: CascadeRow, tick_ms: int) -> Iterable[Signal]:
        spread = row.cascade.judge(tick_ms)
        if not spread.is_supercritical or spread.reshares < max(_FEWEST_RESHARES, _GROWTH * row.told):
            return
        state_is_new = not row.told
        row.told = spread.reshares
        yield self._tell_spread(mention, row, spread, row.cascade.project(tick_ms, spread), tick_ms, state_is_new)

    def _tell_spread(
        self, mention: str, row: CascadeRow, spread: Spread, projection: Projection, tick_ms: int, is_new: bool
    ) -> Signal:
        episode = digest("virality", self._brand, mention)
        return Signal(
            id=digest(episode, str(tick_ms)),
            episode=episode,
            kind="virality",
            state="raised" if is_new else "grown",
            brand=self._brand,
            topic=WHOLE_BRAND,
            tick_at=instant(tick_ms),
            current=float(spread.reshares),
            ratio=spread.branching,
            mentions=row.heard,
            negatives=row.negatives,
            negative_share=row.negatives / max(1, row.heard),
            reach=spread.reach,
            projected_reach=projection.reach,
            reasons=(*spread.reasons, *projection.reasons),
            authors=(row.author,) if row.author else (),
            evidence=(mention,),
            lasts_minutes=LASTS_MINUTES,
        )

    def _forget(self, tick_ms: int) -> None:
        """Keep the newest cascades."""
        newest = self._newest
        excess, too_old = len(newest) - CASCADES_LIMIT, tick_ms - _CASCADE_MS
        times = sorted(newest.values())
        # Beyond the limit the oldest go, else those that are too old; of equal ones the last by name.
        if excess <= bisect_left(times, too_old):
            if times[0] >= too_old:
                return
            old = [key for key, at_ms in newest.items() if at_ms < too_old]
        else:
            last = times[excess - 1]
            old = [key for key, at_ms in newest.items() if at_ms < last]
            ties = sorted(key for key, at_ms in newest.items() if at_ms == last)
            old += ties[len(ties) - (excess - len(old)) :]
        for key in old:
            del self._cascades[key], newest[key]
            self._rows.delete(f"v|{self._brand}|{key}")
