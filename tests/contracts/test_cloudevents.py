"""The official SDK of CloudEvents reads every type of escalation event from its Kafka record, as we promise it."""

from __future__ import annotations

import re
from typing import get_args

import orjson
import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from schemas.crisis import EscalationEvent, EventType
from schemas.streams import CRISES
from tests.builders import START, a_crisis, an_event
from tests.events import every_event
from tocsin.asyncapi import header_texts
from tocsin.flow import Emit

EVENTS = {emit.record.type: emit for emit in every_event() if isinstance(emit.record, EscalationEvent)}


def read(emit: Emit) -> BaseCloudEvent:
    """What the SDK makes of the record as it lies on Kafka."""
    assert emit.record is not None
    return from_binary(KafkaMessage(dict(emit.headers), emit.key, emit.record.encode()), JSONFormat())


def test_escalation_tells_every_type() -> None:
    assert set(EVENTS) == set(get_args(EventType))


@pytest.mark.parametrize("event", get_args(EventType))
def test_the_sdk_reads_the_attributes_that_we_promise(event: EventType) -> None:
    emit = EVENTS[event]
    record = emit.record
    assert isinstance(record, EscalationEvent)
    read_event = read(emit)
    assert isinstance(read_event, CloudEvent), "version 1.0"
    assert read_event.get_attributes() == {
        "specversion": "1.0",
        "id": record.id,
        "type": f"tocsin.{event}.v{EscalationEvent.VERSION}",
        "source": "/tocsin/demo",
        "subject": "acme/*",
        "time": record.at,
        "correlationid": record.crisis.id,
        "datacontenttype": "application/json",
        "partitionkey": "acme",  # the SDK's name for the key of the record
    }
    assert read_event.get_data() == orjson.loads(record.encode())


@pytest.mark.parametrize("event", get_args(EventType))
def test_a_type_can_be_told_apart_by_its_beginning(event: EventType) -> None:
    name = read(EVENTS[event]).get_type()
    assert re.fullmatch(r"tocsin\.crisis\.[a-z_]+\.v[1-9]\d*", name)
    assert name.removeprefix("tocsin.").rpartition(".v")[0] == event


def test_attributes_have_names_that_every_binding_can_carry() -> None:
    for name in header_texts(CRISES):
        assert name == "content-type" or re.fullmatch("ce_[a-z0-9]{1,20}", name), name


def test_what_is_not_ascii_comes_through() -> None:
    told = an_event(crisis=a_crisis(brand="phở-24", subject="điện thoại"))
    message = KafkaMessage(dict(told.headers("tiệm")), b"", told.encode())
    found = from_binary(message, JSONFormat())
    assert (found.get_subject(), found.get_source(), found.get_time()) == ("phở-24/điện thoại", "/tocsin/tiệm", START)
