"""The senders: bring pending deliveries to their notifiers, each at its own pace, and write down what became of them.

Each notifier has a desk of its own with its own slots: one that is slow, dead or misconfigured holds up no other. At
a desk the events of one crisis go out one after the other, in their order; different crises side by side, the worst
first. A digest makes no promise of order, and takes no slot from a page. A page that does not get to its person in
time is handed over to the next way that this person named.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from schemas.crisis import SEVERITIES, Delivery
from tocsin import metrics
from tocsin.notifiers.attempt import Attempts, DeliveryBook, NoLongerOurs
from tocsin.notifiers.notifier import Notifier
from tocsin.notifiers.retry import DeliveryPolicy, is_due
from tocsin.response.message.message import Message

log = logging.getLogger(__name__)

#: The longest time between two looks at the book: back-offs end and pages go stale without anybody calling `wake`.
_LONGEST_WAIT = timedelta(seconds=5)


class _Desk:
    """One notifier, and what is under way for it."""

    def __init__(self, notifier: Notifier, policy: DeliveryPolicy) -> None:
        self.notifier = notifier
        self.policy = policy
        self.slots = asyncio.Semaphore(policy.concurrency)
        self.lanes: dict[str, asyncio.Task[None]] = {}
        self.digest: asyncio.Task[None] | None = None
        self.digest_at: datetime | None = None
        self.rests_until: datetime | None = None
        #: Keys that were handed to another desk while a lane here was still waiting for its turn with them.
        self.passed_on: set[str] = set()

    def is_resting(self, now: datetime) -> bool:
        return self.rests_until is not None and now < self.rests_until

    def is_overdue(self, delivery: Delivery, now: datetime) -> bool:
        """Whether the next way to its person has to be tried."""
        is_held_up = self.is_resting(now) or self.slots.locked()
        return self.policy.is_overdue(delivery, now, is_held_up=is_held_up)


class Courier:
    """Works until it is stopped: `run` in a task, `wake` when there may be something new, `stop` at the end.

    Args:
        notifiers: by unique names; a delivery for any other name becomes a dead letter.
        book: the table of deliveries.
        compose: what a delivery says to its reader.
        policies: how patient we are with a notifier, by its name; those not named have `DeliveryPolicy()`.
        stop_within: what is under way when we stop may take so long to end.
        now: wall time in UTC, as Kafka's (it is compared with append times).
        chance: of the jitter.
    """

    def __init__(
        self,
        notifiers: Iterable[Notifier],
        book: DeliveryBook,
        compose: Callable[[Delivery], Message],
        policies: Mapping[str, DeliveryPolicy] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: random.Random | None = None,
        stop_within: timedelta = timedelta(seconds=5),
    ) -> None:
        policies = policies or {}
        self._desks = {each.name: _Desk(each, policies.get(each.name, DeliveryPolicy())) for each in notifiers}
        self._stop_within = stop_within.total_seconds()
        self._book = book
        self._now = now
        self._attempts = Attempts(book, compose, now, chance or random.Random())
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_hand: set[str] = set()
        self._woken = asyncio.Event()
        self._stopping = False
        self._failure: BaseException | None = None
        for name in self._desks:  # a series that starts at its first failure looks like no change to an alert rule
            for outcome in metrics.DELIVERY_OUTCOMES:
                metrics.DELIVERIES.labels(name, outcome)

    async def run(self) -> None:
        """Deliver until `stop`.

        Raises:
            Exception: whatever the book raised: a receipt that cannot be written must end the process.
        """
        while not self._stopping:
            self._woken.clear()
            wait = self._start_what_is_due()
            try:
                async with asyncio.timeout(wait.total_seconds()):
                    await self._woken.wait()
            except TimeoutError:
                pass
            if self._failure is not None:
                raise self._failure

    def wake(self) -> None:
        """There may be new deliveries: look at once."""
        self._woken.set()

    async def stop(self) -> None:
        """Begin nothing more; let what is under way end, within its bound; let go of the notifiers.

        What did not end in time is left as "under way": the next worker tries it once more, as a possible repeat.
        """
        self._stopping = True
        self.wake()
        bound = self._stop_within
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=bound)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        closing = [asyncio.create_task(desk.notifier.close()) for desk in self._desks.values()]
        if closing:
            closed, late = await asyncio.wait(closing, timeout=bound)
            for task in late:
                task.cancel()
            for task in closed:
                if task.exception() is not None:
                    log.warning("a notifier did not close cleanly", exc_info=task.exception())

    # --- what is due -------------------------------------------------------------------------------------------------

    def _start_what_is_due(self) -> timedelta:
        """Start a task for every lane and digest that has something to do; returns how long to wait for the next."""
        now = self._now()
        lanes: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
        stale: dict[str, list[Delivery]] = defaultdict(list)
        homeless: list[Delivery] = []
        overdue: list[Delivery] = []
        for delivery in self._book.pending():
            if delivery.key in self._in_hand:
                continue
            desk = self._desks.get(delivery.notifier)
            if desk is None:
                homeless.append(delivery)
            elif desk.is_overdue(delivery, now):
                overdue.append(delivery)
            elif desk.policy.is_stale(delivery, now):
                stale[delivery.notifier].append(delivery)
            else:
                lanes[delivery.notifier, delivery.event.crisis.id].append(delivery)
        if homeless:
            self._in_hand.update(delivery.key for delivery in homeless)
            self._start(self._give_up_homeless(homeless))
        if overdue:
            self._in_hand.update(delivery.key for delivery in overdue)
            for delivery in overdue:
                desk = self._desks[delivery.notifier]
                if delivery.event.crisis.id in desk.lanes:
                    desk.passed_on.add(delivery.key)
            self._start(self._hand_over(overdue))
        looks = [now + _LONGEST_WAIT]
        for (name, crisis), deliveries in sorted(lanes.items(), key=_worst_first):
            looks.append(self._start_lane(self._desks[name], crisis, deliveries, now))
        for name, deliveries in stale.items():
            looks.append(self._start_digest(self._desks[name], deliveries, now))
        return max(min(looks) - now, timedelta())

    def _start_lane(self, desk: _Desk, crisis: str, deliveries: list[Delivery], now: datetime) -> datetime:
        deliveries.sort(key=lambda delivery: (delivery.event.sequence, delivery.event.at))
        due_at = max(deliveries[0].next_attempt_at or now, desk.rests_until or now)
        if due_at > now:
            return due_at
        if crisis not in desk.lanes:
            desk.lanes[crisis] = self._start(self._serve_lane(desk, crisis, deliveries))
        return now + _LONGEST_WAIT  # the end of a task wakes us

    def _start_digest(self, desk: _Desk, deliveries: list[Delivery], now: datetime) -> datetime:
        if desk.digest is not None:
            return now + _LONGEST_WAIT
        due = [delivery for delivery in deliveries if is_due(delivery, now)]
        if not due:
            return min(delivery.next_attempt_at or now for delivery in deliveries)
        if desk.digest_at is None:
            desk.digest_at = now + desk.policy.gather
        due_at = max(desk.digest_at, desk.rests_until or now)
        if due_at > now:
            return due_at
        due.sort(key=lambda delivery: (delivery.created_at, delivery.event.sequence))
        same_reader = [delivery for delivery in due if delivery.recipient == due[0].recipient]
        desk.digest = self._start(self._serve_digest(desk, same_reader[: desk.policy.digest_size]))
        return now + _LONGEST_WAIT

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)
        return task

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = self._failure or task.exception()
        self.wake()

    # --- the tasks ---------------------------------------------------------------------------------------------------

    async def _serve_lane(self, desk: _Desk, crisis: str, deliveries: list[Delivery]) -> None:
        """Send the events of one crisis in order, until one has to wait."""
        try:
            for delivery in deliveries:
                async with desk.slots:
                    now = self._now()
                    # What has gone stale while it waited for a slot is the digest's now.
                    if self._stopping or desk.is_resting(now) or desk.policy.is_stale(delivery, now):
                        return
                    if delivery.key in desk.passed_on:
                        continue
                    if not is_due(delivery, now) or not await self._attempt(desk, [delivery], is_digest=False):
                        return
        finally:
            del desk.lanes[crisis]
            desk.passed_on.difference_update(delivery.key for delivery in deliveries)

    async def _serve_digest(self, desk: _Desk, batch: list[Delivery]) -> None:
        try:
            await self._attempt(desk, batch, is_digest=True)
        finally:
            desk.digest = desk.digest_at = None

    async def _attempt(self, desk: _Desk, deliveries: list[Delivery], is_digest: bool) -> bool:
        """One attempt at a desk; returns whether the next may follow."""
        self._in_hand.update(delivery.key for delivery in deliveries)
        try:
            ended = await self._attempts.make(desk.notifier, desk.policy, deliveries, is_digest)
        finally:
            self._in_hand.difference_update(delivery.key for delivery in deliveries)
        desk.rests_until = ended.rests_until
        return ended.is_settled

    async def _hand_over(self, deliveries: list[Delivery]) -> None:
        """They are not where they should be in time: their people have other ways."""
        for delivery in deliveries:
            minutes = self._desks[delivery.notifier].policy.hand_over_after.total_seconds() / 60
            error = delivery.error or f"{delivery.notifier} is busy"
            await self._attempts.hand_over(delivery, f"not delivered within {minutes:g} min: {error}")
            self._in_hand.discard(delivery.key)

    async def _give_up_homeless(self, deliveries: list[Delivery]) -> None:
        """Nobody in response.yaml has the name of their notifier any more."""
        for delivery in deliveries:
            error = f"response.yaml names no notifier {delivery.notifier!r}; add it again, or ignore this dead letter"
            await self._attempts.give_up([delivery], error)
            self._in_hand.discard(delivery.key)


def _worst_first(lane: tuple[tuple[str, str], list[Delivery]]) -> tuple[int, datetime]:
    _, deliveries = lane
    worst = max(SEVERITIES.index(delivery.event.crisis.severity) for delivery in deliveries)
    return -worst, min(delivery.created_at for delivery in deliveries)


__all__ = ["Courier", "DeliveryBook", "NoLongerOurs"]
