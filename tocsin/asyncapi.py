"""The registry of streams as AsyncAPI 3.0: a channel a stream, and what Tocsin does with those that others share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from schemas.command import Command, CommandAnswer
from schemas.crisis import EventType
from schemas.events import EVENTS
from schemas.mention import RejectedMention
from schemas.record import Record
from schemas.streams import (
    ANSWERS,
    BY_AUTHOR_ACTIVITY,
    BY_TOPIC_ACTIVITY,
    CRISES,
    CRISIS_STATE,
    EVIDENCE,
    INBOX,
    NOTIFICATIONS,
    RAW,
    REJECTED,
    SILENCES,
    STREAMS,
    StreamSpec,
)
from tocsin.json_schemas import attributes_of, file_name

_CLOUD_EVENTS = {
    "ce_specversion": "Version of CloudEvents.",
    "ce_id": "Id of the event; a replay makes the same one.",
    "ce_type": "`tocsin.`, what happened, `.v` and the version of the record.",
    "ce_source": "`/tocsin/` and the namespace.",
    "ce_subject": "Brand, `/`, and the topic it is about (`*`: the brand as a whole).",
    "ce_time": "Event time, RFC 3339.",
    "ce_correlationid": "Id of the crisis.",
    "content-type": "Always `application/json`.",
}


class Operation(NamedTuple):
    """What Tocsin does with a stream, by AsyncAPI's words: it sends, or it receives.

    Attributes:
        records: of the stream's types; empty: all of them.
        reply: the stream that answers.
    """

    action: Literal["receive", "send"]
    stream: StreamSpec
    about: str
    records: tuple[type[Record], ...] = ()
    reply: StreamSpec | None = None


#: What others have a part in; everything else is between the steps.
OPERATIONS: dict[str, Operation] = {
    "take-mentions": Operation("receive", RAW, "producers write mentions; each is taken once"),
    "tell-rejected-mentions": Operation("send", REJECTED, "what cannot be read is kept, with its cause"),
    "take-commands": Operation("receive", INBOX, "people act on crises", (Command,), ANSWERS),
    "tell-what-happened": Operation("send", CRISES, "each event of each crisis, in order"),
    "tell-how-crises-stand": Operation("send", CRISIS_STATE, "each crisis, whenever it has changed"),
    "tell-what-is-muted": Operation("send", SILENCES, "each silence by command, while it lasts"),
    "tell-texts": Operation("send", EVIDENCE, "texts of telling mentions, and their erasure"),
    "tell-windows-of-authors": Operation("send", BY_AUTHOR_ACTIVITY, "totals as windows close"),
    "tell-windows-of-topics": Operation("send", BY_TOPIC_ACTIVITY, "totals as windows close"),
    "tell-deliveries": Operation("send", NOTIFICATIONS, "whom each event is told, and whether that arrived"),
}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tocsin",
            "version": "1",
            "description": "The streams of a namespace. Each is the Kafka topic `<namespace>.<stream>`.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {spec.name: _channel(spec) for spec in STREAMS},
        "operations": {name: _operation(operation) for name, operation in OPERATIONS.items()},
        "components": {
            "parameters": {
                "namespace": {"description": "Prefix of streams, groups and state.", "default": "tocsin"},
            },
            "messageTraits": {"escalation-event": _envelope(CRISES)},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    spec = operation.stream
    names = [file_name(each) for each in operation.records] or list(_messages(spec))
    found: dict[str, Any] = {
        "action": operation.action,
        "channel": {"$ref": f"#/channels/{spec.name}"},
        "summary": make_sentence(operation.about),
        "messages": [{"$ref": f"#/channels/{spec.name}/messages/{name}"} for name in names],
    }
    if operation.reply:
        reply = f"#/channels/{operation.reply.name}"
        messages = [{"$ref": f"{reply}/messages/{name}"} for name in _messages(operation.reply)]
        found["reply"] = {"channel": {"$ref": reply}, "messages": messages}
    return found


def _channel(spec: StreamSpec) -> dict[str, Any]:
    policy = [*["compact"] * (spec.retention is None), *["delete"] * bool(spec.retention or spec.expires)]
    retention: dict[str, Any] = {"cleanup.policy": policy}
    if lasts := spec.retention or spec.expires:
        retention["retention.ms"] = int(lasts / timedelta(milliseconds=1))
    return {
        "address": f"{{namespace}}.{spec.name}",
        "title": spec.name,
        "description": f"{make_sentence(spec.about)} Kept {kept(spec)}.",
        "parameters": {"namespace": {"$ref": "#/components/parameters/namespace"}},
        "messages": _messages(spec),
        "bindings": {"kafka": {"topicConfiguration": retention, "bindingVersion": "0.5.0"}},
    }


def _messages(spec: StreamSpec) -> dict[str, Any]:
    """The messages of a channel by name: one for each type of record, of `crises` one for each type of event."""
    if spec is CRISES:
        return {event: _event_message(event) for event in EVENTS}
    return {file_name(each): _message(spec, each) for each in spec.records} or {"row": _message(spec, None)}


def _event_message(event: EventType) -> dict[str, Any]:
    return {
        "name": event,
        "title": event,
        "summary": EVENTS[event].about,
        "traits": [{"$ref": "#/components/messageTraits/escalation-event"}],
        "payload": {"$ref": f"./json/events/{event}.json"},
    }


def _message(spec: StreamSpec, record: type[Record] | None) -> dict[str, Any]:
    message = _envelope(spec)
    if record is None:
        payload = {"description": "Private to its step: read the other streams instead."}
        return message | {"name": "Row", "title": "Row", "payload": payload}
    message |= {"name": record.__name__, "title": record.__name__}
    if record in (Command, CommandAnswer):
        message["correlationId"] = {"description": "Id of the command.", "location": "$message.payload#/id"}
    if spec is REJECTED:
        message["contentType"] = "application/octet-stream"
        message["payload"] = {"description": "The bytes as they came, unread."}
    else:
        message["payload"] = {"$ref": f"./json/{file_name(record)}.json"}
    return message


def _envelope(spec: StreamSpec) -> dict[str, Any]:
    """Key and headers of a stream's records."""
    key = {"type": "string", "description": f"Key: {spec.key}."}
    found: dict[str, Any] = {"bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}}}
    if headers := header_texts(spec):
        properties = {name: {"type": "string", "description": text} for name, text in headers.items()}
        found["headers"] = {"type": "object", "properties": properties}
    return found


def header_texts(spec: StreamSpec) -> Mapping[str, str]:
    """The headers of a stream's records and what they tell; empty for the streams that use none."""
    if spec is CRISES:
        return _CLOUD_EVENTS
    if spec is not REJECTED:
        return {}
    texts = attributes_of(RejectedMention)[1]
    return {name: make_sentence(texts[name]) for name in RejectedMention.__struct_fields__ if name != "extra"}


def kept(spec: StreamSpec) -> str:
    """How long records of a stream are kept, in words."""
    lasts = spec.retention or spec.expires
    if lasts is None:
        return "for ever, the last of each key (compacted)"
    days = f"{lasts.days} day{'s' if lasts.days != 1 else ''}"
    return days if spec.retention else f"{days}, the last of each key (compacted)"


def make_sentence(text: str) -> str:
    """With a capital letter before it and a full stop behind it."""
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
