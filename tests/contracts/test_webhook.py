"""The signed webhook against a real HTTP server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import formatdate

import orjson
import pytest

from schemas.crisis import EscalationEvent
from tests.deliveries import a_delivery, message_of
from tests.receiver import SECRET, Receiver
from tocsin.cards import render_card
from tocsin.notifiers.http_client import parse_retry_after
from tocsin.notifiers.notifier import Misconfigured, NotifierError, Refused, TryLater
from tocsin.notifiers.signature import HEADER, InvalidSignature, sign, verify_signature
from tocsin.notifiers.webhook import WebhookNotifier
from tocsin.response.message.message import Reader

pytestmark = pytest.mark.timeout(20)


def play(story: Callable[[Receiver, WebhookNotifier], Awaitable[None]], timeout: float = 5.0) -> None:
    """Run a story with a receiver and a notifier that posts to it."""

    async def stage() -> None:
        async with Receiver() as receiver:
            notifier = WebhookNotifier(
                "desk", receiver.url, SECRET, "tocsin", timedelta(seconds=timeout), allow_private=True
            )
            try:
                await story(receiver, notifier)
            finally:
                await notifier.close()

    asyncio.run(stage())


async def failure(notifier: WebhookNotifier) -> NotifierError:
    with pytest.raises(NotifierError) as caught:
        await notifier.send(a_delivery(), message_of(a_delivery()))
    return caught.value


def test_the_request_is_a_cloud_event_whose_data_is_the_event_itself() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        delivery = a_delivery()
        await notifier.send(delivery, message_of(delivery))
        (request,) = receiver.requests
        assert request.headers["Content-Type"] == "application/cloudevents+json"
        body = request.json
        data = body.pop("data")
        assert body == {
            "specversion": "1.0",
            "id": "event-1",
            "type": "tocsin.crisis.opened.v2",
            "source": "/tocsin/tocsin",
            "subject": "acme/delivery",
            "time": "2026-03-01T12:00:00+00:00",
            "correlationid": "crisis-1",
            "idempotencykey": delivery.key,
            "datacontenttype": "application/json",
        }
        assert data.pop("card") == render_card(delivery.event)
        assert EscalationEvent.decode(orjson.dumps(data)) == delivery.event

    play(story)


def test_every_attempt_carries_the_same_key_and_a_repeat_says_so() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        delivery = a_delivery()
        await notifier.send(delivery, message_of(delivery))
        again = delivery.replace(attempts=1, is_possible_repeat=True)
        await notifier.send(again, message_of(again))
        first, second = receiver.requests
        assert first.key == second.key == delivery.key
        assert "Tocsin-Possible-Repeat" not in first.headers
        assert second.headers["Tocsin-Possible-Repeat"] == "true"

    play(story)


def test_a_digest_is_a_batch_whose_key_does_not_depend_on_the_order() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        one, two = a_delivery(id="one"), a_delivery(id="two").replace(is_possible_repeat=True)
        await notifier.digest([one, two], "card", Reader())
        await notifier.digest([two, one], "card", Reader())
        first, second = receiver.requests
        assert first.headers["Content-Type"] == "application/cloudevents-batch+json"
        assert [event["id"] for event in first.json] == ["one", "two"]
        assert first.json[0]["data"]["card"] == "card"
        assert first.key == second.key
        assert first.headers["Tocsin-Possible-Repeat"] == "true"

    play(story)


def test_a_busy_receiver_says_when_to_come_back() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        receiver.answers = [
            (503, {"Retry-After": "120"}, b"warming up"),
            (429, {"Retry-After": formatdate(time.time() + 60, usegmt=True)}, b""),
            (408, {}, b""),
        ]
        seconds, date, silent = [await failure(notifier) for _ in range(3)]
        assert isinstance(seconds, TryLater)
        assert seconds.retry_after == timedelta(seconds=120)
        assert str(seconds) == "webhook desk answered 503: warming up"
        assert isinstance(date, TryLater)
        assert date.retry_after is not None
        assert timedelta(seconds=57) < date.retry_after <= timedelta(seconds=60)
        assert isinstance(silent, TryLater)
        assert silent.retry_after is None
        assert not any(error.may_have_arrived for error in (seconds, date, silent))

    play(story)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_broken_server_may_have_taken_it(status: int) -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        receiver.answers = [(status, {}, b"")]
        error = await failure(notifier)
        assert isinstance(error, TryLater)
        assert error.may_have_arrived

    play(story)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_any_other_client_error_is_a_refusal_with_the_receivers_words(status: int) -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        receiver.answers = [(status, {}, b"no\x1b[31m such hook")]
        error = await failure(notifier)
        assert isinstance(error, Refused)
        assert str(error) == f"webhook desk answered {status}: no\ufffd[31m such hook"

    play(story)


def test_a_redirect_is_not_followed() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        receiver.answers = [(308, {"Location": receiver.url + "/elsewhere"}, b"")]
        assert isinstance(await failure(notifier), Misconfigured)
        assert len(receiver.requests) == 1

    play(story)


def test_an_answer_that_does_not_come_is_lost_after_the_timeout() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        receiver.is_silent = True
        started = time.monotonic()
        error = await failure(notifier)
        assert time.monotonic() - started < 2
        assert isinstance(error, TryLater)
        assert error.may_have_arrived
        assert "no answer within 0.2 s" in str(error)

    play(story, timeout=0.2)


def test_a_connection_that_breaks_after_the_request_may_have_delivered_it() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        receiver.is_rude = True
        error = await failure(notifier)
        assert isinstance(error, TryLater)
        assert error.may_have_arrived
        assert len(receiver.requests) == 1

    play(story)


def test_a_refused_connection_delivered_nothing() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        await receiver.deafen()
        error = await failure(notifier)
        assert isinstance(error, TryLater)
        assert not error.may_have_arrived
        assert "/hook" not in str(error), "the path is a secret with many services"

    play(story)


def test_an_answer_that_is_not_http_may_have_delivered_and_does_not_show_the_address() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async def story() -> None:
        async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            notifier = WebhookNotifier("desk", f"http://127.0.0.1:{port}/hook", SECRET, "tocsin", allow_private=True)
            error = await failure(notifier)
            assert isinstance(error, TryLater)
            assert error.may_have_arrived
            assert "/hook" not in str(error)
            await notifier.close()

    asyncio.run(story())


def test_an_address_that_is_none_is_a_matter_of_configuration() -> None:
    async def story() -> None:
        notifier = WebhookNotifier("desk", "http://", SECRET, "tocsin", allow_private=True)
        assert isinstance(await failure(notifier), Misconfigured)
        await notifier.close()

    asyncio.run(story())


def test_of_an_endless_answer_only_the_beginning_is_read() -> None:
    async def story(receiver: Receiver, notifier: WebhookNotifier) -> None:
        receiver.answers = [(400, {}, b"x" * 50_000_000)]
        assert len(str(await failure(notifier))) < 300

    play(story)


def test_without_a_secret_nothing_pretends_to_be_signed() -> None:
    async def story() -> None:
        async with Receiver(is_trusting=True) as receiver:
            notifier = WebhookNotifier("desk", receiver.url, None, "tocsin", allow_private=True)
            await notifier.send(a_delivery(), message_of(a_delivery()))
            await notifier.close()
            assert HEADER not in receiver.requests[0].headers

    asyncio.run(story())


def test_a_wrong_secret_is_noticed_by_the_receiver() -> None:
    async def story(receiver: Receiver, _: WebhookNotifier) -> None:
        impostor = WebhookNotifier("desk", receiver.url, b"guessed", "tocsin", allow_private=True)
        await failure(impostor)
        await impostor.close()
        assert receiver.requests == []

    play(story)


BODY = b'{"id": 1}'
SIGNED = {HEADER: sign(SECRET, BODY, 1_000)}


def test_a_signature_verifies_with_any_case_of_the_header_and_within_the_tolerance() -> None:
    verify_signature(SECRET, {HEADER.lower(): SIGNED[HEADER]}, BODY, now=1_299)
    verify_signature(SECRET, SIGNED, BODY, now=701)


def test_while_a_secret_is_changed_one_fitting_signature_is_enough() -> None:
    new = sign(b"new secret", BODY, 1_000).partition(",")[2]
    verify_signature(b"new secret", {HEADER: f"{SIGNED[HEADER]},{new}"}, BODY, now=1_000)


@pytest.mark.parametrize(
    ("headers", "body", "now", "reason"),
    [
        ({}, BODY, 1_000, "no Tocsin-Signature header"),
        (SIGNED, BODY + b" ", 1_000, "no v1 signature fits"),
        (SIGNED, BODY, 1_301, "signed 301 s ago"),
        (SIGNED, BODY, 699, "signed -301 s ago"),
        ({HEADER: SIGNED[HEADER].replace("t=1000", "t=1001")}, BODY, 1_000, "no v1 signature fits"),
        ({HEADER: SIGNED[HEADER].replace("v1=", "v0=")}, BODY, 1_000, "no v1 signature fits"),
        ({HEADER: "t=1000,v1=é"}, BODY, 1_000, "no v1 signature fits"),
        ({HEADER: "t=soon,v1=00"}, BODY, 1_000, "no readable timestamp"),
        ({HEADER: "t=²,v1=00"}, BODY, 1_000, "no readable timestamp"),
        ({HEADER: "t=1000,t=1000,v1=00"}, BODY, 1_000, "no readable timestamp"),
        ({HEADER: ""}, BODY, 1_000, "no readable timestamp"),
    ],
)
def test_a_request_that_must_not_be_believed_is_refused_with_the_reason(
    headers: dict[str, str], body: bytes, now: int, reason: str
) -> None:
    with pytest.raises(InvalidSignature, match=reason):
        verify_signature(SECRET, headers, body, now=now)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 7 ", 7),
        ("9" * 40, 86_400),
        ("Thu, 01 Jan 1970 00:20:00 GMT", 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert parse_retry_after(value, now=1_000) == expected
