"""Reading and writing of records: what is refused and why, what survives, what the limits are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.crisis import EscalationEvent
from schemas.mention import Author, Mention, ScoredMention
from schemas.record import CAUSES, MAX_DEPTH, InvalidRecord, Record
from tests.builders import a_mention, a_scored_mention, a_signal, an_event

_PLAIN: dict[str, Any] = {
    "id": "m1",
    "text": "hello",
    "source": "x",
    "posted_at": "2026-01-05T12:00:00Z",
    "author": {"id": "a1"},
}


class Crowd(Record, frozen=True, kw_only=True):
    """A record with a list of records and one that may be absent, as a later version may have."""

    members: tuple[Author, ...] = ()
    leader: Author | None = None


def bytes_of(**fields: Any) -> bytes:
    return json.dumps(_PLAIN | fields).encode()


def nested(levels: int) -> Any:
    tree: Any = 1
    for _ in range(levels):
        tree = {"deeper": tree}
    return tree


def refusal(data: bytes) -> InvalidRecord:
    with pytest.raises(InvalidRecord) as caught:
        Mention.decode(data)
    return caught.value


def without(name: str) -> bytes:
    return json.dumps({field: value for field, value in _PLAIN.items() if field != name}).encode()


# Cause, what the message must name, and the bytes.
_REFUSED = [
    ("not-json", "not JSON", b"{"),
    ("not-json", "not JSON", b""),
    ("not-json", "not JSON", b"hello"),
    ("not-json", "not JSON", bytes_of() + b"{}"),
    ("not-json", "not JSON", bytes_of(text="x").replace(b'"x"', b'"\\ud800"')),
    ("bad-utf8", "byte 0", b"\xff\xfe"),
    ("bad-utf8", "byte", bytes_of(text="NAME").replace(b"NAME", b"\xc3\x28")),
    ("null", "null", b"null"),
    ("not-an-object", "list", b"[]"),
    ("not-an-object", "str", b'"text"'),
    ("not-an-object", "int", b"7"),
    ("too-deep", "`more`", bytes_of(more=nested(MAX_DEPTH + 1))),
    ("too-deep", "`more`", bytes_of(author={"id": "a1", "more": nested(MAX_DEPTH + 1)})),
    ("too-deep", "nested", b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    ("too-deep", "nested", b"[" * 100_000),
    ("missing-field", "`text`", without("text")),
    ("missing-field", "`author`", without("author")),
    ("missing-field", "$.author", bytes_of(author={"name": "Ann"})),
    ("wrong-type", "$.text", bytes_of(text=5)),
    ("wrong-type", "$.text", bytes_of(text=None)),
    ("wrong-type", "$.author", bytes_of(author="a1")),
    ("wrong-type", "$.posted_at", bytes_of(posted_at=1_700_000_000)),
    ("wrong-type", "$.engagement.likes", bytes_of(engagement={"likes": "many"})),
    ("wrong-type", "$.engagement.likes", bytes_of(engagement={"likes": 1.5})),
    ("bad-value", "$.posted_at", bytes_of(posted_at="yesterday")),
    ("bad-value", "timezone", bytes_of(posted_at="2026-01-05T12:00:00")),
    ("bad-value", "$.observed_at", bytes_of(observed_at="2026-01-05T12:00:00")),
    ("bad-value", "$.kind", bytes_of(kind="rumour")),
    ("bad-value", "$.id", bytes_of(id="")),
    ("bad-value", "$.id", bytes_of(id="i" * 513)),
    ("bad-value", "$.text", bytes_of(text="t" * 100_001)),
    ("bad-value", "$.engagement.likes", bytes_of(engagement={"likes": -1})),
    ("bad-value", "$.engagement.likes", bytes_of(engagement={"likes": 2**53})),
]


@pytest.mark.parametrize(("cause", "names", "data"), _REFUSED, ids=lambda value: str(value)[:40])
def test_a_refusal_tells_its_cause_and_names_the_place(cause: str, names: str, data: bytes) -> None:
    error = refusal(data)
    assert error.cause == cause
    assert names in str(error)


@pytest.mark.parametrize(
    ("cause", "data"),
    [(cause, data) for cause, _, data in _REFUSED if data[:2] == b'{"'],
    ids=lambda value: str(value)[:40],
)
def test_an_unknown_field_beside_a_fault_does_not_hide_it(cause: str, data: bytes) -> None:
    assert refusal(b'{"mood":1,' + data[1:]).cause == cause


def test_decoding_produces_every_cause_but_those_of_the_steps() -> None:
    made_by_steps = {"oversize", "from-the-future", "step-failed"}
    assert {cause for cause, _, _ in _REFUSED} == set(CAUSES) - made_by_steps


def test_a_whole_number_is_read_where_a_fraction_may_stand() -> None:
    scored = json.loads(a_scored_mention().encode()) | {"sentiment": -1}
    assert ScoredMention.decode(json.dumps(scored).encode()).sentiment == -1.0


@pytest.mark.parametrize("sentiment", [-1.001, 1.001])
def test_a_share_outside_its_range_is_refused(sentiment: float) -> None:
    scored = json.loads(a_scored_mention().encode()) | {"sentiment": sentiment}
    with pytest.raises(InvalidRecord, match="sentiment") as caught:
        ScoredMention.decode(json.dumps(scored).encode())
    assert caught.value.cause == "bad-value"


def test_the_limits_themselves_are_inside() -> None:
    mention = Mention.decode(bytes_of(id="i" * 512, text="t" * 100_000, engagement={"likes": 2**53 - 1}))
    assert (len(mention.id), len(mention.text), mention.engagement.likes) == (512, 100_000, 2**53 - 1)
    assert Mention.decode(bytes_of(more=nested(MAX_DEPTH))).extra == {"more": nested(MAX_DEPTH)}


def test_a_mention_that_was_read_once_is_read_inside_every_later_record() -> None:
    mention = Mention.decode(bytes_of(author={"id": "a1", "more": nested(MAX_DEPTH)}))
    scored = a_scored_mention(mention=mention)
    assert ScoredMention.decode(scored.encode()) == scored


def test_an_empty_text_is_a_mention_because_pictures_have_none() -> None:
    assert Mention.decode(bytes_of(text="")).text == ""


def test_a_time_keeps_its_instant_whatever_its_offset() -> None:
    there = Mention.decode(bytes_of(posted_at="2026-01-05T17:30:00+05:30"))
    assert there.posted_at == a_mention().posted_at


def test_unknown_fields_survive_at_the_top() -> None:
    mention = Mention.decode(bytes_of(mood="grim", tags=["a", {"b": None}]))
    assert mention.extra == {"mood": "grim", "tags": ["a", {"b": None}]}
    assert json.loads(mention.encode()) == _PLAIN | {"mood": "grim", "tags": ["a", {"b": None}]}


def test_unknown_fields_survive_inside_nested_records() -> None:
    author = {"id": "a1", "pronouns": "they"}
    mention = Mention.decode(bytes_of(author=author))
    assert mention.author.extra == {"pronouns": "they"}
    assert json.loads(mention.encode())["author"] == author


def test_unknown_fields_survive_in_records_that_may_be_absent() -> None:
    event = json.loads(an_event(signal=a_signal()).encode())
    event["signal"]["shape"] = "step"
    event["crisis"]["mood"] = "tense"
    read = EscalationEvent.decode(json.dumps(event).encode())
    assert read.signal is not None
    assert read.signal.extra == {"shape": "step"}
    assert json.loads(read.encode()) == event


def test_unknown_fields_survive_in_lists_of_records() -> None:
    crowd = {"members": [{"id": "a1"}, {"id": "a2", "mood": 1}], "leader": {"id": "a3", "mood": 2}}
    read = Crowd.decode(json.dumps(crowd).encode())
    assert read.members[1].extra == {"mood": 1}
    assert json.loads(read.encode()) == crowd


def test_a_changed_copy_still_carries_the_unknown_fields() -> None:
    mention = Mention.decode(bytes_of(mood="grim")).replace(text="edited")
    assert json.loads(mention.encode()) == _PLAIN | {"mood": "grim", "text": "edited"}


def test_the_inner_name_of_unknown_fields_reaches_nothing_from_outside() -> None:
    forged = {"~extra": {"id": "another", "deep": nested(5)}}
    mention = Mention.decode(bytes_of(**forged))
    assert mention.id == "m1"
    assert json.loads(mention.encode()) == _PLAIN | forged


def test_depth_below_the_inner_name_is_limited_like_everywhere() -> None:
    assert refusal(bytes_of(**{"~extra": nested(MAX_DEPTH + 1)})).cause == "too-deep"


def test_a_source_named_like_the_inner_name_harms_nothing() -> None:
    signal = a_signal(sources={"~extra": 3}, extra={"mood": 1})
    assert json.loads(signal.encode())["sources"] == {"~extra": 3}
    assert type(signal).decode(signal.encode()) == signal


def test_fields_at_their_defaults_are_not_written() -> None:
    assert json.loads(Mention.decode(bytes_of()).encode()) == _PLAIN
    assert json.loads(Mention.decode(bytes_of(kind="mention", private=False, url=None)).encode()) == _PLAIN


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        a_mention().text = "other"  # type: ignore[misc]


def test_keys_name_the_source_so_that_two_services_never_share_an_author() -> None:
    here, there = a_mention(source="x"), a_mention(source="y")
    assert (here.key, here.author_key) == ("x|m1", "x|a1")
    assert here.key != there.key
    assert here.author_key != there.author_key


def test_an_escalation_event_carries_cloud_event_headers() -> None:
    headers = dict(an_event("crisis.opened").headers("demo"))
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == b"tocsin.crisis.opened.v2"
    assert headers["ce_source"] == b"/tocsin/demo"
    assert headers["ce_subject"] == b"acme/*"
    assert headers["ce_id"] == b"e1"
    assert headers["ce_correlationid"] == b"c1"
