"""An escalation event becomes one delivery for every notifier that has to hear of it."""

from datetime import timedelta
from typing import Any

import pytest

from schemas import streams
from schemas.crisis import Delivery, EscalationEvent, EventType, Page, Recipient
from tests.deliveries import NOON, a_delivery, an_event, milliseconds
from tocsin.errors import ConfigurationError
from tocsin.flow import MemoryRows
from tocsin.notifiers.build import build_notifiers
from tocsin.pipeline import NOTIFY, PIPELINE
from tocsin.response.digest import digest_card, event_line
from tocsin.response.lifecycle import RECORDED
from tocsin.response.notify import RECEIPT_LIFETIME, Notify, NotifySetup, Subscription, delivery_key
from tocsin.response.plan import parse_plan

APPENDED = milliseconds(NOON + timedelta(minutes=3))
DESK = Subscription("desk")


def notify(*subscriptions: Subscription) -> tuple[Notify, MemoryRows]:
    rows = MemoryRows()
    return Notify(NotifySetup(subscriptions or (DESK,)), rows), rows


def names(rows: MemoryRows) -> list[str]:
    return sorted(delivery.notifier for _, delivery in rows.items())


def test_every_notifier_that_wants_the_event_gets_one_pending_delivery_under_its_own_key() -> None:
    step, rows = notify(DESK, Subscription("pager", min_severity="severe"))
    assert list(step.take(an_event(), APPENDED)) == []
    deliveries = dict(rows.items())
    assert sorted(deliveries) == sorted([delivery_key("event-1", "desk"), delivery_key("event-1", "pager")])
    for key, delivery in deliveries.items():
        assert delivery == Delivery(
            key=key, notifier=delivery.notifier, event=an_event(), created_at=NOON + timedelta(minutes=3)
        )


def test_the_delivery_is_dated_by_kafka_and_not_by_the_event_which_a_replay_makes_old() -> None:
    step, rows = notify()
    step.take(an_event(), APPENDED)
    assert rows.get(delivery_key("event-1", "desk")).created_at == NOON + timedelta(minutes=3)  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["pending", "delivered", "failed", "digested"])
def test_an_event_that_is_read_again_changes_nothing(state: str) -> None:
    step, rows = notify()
    step.take(an_event(), APPENDED)
    key = delivery_key("event-1", "desk")
    row = rows.get(key).replace(state=state, attempts=2)  # type: ignore[union-attr]
    rows.put(key, row)
    step.take(an_event(), APPENDED + 60_000)
    assert dict(rows.items()) == {key: row}


def test_keys_differ_by_event_and_by_notifier_and_by_nothing_else() -> None:
    keys = {delivery_key(event, notifier) for event in ("a", "ab") for notifier in ("b", "bb")}
    assert len(keys) == 4
    assert delivery_key("a", "b") in keys


@pytest.mark.parametrize(
    ("severity", "heard_by"),
    [
        ("watch", []),
        ("elevated", ["everything", "usual"]),
        ("severe", ["everything", "severe", "usual"]),
        ("critical", ["everything", "severe", "usual"]),
    ],
)
def test_a_notifier_hears_its_severity_and_worse_and_nobody_hears_a_watch(severity: str, heard_by: list[str]) -> None:
    step, rows = notify(
        Subscription("everything", min_severity="watch"),
        Subscription("severe", min_severity="severe"),
        Subscription("usual"),
    )
    step.take(an_event(severity=severity), APPENDED)
    assert names(rows) == heard_by


def test_a_crisis_that_is_only_watched_messages_nobody_whatever_its_severity_says() -> None:
    step, rows = notify()
    step.take(an_event(type="crisis.watched"), APPENDED)
    assert names(rows) == []


def test_the_all_clear_goes_to_those_who_heard_the_alarm_though_the_severity_has_fallen() -> None:
    step, rows = notify(
        DESK, Subscription("pager", min_severity="severe"), Subscription("board", min_severity="critical")
    )
    step.take(an_event(type="crisis.resolved", severity="watch", peak_severity="severe"), APPENDED)
    assert names(rows) == ["desk", "pager"]


def test_a_crisis_that_never_was_more_than_a_watch_has_no_all_clear() -> None:
    step, rows = notify(Subscription("everything", min_severity="watch"))
    step.take(an_event(type="crisis.resolved", severity="watch"), APPENDED)
    assert names(rows) == []


def test_a_drill_is_heard_only_by_those_who_opted_in() -> None:
    step, rows = notify(DESK, Subscription("drills", hears_exercises=True))
    step.take(an_event(is_exercise=True), APPENDED)
    assert names(rows) == ["drills"]


def test_event_time_does_nothing() -> None:
    step, rows = notify()
    step.take(an_event(), APPENDED)
    before = list(rows.items())
    assert list(step.advance(2**53)) == []
    assert list(rows.items()) == before


def test_receipts_are_forgotten_after_a_month_and_pages_that_never_went_out_are_named() -> None:
    step, rows = notify(DESK, Subscription("pager"))
    step.take(an_event(), APPENDED)
    step.take(an_event("event-2"), APPENDED + 1_000)
    told = delivery_key("event-1", "desk")
    rows.put(told, rows.get(told).replace(state="delivered"))  # type: ignore[union-attr]
    lifetime = milliseconds(NOON + RECEIPT_LIFETIME) - milliseconds(NOON)

    assert step.expire(APPENDED + lifetime) == []
    assert len(list(rows.items())) == 4

    (untold,) = step.expire(APPENDED + lifetime + 1)
    assert untold.key == delivery_key("event-1", "pager")
    assert {delivery.event.id for _, delivery in rows.items()} == {"event-2"}


def test_a_digest_groups_by_crisis_in_order_and_says_that_nobody_was_paged() -> None:
    deliveries = [
        a_delivery(id="b", type="crisis.escalated", sequence=2, severity="critical"),
        a_delivery(id="c", crisis="crisis-2", brand="other"),
        a_delivery(id="a"),
    ]
    head, *lines = digest_card(deliveries).splitlines()
    assert head == ("Digest: 3 escalation events of 2 crises could not be told in time; nobody was paged for them.")
    assert [line[:2] + line.split("  ")[1 if line.startswith("-") else 2] for line in lines] == [
        "- crisis.opened",
        "- crisis.opened",
        "  crisis.escalated",
    ]
    assert sorted(line.split("/")[0].rsplit(" ", 1)[1] for line in lines) == ["acme", "acme", "other"]


def test_a_line_says_when_what_how_bad_and_why_and_cannot_do_harm() -> None:
    event = an_event(is_exercise=True, subject="\x1b[31mdelivery\u202e\nfake line", reasons=("41 authors", "b", "c"))
    line = event_line(event)
    assert line.startswith("2026-03-01 12:00 UTC  EXERCISE crisis.opened  acme/")
    assert line.endswith("severe, outbreak  because: 41 authors; b")
    assert not {"\x1b", "\u202e", "\n"} & set(line)


PLAN = """
people: {ana: {name: Ana}}
notifiers:
  log: {kind: log}
  hook: {kind: webhook, url: "https://example.org/hook", secret_env: HOOK_SECRET, timeout_s: 3, max_attempts: 5}
  board: {kind: webhook, url: "https://example.org/board", only_from: critical, hears_exercises: true}
  idle: {kind: webhook, url: "https://example.org/idle"}
policies:
  everyone: {notifiers: [log]}
  shops: {brands: [acme, zenith], notifiers: [log, hook]}
  bank: {brands: [bank], notifiers: [hook, board]}
silences:
  - {brand: acme, topic: app, until: 2026-03-01T18:00:00Z, by: ana, reason: planned maintenance}
"""


def test_a_response_plan_says_who_hears_of_which_brands() -> None:
    assert NotifySetup.from_response(parse_plan(PLAN)).subscriptions == (
        Subscription("log", "watch", hears_exercises=True, is_record=True),
        Subscription("hook", brands=frozenset({"acme", "zenith", "bank"})),
        Subscription("board", "critical", hears_exercises=True, brands=frozenset({"bank"})),
    )


def test_without_policies_every_notifier_hears_of_every_brand() -> None:
    plan = parse_plan("notifiers: {hook: {kind: webhook, url: 'https://example.org/hook'}}")
    assert NotifySetup.from_response(plan).subscriptions == (Subscription("hook"),)


def test_a_notifier_hears_of_its_brands_alone() -> None:
    step, rows = notify(
        Subscription("mine", brands=frozenset({"acme"})), Subscription("theirs", brands=frozenset({"x"}))
    )
    step.take(an_event(), APPENDED)
    assert names(rows) == ["mine"]


def test_a_log_is_a_record_and_hears_of_what_is_only_watched() -> None:
    step, rows = notify(DESK, Subscription("log", min_severity="watch", is_record=True))
    step.take(an_event(type="crisis.watched", severity="watch"), APPENDED)
    assert names(rows) == ["log"]


@pytest.mark.parametrize(
    ("subject", "minutes", "state"),
    [("app", 0, "silenced"), ("app", 6 * 60, "pending"), ("*", 0, "pending"), ("delivery", 0, "pending")],
)
def test_a_silence_mutes_its_topic_until_it_ends_and_leaves_a_trace(subject: str, minutes: int, state: str) -> None:
    setup = NotifySetup(
        (DESK, Subscription("log", is_record=True)), NotifySetup.from_response(parse_plan(PLAN)).silences
    )
    rows = MemoryRows()
    Notify(setup, rows).take(an_event(subject=subject), milliseconds(NOON) + minutes * 60_000)
    told = rows.get(delivery_key("event-1", "desk"))
    assert told is not None
    assert told.state == state
    if state == "silenced":
        assert told.error == "silenced by ana until 2026-03-01T18:00:00+00:00: planned maintenance"
    assert rows.get(delivery_key("event-1", "log")).state == "pending"  # type: ignore[union-attr]


def test_the_notifiers_of_a_plan_are_built_with_their_patience() -> None:
    built = build_notifiers(parse_plan(PLAN), "tocsin", {"HOOK_SECRET": "s"})
    assert [notifier.name for notifier in built.notifiers] == ["log", "hook", "board", "idle"]
    assert built.policies["hook"].max_attempts == 5
    assert built.policies["hook"].send_timeout > timedelta(seconds=3)
    assert set(built.policies) == {"log", "hook", "board", "idle"}


@pytest.mark.parametrize("environment", [{}, {"HOOK_SECRET": ""}])
def test_a_secret_that_is_not_there_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="notifier hook: its secret HOOK_SECRET is not in the environment"):
        build_notifiers(parse_plan(PLAN), "tocsin", environment)


def test_notify_is_a_step_beside_the_pipeline() -> None:
    assert NOTIFY not in PIPELINE
    assert isinstance(NOTIFY.start(NotifySetup(), MemoryRows()), Notify)
    assert (NOTIFY.reads, NOTIFY.state) == (streams.CRISES, streams.NOTIFICATIONS)


def paged(*recipients: Recipient, **crisis: Any) -> EscalationEvent:
    page = Page(policy="night", step=1, at=NOON, recipients=recipients)
    return an_event(type="crisis.paged", **crisis).replace(page=page)


ANA = Recipient(person="ana", notifiers=("phone", "mail"), why="on call")


def test_a_page_is_one_delivery_a_person_with_the_other_ways_to_reach_them() -> None:
    step, rows = notify(DESK, Subscription("log", min_severity="watch", is_record=True))
    ben = Recipient(person="ben", notifiers=("phone",))
    for _ in range(2):
        step.take(paged(ANA, ben), APPENDED)
    found = {delivery.recipient: (delivery.notifier, delivery.alternatives) for _, delivery in rows.items()}
    assert found == {"ana": ("phone", ("mail",)), "ben": ("phone", ()), "": ("log", ())}
    assert len(list(rows.items())) == 3, "who hears all does not hear of a page, but for the record"


def test_a_person_and_a_notifier_of_one_name_are_told_apart() -> None:
    step, rows = notify(Subscription("ana"))
    event = an_event().replace(page=Page(policy="", step=0, at=NOON, recipients=(ANA,)))
    step.take(event, APPENDED)
    assert sorted(delivery.recipient for _, delivery in rows.items()) == ["", "ana"]


def test_a_page_to_somebody_without_a_notifier_is_not_lost_unseen() -> None:
    step, rows = notify()
    step.take(paged(Recipient(person="ana")), APPENDED)
    ((_, delivery),) = rows.items()
    assert delivery.state == "failed"
    assert delivery.error == "ana has no notifier: name some in response.yaml (`notifiers` of the person)"


def test_a_drill_pages_people_only_by_notifiers_that_opted_in() -> None:
    rows = MemoryRows()
    Notify(NotifySetup((), (), frozenset({"mail"})), rows).take(paged(ANA, is_exercise=True), APPENDED)
    ((_, delivery),) = rows.items()
    assert (delivery.notifier, delivery.alternatives) == ("mail", ())
    nobody = MemoryRows()
    Notify(NotifySetup(), nobody).take(paged(ANA, is_exercise=True), APPENDED)
    assert list(nobody.items()) == []


def test_what_escalation_has_silenced_messages_nobody_and_is_recorded() -> None:
    step, rows = notify(DESK, Subscription("log", is_record=True))
    step.take(an_event().replace(silenced="silenced by ana: known"), APPENDED)
    assert rows.get(delivery_key("event-1", "desk")).state == "silenced"  # type: ignore[union-attr]
    assert rows.get(delivery_key("event-1", "desk")).error == "silenced by ana: known"  # type: ignore[union-attr]
    assert rows.get(delivery_key("event-1", "log")).state == "pending"  # type: ignore[union-attr]


@pytest.mark.parametrize("type", sorted(RECORDED))
def test_events_for_the_record_message_nobody(type: EventType) -> None:
    step, rows = notify()
    step.take(an_event(type=type), APPENDED)
    assert names(rows) == []


def test_a_response_plan_says_which_notifiers_take_a_page_of_a_drill() -> None:
    assert NotifySetup.from_response(parse_plan(PLAN)).hear_exercises == {"log", "board"}
