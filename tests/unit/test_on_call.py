from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tocsin.response.on_call import Gap, Override, Rotation, find_duty, find_gap, find_instant

MADRID, NEW_YORK, SAIGON = "Europe/Madrid", "America/New_York", "Asia/Ho_Chi_Minh"


def local(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[arg-type, misc]


def on_duty(rotation: Rotation, at: datetime) -> str | None:
    duty = find_duty(rotation, at)
    return duty and duty.person


WEEKLY = Rotation(id="desk", name="Desk", people=("ana", "ben"), time_zone=MADRID, starts_on=date(2026, 1, 5))
DAILY = Rotation(
    id="night",
    name="Night",
    people=("ana", "ben", "eva"),
    handover="daily",
    handover_at=time(2, 30),
    time_zone=MADRID,
    starts_on=date(2026, 3, 27),
)
OFFICE = Rotation(
    id="office",
    name="Office",
    people=("ana",),
    time_zone=MADRID,
    starts_on=date(2026, 1, 5),
    hours=(time(9), time(18)),
    days=(0, 1, 2, 3, 4),
)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instant"),
    [
        (MADRID, date(2026, 3, 28), time(2, 30), "2026-03-28T01:30Z"),
        (MADRID, date(2026, 3, 29), time(2, 0), "2026-03-29T01:00Z"),  # clocks skip 2:00 to 3:00 at 1:00 UTC
        (MADRID, date(2026, 3, 29), time(2, 30), "2026-03-29T01:00Z"),
        (MADRID, date(2026, 3, 29), time(3, 0), "2026-03-29T01:00Z"),
        (MADRID, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30Z"),  # shown again an hour later
        (MADRID, date(2026, 10, 25), time(3, 0), "2026-10-25T02:00Z"),
        (NEW_YORK, date(2026, 3, 8), time(2, 30), "2026-03-08T07:00Z"),
        (NEW_YORK, date(2026, 11, 1), time(1, 30), "2026-11-01T05:30Z"),
        (SAIGON, date(2026, 3, 29), time(2, 30), "2026-03-28T19:30Z"),
        ("Pacific/Apia", date(2011, 12, 30), time(12, 0), "2011-12-30T10:00Z"),  # a whole day was skipped
    ],
)
def test_a_wall_time_is_one_instant_on_days_when_clocks_change_too(
    zone: str, day: date, wall: time, instant: str
) -> None:
    assert find_instant(day, wall, ZoneInfo(zone)) == datetime.fromisoformat(instant)


def test_a_weekly_handover_is_at_the_local_time_in_winter_and_in_summer() -> None:
    # The second Monday is in winter time (UTC+1), the one of 30 March in summer time (UTC+2).
    assert on_duty(WEEKLY, datetime(2026, 1, 12, 7, 59, 59, tzinfo=UTC)) == "ana"
    assert on_duty(WEEKLY, datetime(2026, 1, 12, 8, 0, tzinfo=UTC)) == "ben"
    assert on_duty(WEEKLY, datetime(2026, 3, 30, 6, 59, 59, tzinfo=UTC)) == "ben"
    assert on_duty(WEEKLY, datetime(2026, 3, 30, 7, 0, tzinfo=UTC)) == "ana"


def test_the_first_person_is_on_duty_on_the_day_it_starts_on_whatever_weekday_that_is() -> None:
    thursday = Rotation(id="r", name="R", people=("ana", "ben"), time_zone=MADRID, starts_on=date(2026, 1, 8))
    assert on_duty(thursday, local(MADRID, 2026, 1, 8, 9)) == "ana"
    assert on_duty(thursday, local(MADRID, 2026, 1, 12, 9)) == "ben"
    # Turns are counted backwards, too: nobody is left alone because a rotation was written down ahead of time.
    assert on_duty(thursday, local(MADRID, 2026, 1, 4, 9)) == "ben"


def test_a_handover_in_the_hour_that_clocks_skip_is_when_they_skip_it() -> None:
    assert on_duty(DAILY, datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)) == "ben"
    assert on_duty(DAILY, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == "eva"


def test_a_handover_in_the_hour_that_clocks_show_twice_happens_once() -> None:
    night = [local(MADRID, 2026, 10, 25, 2, minute, fold=fold) for fold in (0, 1) for minute in (0, 29, 30, 59)]
    before, after = on_duty(DAILY, night[0]), on_duty(DAILY, night[-1])
    assert before != after
    assert [on_duty(DAILY, at) for at in night] == [before] * 2 + [after] * 6


def test_a_country_without_summer_time_hands_over_at_the_same_utc_time_all_year() -> None:
    rotation = Rotation(
        id="r", name="R", people=("an", "binh"), handover="daily", handover_at=time(8), time_zone=SAIGON,
        starts_on=date(2026, 1, 1),
    )  # fmt: skip
    for month in (1, 4, 7, 11):
        one = datetime(2026, month, 3, 1, tzinfo=UTC)
        assert on_duty(rotation, one - timedelta(seconds=1)) != on_duty(rotation, one)


def test_office_hours_leave_the_night_and_the_weekend_free() -> None:
    friday = local(MADRID, 2026, 3, 6, 17, 59)
    assert on_duty(OFFICE, friday) == "ana"
    assert on_duty(OFFICE, local(MADRID, 2026, 3, 6, 18)) is None
    assert on_duty(OFFICE, local(MADRID, 2026, 3, 7, 12)) is None
    assert on_duty(OFFICE, local(MADRID, 2026, 3, 9, 9)) == "ana"


def test_hours_over_midnight_belong_to_the_day_they_begin_on() -> None:
    friday_night = Rotation(
        id="r", name="R", people=("ana",), time_zone=NEW_YORK, starts_on=date(2026, 1, 1),
        hours=(time(22), time(6)), days=(4,),
    )  # fmt: skip
    assert on_duty(friday_night, local(NEW_YORK, 2026, 3, 6, 21, 59)) is None
    assert on_duty(friday_night, local(NEW_YORK, 2026, 3, 7, 5, 59)) == "ana"
    assert on_duty(friday_night, local(NEW_YORK, 2026, 3, 7, 6)) is None
    assert on_duty(friday_night, local(NEW_YORK, 2026, 3, 7, 23)) is None


def test_days_without_hours_are_whole_local_days() -> None:
    weekend = Rotation(
        id="r", name="R", people=("ana",), time_zone=SAIGON, starts_on=date(2026, 1, 1), days=(5, 6)
    )  # fmt: skip
    assert on_duty(weekend, local(SAIGON, 2026, 3, 6, 23, 59)) is None
    duty = find_duty(weekend, local(SAIGON, 2026, 3, 7, 0))
    assert duty
    assert duty.until == local(SAIGON, 2026, 3, 9, 0)


def test_an_override_wins_also_outside_the_hours_and_the_later_of_two() -> None:
    holiday = Override(
        person="ben",
        starts_at=local(MADRID, 2026, 3, 6, 12),
        until=local(MADRID, 2026, 3, 6, 20),
        reason="ana is on holiday",
    )
    again = Override(person="eva", starts_at=local(MADRID, 2026, 3, 6, 19), until=local(MADRID, 2026, 3, 6, 20))
    rotation = Rotation(
        id="office", name="Office", people=("ana",), time_zone=MADRID, starts_on=date(2026, 1, 5),
        hours=(time(9), time(18)), overrides=(holiday, again),
    )  # fmt: skip
    told = [on_duty(rotation, local(MADRID, 2026, 3, 6, hour)) for hour in (11, 12, 18, 19, 20)]
    assert told == ["ana", "ben", "ben", "eva", None]


def test_a_duty_says_why_and_until_when_in_local_time() -> None:
    duty = find_duty(WEEKLY, local(MADRID, 2026, 3, 3, 3))
    assert duty == (
        "ana",
        local(MADRID, 2026, 3, 9, 9),
        "on call in the rotation desk until 2026-03-09 09:00 (Europe/Madrid)",
    )
    override = Override(
        person="eva", starts_at=local(MADRID, 2026, 3, 3), until=local(MADRID, 2026, 3, 4), reason="doctor"
    )
    swapped = Rotation(
        id="desk", name="Desk", people=("ana", "ben"), time_zone=MADRID, starts_on=date(2026, 1, 5),
        overrides=(override,),
    )  # fmt: skip
    duty = find_duty(swapped, local(MADRID, 2026, 3, 3, 3))
    assert duty
    assert duty.why == "stands in in the rotation desk until 2026-03-04 00:00 (Europe/Madrid): doctor"


def test_one_person_alone_is_on_duty_without_an_end() -> None:
    alone = Rotation(id="r", name="R", people=("ana",), time_zone=MADRID, starts_on=date(2026, 1, 5))
    assert find_duty(alone, local(MADRID, 2026, 3, 3)) == ("ana", None, "on call in the rotation r")


def test_the_first_hours_that_nobody_covers_are_found() -> None:
    since = local(MADRID, 2026, 3, 6, 10)
    gap = find_gap([OFFICE], since)
    assert gap == Gap(local(MADRID, 2026, 3, 6, 18), local(MADRID, 2026, 3, 9, 9))


def test_two_rotations_that_meet_leave_no_gap_on_any_night_of_the_year() -> None:
    # 02:30 does not exist on 29 March, and exists twice on 25 October.
    days = Rotation(
        id="d", name="D", people=("ana",), time_zone=MADRID, starts_on=date(2026, 1, 5), hours=(time(2, 30), time(18))
    )
    nights = Rotation(
        id="n", name="N", people=("ben",), time_zone=MADRID, starts_on=date(2026, 1, 5), hours=(time(18), time(2, 30))
    )
    assert find_gap([days, nights], datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert find_gap([days], datetime(2026, 1, 1, tzinfo=UTC)) is not None


def test_rotations_on_two_continents_that_only_meet_in_winter_have_a_gap_in_summer() -> None:
    # Ho Chi Minh City has no summer time: from 29 March on Madrid begins an hour earlier than it ends there.
    madrid = Rotation(
        id="m", name="M", people=("ana",), time_zone=MADRID, starts_on=date(2026, 1, 5), hours=(time(9), time(21))
    )
    saigon = Rotation(
        id="s", name="S", people=("an",), time_zone=SAIGON, starts_on=date(2026, 1, 5), hours=(time(3), time(15))
    )
    gap = find_gap([madrid, saigon], datetime(2026, 1, 1, tzinfo=UTC))
    assert gap == Gap(datetime(2026, 3, 29, 19, tzinfo=UTC), datetime(2026, 3, 29, 20, tzinfo=UTC))


def test_overrides_fill_no_gap() -> None:
    stand_in = Override(person="ben", starts_at=local(MADRID, 2026, 1, 1), until=local(MADRID, 2028, 1, 1))
    rotation = Rotation(
        id="office", name="Office", people=("ana",), time_zone=MADRID, starts_on=date(2026, 1, 5),
        hours=(time(9), time(18)), overrides=(stand_in,),
    )  # fmt: skip
    assert find_gap([rotation], local(MADRID, 2026, 3, 6)) is not None
