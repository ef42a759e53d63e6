"""What a local broker is: its folder, its memory, its listeners; rendered as the files that Kafka reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

ADDRESS = "127.0.0.1"  # `localhost` may mean ::1 to the client and 127.0.0.1 to the broker
SASL_MECHANISM = "SCRAM-SHA-256"
SCRAM_MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-512")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the broker listens, always on 127.0.0.1."""

    plain: int
    controller: int
    sasl: int


@dataclass(frozen=True, slots=True)
class Listener:
    """One more door of the broker, on 127.0.0.1: with TLS, with SASL, with another certificate.

    Attributes:
        name: in capital letters, of this broker alone.
        protocol: SSL, SASL_PLAINTEXT or SASL_SSL.
        properties: Kafka's, without `listener.name.NAME.` before them.
    """

    name: str
    port: int
    protocol: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScramUser:
    """A user who is let in by SCRAM-SHA-256 and SCRAM-SHA-512."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """How to run a local broker. The defaults suit a laptop and a test run."""

    #: Everything the broker writes is in here: data, log, state. Deleting it (when stopped) forgets all.
    directory: Path = Path(".tocsin") / "kafka"
    #: The port of the plain listener; None takes a free one. A folder keeps the port of its first start.
    port: int | None = None
    #: 128 idles, 384 carries the benchmarks; the rest of the broker's memory is the page cache.
    heap_mb: int = 384
    #: Also listen with SASL_PLAINTEXT, mechanism SCRAM-SHA-256. Decided at a folder's first start.
    sasl: bool = False
    #: Further listeners; they have to be the same at every start of a folder.
    listeners: tuple[Listener, ...] = ()
    #: Further users, made at a folder's first start.
    users: tuple[ScramUser, ...] = ()
    #: Ask the access control list. Whoever uses the plain listener may do everything, as the broker itself does.
    has_acls: bool = False
    #: Options of the virtual machine.
    java_options: tuple[str, ...] = ()
    #: A warm start takes a few seconds; a busy machine may need many.
    start_timeout: timedelta = timedelta(seconds=90)
    #: A clean stop flushes and takes about a second.
    stop_timeout: timedelta = timedelta(seconds=15)


def render_server(settings: BrokerSettings, ports: Ports) -> str:
    """The broker's server.properties."""
    listeners = {"PLAINTEXT": ports.plain, "CONTROLLER": ports.controller}
    protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"}
    properties: dict[str, str | int | bool | Path] = {}
    if settings.sasl:
        listeners["SASL"] = ports.sasl
        protocols["SASL"] = "SASL_PLAINTEXT"
        login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        properties |= {
            "sasl.enabled.mechanisms": SASL_MECHANISM,
            f"listener.name.sasl.{SASL_MECHANISM.lower()}.sasl.jaas.config": login,
        }
    for door in settings.listeners:
        listeners[door.name], protocols[door.name] = door.port, door.protocol
        properties |= {f"listener.name.{door.name.lower()}.{name}": value for name, value in door.properties.items()}
    if settings.has_acls:
        properties |= {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }
    listening = [f"{name}://{ADDRESS}:{port}" for name, port in listeners.items()]
    properties = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{ADDRESS}:{ports.controller}",
        "listeners": ",".join(listening),
        "advertised.listeners": ",".join(text for text in listening if not text.startswith("CONTROLLER")),
        "listener.security.protocol.map": ",".join(f"{name}:{kind}" for name, kind in protocols.items()),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        **properties,
        "log.dirs": settings.directory.absolute() / "data",
        # A typo in a stream's name is an error, not a new stream.
        "auto.create.topics.enable": False,
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        # A publication of the engine is a few hundred mentions in one batch; the default of 1 MiB is near.
        "message.max.bytes": 4 << 20,
        # Indexes are allocated whole: 10 MB each by default, for a hundred partitions of a demo.
        "log.segment.bytes": 128 << 20,
        "log.index.size.max.bytes": 1 << 20,
        # On the heap; the default of 128 MB alone is a third of ours.
        "log.cleaner.dedupe.buffer.size": 8 << 20,
        "log.cleaner.io.buffer.size": 128 << 10,
        "num.network.threads": 2,
        "num.io.threads": 4,
        # Few consumer groups and producers live here; each partition of these costs files and start time.
        "offsets.topic.num.partitions": 3,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        # A dead worker's open transaction freezes its readers until this timer has looked.
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
        "group.initial.rebalance.delay.ms": 0,
        # After a kill, the controller refuses the new broker until the dead one's session ends: 9 s by default.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        # Tests of failure use shorter sessions than anyone would in production.
        "group.min.session.timeout.ms": 1000,
    }
    return "".join(f"{name}={_render(value)}\n" for name, value in properties.items())


def render_logging(settings: BrokerSettings) -> str:
    """The broker's log4j2.properties: rolled at 10 MB, two kept.

    With access control each of its decisions is there too, a thousand lines a second, and more is kept.
    """
    log = settings.directory.absolute() / "broker.log"
    rights = "logger.rights.name=kafka.authorizer.logger\nlogger.rights.level=debug\n" if settings.has_acls else ""
    return f"""\
status=error
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName={log}
appender.file.filePattern={log}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{{ISO8601}} %p %m (%c{{1}})%n
appender.file.policies.type=SizeBasedTriggeringPolicy
appender.file.policies.size=10MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max={20 if settings.has_acls else 2}
rootLogger.level=info
rootLogger.appenderRef.file.ref=file
logger.requests.name=kafka.request.logger
logger.requests.level=warn
{rights}"""


def _render(value: str | int | bool | Path) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
