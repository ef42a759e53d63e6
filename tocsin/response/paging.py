"""Who is told of a crisis and when: pages step by step, updates, briefings. All of it by the escalation policy.

A page is due at an instant that stands in the crisis's row (`timers["page"]`, `stand`) and is carried out once, at that
instant. What keeps it back (`tocsin.response.suppression`) holds it: it goes out when that ends, if nobody has
acknowledged by then. Without an escalation for its brand and severity, a crisis pages nobody.
"""

from __future__ import annotations

from datetime import timedelta

from schemas.crisis import Page, Recipient
from tocsin.instants import instant, milliseconds
from tocsin.response.crisis_book import CrisisBook, is_active
from tocsin.response.escalation_policy import find_escalation, find_next_page, make_briefing, make_page, should_brief
from tocsin.response.plan import EscalationPolicy, Plan
from tocsin.response.rows import CrisisRow, Stand
from tocsin.response.severity import is_alarm, rank
from tocsin.response.suppression import COOL_DOWN, Suppressed, Suppression, count

_ONE_MS = timedelta(milliseconds=1)


class Pager:
    """Carries out escalation policies. Methods that begin with `start`, `follow` or `stop` prepare a crisis that is
    told of right after; the others tell.

    Args:
        plan: None pages nobody.
    """

    def __init__(self, plan: Plan | None, book: CrisisBook, suppression: Suppression) -> None:
        self._plan = plan
        self._book = book
        self._suppression = suppression
        self._people = {person.id: person for person in plan.people} if plan else {}

    # -- pages ---------------------------------------------------------------------------------------------------

    def find_policy(self, row: CrisisRow) -> EscalationPolicy | None:
        """The escalation for a crisis as bad as this one is now."""
        if self._plan is None or not is_alarm(row.crisis.severity):
            return None
        return find_escalation(self._plan, row.crisis.brand, row.crisis.severity)

    def start(self, row: CrisisRow, now_ms: int) -> None:
        """Escalation begins, or begins again: the first step is due when the group is complete, at once if critical.

        Soon after a page, one for the same severity or less waits for the end of the cool-down.
        """
        policy = self.find_policy(row)
        if policy is None:
            self.stop(row)
            return
        wait = timedelta() if row.crisis.severity == "critical" else policy.group_for
        due_ms = now_ms + _ms(max(wait, policy.steps[0].delay))
        cool_ms = row.paged_ms + _ms(policy.update_every)
        if row.paged_ms and rank(row.crisis.severity) <= row.paged_rank and due_ms < cool_ms:
            count(row, COOL_DOWN)
            due_ms = cool_ms
        self._schedule(row, policy, 1, 1, due_ms)

    def start_missing(self, now_ms: int) -> None:
        """Begin with the crises that were opened before there was an escalation for them."""
        for row in self._book.all():
            if row.crisis.status == "open" and not row.stand.policy and self.find_policy(row) is not None:
                self.start(row, now_ms)
                self._book.keep(row)

    def follow(self, row: CrisisRow, now_ms: int) -> None:
        """Bring the schedule of an open or acknowledged crisis in line with its severity, which has changed."""
        policy = self.find_policy(row)
        if row.crisis.status == "acknowledged":
            self._follow_acknowledged(row, policy, now_ms)
        elif policy is None:
            self.stop(row)
        elif "page" not in row.timers and not row.is_held:
            # All rounds are over, or there was nobody to page so far. Being less bad is no reason to page again.
            if rank(row.crisis.severity) > row.paged_rank:
                self.start(row, now_ms)
        elif policy.id != row.stand.policy:
            self.start(row, now_ms)
        elif row.crisis.severity == "critical" and row.stand == Stand(policy.id, 1, 1) and not row.is_held:
            self._schedule(row, policy, 1, 1, min(row.timers["page"], now_ms + _ms(policy.steps[0].delay)))

    def stop(self, row: CrisisRow) -> None:
        """Nobody is paged any more."""
        row.timers.pop("page", None)
        row.is_held = False
        row.crisis = row.crisis.replace(next_page=None)

    def acknowledge(self, row: CrisisRow, now_ms: int) -> None:
        """Escalation stops where it stands until the acknowledgement expires; what a person does, puts that off."""
        self.stop(row)
        policy = self.find_policy(row)
        if policy is None:
            row.timers.pop("acknowledgement", None)
            row.crisis = row.crisis.replace(acknowledgement_expires_at=None)
        else:
            self._let_expire(row, policy, now_ms + _ms(policy.acknowledgement_lifetime))

    def expire(self, row: CrisisRow, now_ms: int) -> None:
        """An acknowledgement expires: escalation goes on with the step that was to come."""
        owner = row.crisis.owner
        policy = self.find_policy(row)
        if policy is None:
            self.stop(row)
        else:
            step, round = self._resumption(row, policy)
            self._schedule(row, policy, step, round, now_ms)
        since = f"{row.crisis.acknowledged_at:%H:%M} UTC" if row.crisis.acknowledged_at else "then"
        why = f"{owner} acknowledged it at {since}, and nothing was done for too long"
        self._book.tell(
            row, "crisis.acknowledgement_expired", now_ms, (why,), acknowledged_at=None, acknowledgement_expires_at=None
        )
        self.page_if_due(row, now_ms)

    def page_if_due(self, row: CrisisRow, now_ms: int) -> None:
        """Carry out a step that is due now: a critical crisis does not wait for the watermark."""
        if row.timers.get("page", now_ms + 1) <= now_ms:
            self.page(row, now_ms)

    def page(self, row: CrisisRow, now_ms: int) -> None:
        """Carry out the step that is due, or hold it back."""
        policy = self.find_policy(row)
        if policy is None:
            self.stop(row)
            self._book.keep(row)
            return
        stand = row.stand if row.stand.policy == policy.id and row.stand.step else Stand(policy.id, 1, 1)
        found = self._find_suppression(row, now_ms)
        if found is not None:
            count(row, found.reason)
            self._hold(row, policy, stand, found)
            self._book.keep(row)
            return
        page = self._make(row, policy, stand.step, stand.round, now_ms)
        assert self._plan is not None
        following = find_next_page(self._plan, policy, stand.step, stand.round, instant(now_ms))
        row.is_held = False
        if following is None:
            self.stop(row)
            row.stand = Stand(policy.id)
        else:
            step, round, at = following
            self._schedule(row, policy, step, round, milliseconds(at))
        row.paged_ms, row.paged_rank = now_ms, rank(row.crisis.severity)
        self._book.tell(row, "crisis.paged", now_ms, (page.why,), page=page)
        self.page_if_due(row, now_ms)  # the next step comes together with it, or it has found nobody

    def review_held(self, brand: str, now_ms: int) -> None:
        """Something has changed for a brand: let those pages go that nothing keeps back any more."""
        for row in sorted((row for row in self._book.of(brand) if row.is_held), key=lambda row: row.crisis.id):
            policy = self.find_policy(row)
            if policy is None:
                self.stop(row)
            elif found := self._find_suppression(row, now_ms):
                if row.timers.get("page") == found.until_ms:
                    continue
                self._hold(row, policy, row.stand, found)
            else:
                row.is_held = False
                self._schedule(row, policy, row.stand.step, row.stand.round, now_ms)
            self._book.keep(row)

    def find_recipient(self, person_id: str, why: str) -> Recipient | None:
        """Somebody of the plan; None: a name that it does not hold."""
        person = self._people.get(person_id)
        return Recipient(person=person.id, notifiers=person.notifiers, why=why) if person else None

    def make_notice(self, row: CrisisRow, now_ms: int, why: str, people: tuple[str, ...]) -> Page | None:
        """People who are told beside the steps; None: none of them is in the plan."""
        found = tuple(each for person in people if (each := self.find_recipient(person, why)))
        return Page(policy=row.stand.policy, step=0, at=instant(now_ms), recipients=found, why=why) if found else None

    # -- updates and briefings -----------------------------------------------------------------------------------

    def note_change(self, row: CrisisRow, now_ms: int) -> None:
        """A crisis has changed without an event: people hear of it in an update, and stakeholders in a briefing."""
        row.changes += 1
        policy = self.find_policy(row)
        if policy is None or not is_active(row):
            return
        if row.crisis.status != "contained" and "update" not in row.timers:
            row.timers["update"] = max(now_ms, row.told_ms + _ms(policy.update_every))
        self.start_briefing(row, now_ms)

    def start_briefing(self, row: CrisisRow, now_ms: int) -> None:
        """Stakeholders hear of it as soon as it is bad enough for them, then at intervals while there is news."""
        policy = self.find_policy(row)
        if policy is None or policy.stakeholders is None or "briefing" in row.timers:
            return
        if should_brief(policy.stakeholders, row.crisis.severity):
            first_ms = now_ms + (0 if row.crisis.severity == "critical" else _ms(policy.group_for))
            next_ms = row.briefed_ms + _ms(policy.stakeholders.every) if row.briefed_ms else 0
            row.timers["briefing"] = max(first_ms, next_ms)

    def update(self, row: CrisisRow, now_ms: int) -> None:
        """Tell what has changed since people last heard of it."""
        policy = self.find_policy(row)
        if policy is None or not row.changes:
            self._book.keep(row)
            return
        due_ms = row.told_ms + _ms(policy.update_every)
        if now_ms < due_ms:  # people have heard of it since
            row.timers["update"] = due_ms
            self._book.keep(row)
            return
        news = f"{row.changes} more signal{'s' if row.changes > 1 else ''} since the last message"
        self._book.tell(row, "crisis.updated", now_ms, (news, *row.crisis.reasons))

    def brief(self, row: CrisisRow, now_ms: int) -> None:
        """Send the digest to stakeholders, unless it is no longer bad enough for them or kept back."""
        policy = self.find_policy(row)
        if policy is None or not should_brief(policy.stakeholders, row.crisis.severity):
            self._book.keep(row)
            return
        found = self._find_suppression(row, now_ms)
        if found is not None:
            count(row, found.reason)
            if found.until_ms is not None:
                row.timers["briefing"] = found.until_ms
            self._book.keep(row)
            return
        assert self._plan is not None
        page = make_briefing(self._plan, policy, instant(now_ms))
        assert page is not None
        row.briefed_ms = now_ms
        self._book.tell(row, "crisis.briefed", now_ms, (page.why,), page=page)

    # -- how it is done ------------------------------------------------------------------------------------------

    def _follow_acknowledged(self, row: CrisisRow, policy: EscalationPolicy | None, now_ms: int) -> None:
        """Who is told when the acknowledgement expires depends on how bad it is."""
        expires_ms = row.timers.get("acknowledgement")
        if policy is not None and expires_ms is not None:
            self._let_expire(row, policy, expires_ms)
        elif policy is not None:
            self.acknowledge(row, now_ms)
        else:
            row.crisis = row.crisis.replace(next_page=None)

    def _let_expire(self, row: CrisisRow, policy: EscalationPolicy, expires_ms: int) -> None:
        row.timers["acknowledgement"] = expires_ms
        step, round = self._resumption(row, policy)
        page = self._make(row, policy, step, round, expires_ms)
        row.crisis = row.crisis.replace(acknowledgement_expires_at=instant(expires_ms), next_page=page)

    def _resumption(self, row: CrisisRow, policy: EscalationPolicy) -> tuple[int, int]:
        """With which step and round escalation goes on: where it stood, if that was in the same policy."""
        is_same = row.stand.policy == policy.id and row.stand.step > 0
        return (row.stand.step, row.stand.round) if is_same else (1, 1)

    def _schedule(self, row: CrisisRow, policy: EscalationPolicy, step: int, round: int, due_ms: int) -> None:
        row.stand = Stand(policy.id, step, round)
        row.is_held = False
        row.timers["page"] = due_ms
        row.crisis = row.crisis.replace(next_page=self._make(row, policy, step, round, due_ms))

    def _hold(self, row: CrisisRow, policy: EscalationPolicy, stand: Stand, found: Suppressed) -> None:
        """A page waits for the end of what keeps it back."""
        if found.until_ms is None:
            self.stop(row)  # when a bigger crisis will be over is not known
            row.stand = stand
        else:
            self._schedule(row, policy, stand.step, stand.round, found.until_ms)
        row.is_held = True

    def _find_suppression(self, row: CrisisRow, now_ms: int) -> Suppressed | None:
        found = self._suppression.find(row, now_ms)
        return found or self._suppression.find_inhibition(row, self._book.of(row.crisis.brand))

    def _make(self, row: CrisisRow, policy: EscalationPolicy, step: int, round: int, at_ms: int) -> Page:
        """A page as the plan has it at that instant; who owns the crisis already comes first."""
        assert self._plan is not None
        page = make_page(self._plan, policy, step, round, instant(at_ms))
        owner = self.find_recipient(row.crisis.owner, "owner of the crisis")
        if owner is None:
            return page
        others = tuple(each for each in page.recipients if each.person != owner.person)
        return page.replace(recipients=(owner, *others))


def _ms(span: timedelta) -> int:
    return span // _ONE_MS
