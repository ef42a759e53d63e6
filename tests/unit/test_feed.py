from datetime import UTC, datetime

import pytest

from schemas.streams import WATERMARK_HEADER
from tests.builders import a_rejected_mention
from tocsin.feed import parse_rejected
from tocsin.kafka.follow import find_watermark


def test_a_rejected_mention_is_read_from_its_headers() -> None:
    about = a_rejected_mention(size=9_000, is_truncated=True)
    fields = {field: getattr(about, field) for field in about.__struct_fields__ if field != "extra"}
    fields |= {"first_failed_at": about.first_failed_at.isoformat(), "is_truncated": 1}
    headers = [(field, str(value).encode()) for field, value in fields.items()]
    assert parse_rejected(headers, b"{broken", 0) == (about, b"{broken")


@pytest.mark.parametrize(
    "headers", [[], [("first_failed_at", b"2026-01-01T00:00:00"), ("offset", b"\xff"), ("other", b"")]]
)
def test_what_headers_do_not_tell_is_filled_from_the_record(headers: list[tuple[str, bytes]]) -> None:
    about, value = parse_rejected(headers, b"12345", 1_000)
    assert (about.cause, about.size, about.offset, value) == ("unknown", 5, -1, b"12345")
    assert about.first_failed_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_a_record_that_carries_time_is_told_from_the_others() -> None:
    assert find_watermark([("ce_id", b"1"), (WATERMARK_HEADER, b"author:3/12@77")]) == b"author:3/12@77"
    assert find_watermark([("ce_id", b"1")]) is None
