"""The law of duty: one person at any instant, hand-overs in turn, overrides win, escalation ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tocsin.response.escalation_policy import find_next_page, make_page
from tocsin.response.on_call import Override, Rotation, find_duty, find_gap, find_instant
from tocsin.response.plan import EscalationPolicy, EscalationStep, Person, Plan, Team

PEOPLE = ("ana", "ben", "eva", "kim", "leo")
#: Zones with summer time in the north and the south, without, of half an hour, and with changes at midnight.
ZONES = (
    "Europe/Madrid",
    "America/New_York",
    "Asia/Ho_Chi_Minh",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
)

instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
zones = st.sampled_from(ZONES)
wall_times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
rotations = st.builds(
    Rotation,
    id=st.just("desk"),
    name=st.just("Desk"),
    people=st.integers(1, len(PEOPLE)).map(lambda count: PEOPLE[:count]),
    time_zone=zones,
    starts_on=st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    handover=st.sampled_from(("daily", "weekly")),
    handover_at=wall_times,
    weekday=st.integers(0, 6),
)
durations = st.integers(0, 100_000).map(lambda seconds: timedelta(seconds=seconds))


@given(rotations, instants)
def test_exactly_one_person_is_on_duty_at_any_instant(rotation: Rotation, at: datetime) -> None:
    duty = find_duty(rotation, at)
    assert duty is not None
    assert duty.person in rotation.people
    assert duty.until is None or duty.until > at


@given(rotations, instants)
def test_people_hand_over_in_their_order_at_the_written_local_time(rotation: Rotation, at: datetime) -> None:
    rotation = replace(rotation, people=PEOPLE)
    zone = ZoneInfo(rotation.time_zone)
    turns = []
    for _ in range(12):
        duty = find_duty(rotation, at)
        assert duty is not None
        assert duty.until is not None
        turns.append(PEOPLE.index(duty.person))
        day = duty.until.astimezone(zone).date()
        # Where clocks skip midnight, the hand-over of the day before may be at the first instant of this day.
        candidates = [find_instant(day - timedelta(days=back), rotation.handover_at, zone) for back in (0, 1)]
        assert duty.until in candidates
        if rotation.handover == "weekly":
            assert (day - timedelta(days=candidates.index(duty.until))).weekday() == rotation.weekday
        at = duty.until
    assert all(after == (before + 1) % len(PEOPLE) for before, after in pairwise(turns))


@given(rotations)
def test_the_first_person_has_the_day_it_starts_on(rotation: Rotation) -> None:
    at = find_instant(rotation.starts_on, rotation.handover_at, ZoneInfo(rotation.time_zone))
    duty = find_duty(rotation, at)
    assert duty is not None
    assert duty.person == rotation.people[0]


@given(rotations, instants, durations, wall_times, wall_times)
def test_overrides_win_and_change_nothing_else(
    rotation: Rotation, starts_at: datetime, length: timedelta, opens: time, closes: time
) -> None:
    until = starts_at + length + timedelta(seconds=1)
    if opens != closes:
        rotation = replace(rotation, hours=(opens, closes))
    override = Override(person="zoe", starts_at=starts_at, until=until)
    swapped = replace(rotation, overrides=(override,))
    for at in (starts_at, until - timedelta(seconds=1)):
        duty = find_duty(swapped, at)
        assert duty is not None
        assert (duty.person, duty.until) == ("zoe", until)
    for at in (starts_at - timedelta(seconds=1), until):
        before, after = find_duty(rotation, at), find_duty(swapped, at)
        assert (before and before.person) == (after and after.person)


@given(zones, st.dates(date(2024, 1, 1), date(2028, 1, 1)), wall_times, wall_times)
def test_a_later_wall_time_is_never_an_earlier_instant(zone: str, day: date, one: time, other: time) -> None:
    early, late = sorted((one, other))
    assert find_instant(day, early, ZoneInfo(zone)) <= find_instant(day, late, ZoneInfo(zone))


@given(rotations, wall_times, wall_times, instants)
def test_hours_and_their_counterpart_cover_every_instant_once(
    rotation: Rotation, opens: time, closes: time, at: datetime
) -> None:
    if opens == closes:
        return
    by_day, by_night = replace(rotation, hours=(opens, closes)), replace(rotation, hours=(closes, opens))
    assert (find_duty(by_day, at) is None) != (find_duty(by_night, at) is None)
    assert find_gap([by_day, by_night], at) is None


steps = st.lists(
    st.builds(
        EscalationStep,
        targets=st.lists(st.sampled_from(("ana", "social", "desk", "gone")), min_size=1, max_size=3).map(tuple),
        delay=durations,
    ),
    min_size=1,
    max_size=5,
)
policies = st.builds(
    EscalationPolicy,
    id=st.just("p"),
    steps=steps.map(tuple),
    repeats=st.integers(0, 5),
    repeat_after=st.integers(1, 10_000).map(lambda minutes: timedelta(minutes=minutes)),
)


@given(policies, rotations, instants, wall_times)
def test_escalation_always_goes_forward_and_ends(
    policy: EscalationPolicy, rotation: Rotation, opened_at: datetime, opens: time
) -> None:
    plan = Plan(
        people=tuple(Person(id=name, name=name, notifiers=("hook",)) for name in PEOPLE),
        teams=(Team(id="social", name="Social", members=("ana", "ben")),),
        rotations=(replace(rotation, hours=(opens, time(23, 59))),),
    )
    pages: list[tuple[int, int, datetime]] = [(0, 1, opened_at)]
    while (following := find_next_page(plan, policy, *pages[-1])) is not None:
        pages.append(following)
        assert len(pages) <= 1 + len(policy.steps) * 6
    order = [(round, step) for step, round, _ in pages]
    assert order == sorted(set(order))
    assert all(before[2] <= after[2] for before, after in pairwise(pages))
    expected = [(round, step) for round in range(1, policy.repeats + 2) for step in range(1, len(policy.steps) + 1)]
    assert order[1:] == expected
    for step, round, at in pages[1:]:
        page = make_page(plan, policy, step, round, at)
        people = [recipient.person for recipient in page.recipients]
        assert len(people) == len(set(people))
        assert page.why
        assert all(recipient.why and recipient.notifiers for recipient in page.recipients)
