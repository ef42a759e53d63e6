import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.builders import a_mention
from tocsin.errors import ConfigurationError
from tocsin.sources.columns import NaiveTimeError, parse_columns, parse_time, parse_zone
from tocsin.sources.files import NAMED_ROWS, Reading, read_mentions, restore_airline_text

AIRLINE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "airline" / "tweets.csv"
NOON = "2015-02-24 11:59:00 -0800"
HEADER = "id,text,author,posted_at\n"


def read(folder: Path, content: str | bytes, name: str = "mentions.csv", **options: Any) -> Reading:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_mentions(path, **options)


def refused(folder: Path, content: str | bytes, name: str = "mentions.csv", **options: Any) -> str:
    """The words with which the whole file is refused."""
    with pytest.raises(ConfigurationError) as caught:
        read(folder, content, name, **options)
    return str(caught.value)


def test_a_csv_file_whose_columns_have_well_known_names_needs_no_more(tmp_path: Path) -> None:
    reading = read(tmp_path, f"tweet_id,Text,User Name,screen_name,retweet_count,created at\n1,hi,x,ann,3,{NOON}\n")
    (mention,) = reading.mentions
    assert (mention.id, mention.text, mention.author.id, mention.engagement.reshares) == ("1", "hi", "ann", 3)
    assert mention.posted_at == datetime(2015, 2, 24, 19, 59, tzinfo=UTC)
    assert mention.source == "mentions"


def test_columns_are_taken_as_they_were_named(tmp_path: Path) -> None:
    columns = parse_columns("id=nr, text=said, author=who, handle=who, posted_at=when, likes=hearts")
    reading = read(tmp_path, f"nr,said,who,when,hearts\n7,hello,bob,{NOON},5\n", columns=columns)
    (mention,) = reading.mentions
    assert (mention.id, mention.author.id, mention.author.handle, mention.engagement.likes) == ("7", "bob", "bob", 5)


def test_mentions_as_they_travel_are_read_as_they_are(tmp_path: Path) -> None:
    mention = a_mention("hé", at=5)
    assert read(tmp_path, mention.encode() + b"\n\n", "m.jsonl").mentions == [mention]


def test_json_of_another_shape_is_read_by_dotted_columns(tmp_path: Path) -> None:
    row = {"tweet_id": 9, "body": "hi", "user": {"screen_name": "ann", "n": 12}, "created_at": 1424807940000}
    columns = parse_columns("author=user.screen_name,followers=user.n")
    (mention,) = read(tmp_path, orjson.dumps(row), "m.jsonl", columns=columns).mentions
    assert (mention.id, mention.author.id, mention.author.followers) == ("9", "ann", 12)
    assert mention.posted_at == datetime(2015, 2, 24, 19, 59, tzinfo=UTC)


def test_a_column_that_early_rows_leave_out_is_still_known(tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": "x", "author": "a", "date": NOON} | ({"likes": n} if n else {}) for n in range(3)]
    reading = read(tmp_path, b"\n".join(map(orjson.dumps, rows)), "m.jsonl")
    assert [mention.engagement.likes for mention in reading.mentions] == [0, 1, 2]


def test_mentions_are_sorted_by_time_and_equal_times_keep_their_order(tmp_path: Path) -> None:
    rows = "".join(f"{id},x,a,2020-01-0{day}T00:00:00Z\n" for id, day in (("c", 2), ("a", 1), ("d", 2), ("b", 1)))
    assert [mention.id for mention in read(tmp_path, HEADER + rows).mentions] == ["a", "b", "c", "d"]


def test_gzip_is_unpacked_whatever_its_name(tmp_path: Path) -> None:
    content = gzip.compress(a_mention().encode())
    assert len(read(tmp_path, content, "m.jsonl.gz").mentions) == 1
    assert len(read(tmp_path, content, "m").mentions) == 1


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    content = gzip.compress(b"\n".join([a_mention(str(n)).encode() for n in range(2_000)]))[:-400]
    assert "the gzip archive is damaged" in refused(tmp_path, content, "m.jsonl.gz")


def test_a_dash_is_standard_input() -> None:
    reading = read_mentions("-", standard_input=io.BytesIO(a_mention().encode()))
    assert reading.place == "standard input"
    assert len(reading.mentions) == 1
    csv = read_mentions("-", standard_input=io.BytesIO(f"{HEADER}1,x,a,{NOON}\n".encode()))
    assert csv.mentions[0].source == "file"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_and_a_byte_order_mark_are_understood(tmp_path: Path, delimiter: str) -> None:
    content = "\ufeff" + HEADER.replace(",", delimiter) + delimiter.join(["1", '"a\nb"', "ann", NOON]) + "\n"
    assert read(tmp_path, content).mentions[0].text == "a\nb"


def test_a_source_can_be_named_and_a_column_tells_it_better(tmp_path: Path) -> None:
    content = f"id,text,author,posted_at,source\n1,x,a,{NOON},\n2,x,a,{NOON},forum\n"
    assert [mention.source for mention in read(tmp_path, content, source="chat").mentions] == ["chat", "forum"]


# -- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["2015-02-24T19:59:00Z", "2015-02-24 11:59:00 -0800", "2015-02-24T20:59:00+01:00", "2015-02-24 19:59:00 UTC",
     "1424807940", "1424807940.0", "1424807940000", " 20150224T195900Z "],
)  # fmt: skip
def test_one_instant_has_many_spellings(text: str) -> None:
    assert parse_time(text) == datetime(2015, 2, 24, 19, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "24/02/2015 11:59", "", "99999", "2015-13-01T00:00:00Z", "nan"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_time(text)


def test_a_time_without_an_offset_needs_a_zone() -> None:
    with pytest.raises(NaiveTimeError):
        parse_time("2015-02-24 11:59:00")
    for zone in ("America/Los_Angeles", "-08:00"):
        assert parse_time("2015-02-24 11:59:00", parse_zone(zone)) == datetime(2015, 2, 24, 19, 59, tzinfo=UTC)


def test_a_file_with_such_a_time_is_refused_naming_its_line(tmp_path: Path) -> None:
    content = f"{HEADER}1,x,a,{NOON}\n2,x,a,2015-02-24 11:59:00\n"
    words = refused(tmp_path, content)
    assert "mentions.csv:3: the time '2015-02-24 11:59:00' has no offset" in words
    assert "--time-zone" in words
    assert len(read(tmp_path, content, zone=parse_zone("UTC")).mentions) == 2


@pytest.mark.parametrize("name", ["Mars/Olympus", "+25:99", "", "../etc/passwd"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a time zone"):
        parse_zone(name)


# -- rows that are no mentions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"2,x,a\n", "3 cells, the header has 4"),
        (b"2,x,a,b,c\n", "5 cells, the header has 4"),
        (b"2,x,a,never\n", "'never' is not a time"),
        (b",x,a,1424807940\n", "id is empty (column 'id')"),
        (b"2,x,,1424807940\n", "author is empty"),
        (b"2,\xff\xfe,a,1424807940\n", "not UTF-8"),
        (b"2," + b"x" * 150_000 + b",a,1424807940\n", "not CSV: field larger"),
        (b"2," + b"x" * 110_000 + b",a,1424807940\n", "length <= 100000"),
    ],
)
def test_a_row_of_csv_that_is_no_mention_is_named_and_the_rest_goes_on(tmp_path: Path, row: bytes, reason: str) -> None:
    good = f"1,x,a,{NOON}\n".encode()
    reading = read(tmp_path, HEADER.encode() + good + row + good)
    assert len(reading.mentions) == 2
    assert reading.refused_count == 1
    assert reading.refused[0].line == 3
    assert reason in str(reading.refused[0])


@pytest.mark.parametrize("line", [b"{broken", b"null", b"[1]", b'"text"', b'{"id": "2"}', b"\xff\xfe{}"])
def test_a_line_of_jsonl_that_is_no_mention_is_named_and_the_rest_goes_on(tmp_path: Path, line: bytes) -> None:
    reading = read(tmp_path, b"\n".join([a_mention().encode(), line, a_mention().encode()]), "m.jsonl")
    assert len(reading.mentions) == 2
    assert (reading.refused_count, reading.refused[0].line) == (1, 2)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("likes", "many", "'many' is not a number"),
        ("likes", "-3", "likes"),
        ("verified", "perhaps", "neither true nor false"),
        ("kind", "rumour", "kind"),
    ],
)
def test_a_cell_that_cannot_be_understood_is_named(tmp_path: Path, column: str, cell: str, reason: str) -> None:
    content = f"id,text,author,posted_at,{column}\n1,x,a,{NOON},\n2,x,a,{NOON},{cell}\n"
    reading = read(tmp_path, content)
    assert len(reading.mentions) == 1
    assert reason in reading.refused[0].reason


def test_only_the_first_refused_rows_are_named_and_all_are_counted(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADER + f"1,x,a,{NOON}\n" + "2,x,a,never\n" * 50)
    assert reading.refused_count == 50
    assert [row.line for row in reading.refused] == list(range(3, 3 + NAMED_ROWS))


def test_the_line_of_a_row_is_where_it_begins(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADER + f'1,"two\nlines",a,{NOON}\n2,"three\n\nlines",a,never\n')
    assert reading.refused[0].line == 4


# -- files that cannot be used -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("", "m.csv", "is empty"),
        ("\n \n", "m.jsonl", "is empty"),
        (gzip.compress(b"", mtime=0), "m.csv.gz", "is empty"),
        (HEADER, "m.csv", "it holds no rows"),
        (HEADER + "1,x,a,never\n", "m.csv", "not one of its 1 rows is a mention:\n    line 2: 'never' is not a time"),
        ("{broken\n", "m.jsonl", "not one of its 1 rows is a mention"),
        ('[{"id": "1"}]', "m.json", "is one JSON list"),
        (HEADER.encode("utf-16"), "m.csv", "is UTF-16"),
        ("id,text,author\n1,x,a\n", "m.csv", "no column for 'posted_at'; it has: 'id', 'text', 'author'"),
        ("id,texxt,author,date\n1,x,a,b\n", "m.csv", "no column for 'text' (nearest: 'texxt')"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, content: str | bytes, name: str, words: str
) -> None:
    assert words in refused(tmp_path, content, name)


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    words = refused(tmp_path, f"{HEADER}1,x,a,{NOON}\n", columns={"likes": "txt"})
    assert "no column 'txt' (for likes) (nearest: 'text')" in words
    assert "it has: 'id', 'text', 'author', 'posted_at'" in words


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file"):
        read_mentions(tmp_path / "nothing.csv")
    with pytest.raises(ConfigurationError, match="is a directory"):
        read_mentions(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id", "is not of the form field=column"),
        ("id=", "is not of the form"),
        ("txt=a", "(nearest: 'text')"),
    ],
)
def test_columns_that_make_no_sense_are_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_columns(text)
    assert words in str(caught.value)


def test_an_unknown_preset_is_told(tmp_path: Path) -> None:
    assert "presets: airline" in refused(tmp_path, HEADER, preset="trains")


# -- the airline file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "restored"),
    [
        ("Cancelled Flightled twice, Cancelled Flightlations", "cancelled twice, cancellations"),
        ("2 hours Late Flight, see you Late Flightr", "2 hours late, see you later"),
        ("your Flight Booking Problems page", "your booking page"),
        ("a flight that left", "a flight that left"),
    ],
)
def test_texts_are_restored_to_what_people_wrote(published: str, restored: str) -> None:
    assert restore_airline_text(published) == restored


@pytest.mark.skipif(not AIRLINE.exists(), reason="the airline tweets are not beside the project (../shared/data)")
def test_the_airline_preset_reads_the_whole_file() -> None:
    reading = read_mentions(AIRLINE, preset="airline")
    assert (len(reading.mentions), reading.refused_count) == (4_642, 0)
    assert {mention.source for mention in reading.mentions} == {"twitter"}
    assert not any("Late Flight" in mention.text or "Cancelled Flight" in mention.text for mention in reading.mentions)
    assert all(mention.author.id == mention.author.handle for mention in reading.mentions)
    assert sum(mention.engagement.reshares for mention in reading.mentions) > 0
