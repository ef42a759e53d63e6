"""Settings of one process, from the environment. Read once at the start; frozen after."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from tocsin.errors import ConfigurationError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker, a notifier or a command needs to know of its surroundings.

    Attributes:
        bootstrap: address of Kafka, `host:port[,host:port]` (KAFKA_BOOTSTRAP); None: none was named.
        namespace: prefix of streams, groups and state (TOCSIN_NAMESPACE).
        worker: name of this worker, stable over restarts, unique in the namespace (TOCSIN_WORKER): its group instance
            id and its transactional id. Two processes of one name fence each other.
        watchlist: path of watchlist.yaml (TOCSIN_WATCHLIST).
        response: path of response.yaml (TOCSIN_RESPONSE).
        state_directory: where rows are kept on disk (TOCSIN_STATE_DIR); may be deleted, Kafka has them all.
        metrics_port: port of /metrics (TOCSIN_METRICS_PORT); 0 takes a free one, -1 turns it off.
        metrics_host: address that /metrics listens on (TOCSIN_METRICS_HOST); 0.0.0.0 in a container.
        is_stock: run the agents on Faust's own transport (TOCSIN_STOCK=1): for comparison only, no guarantee.
        commit_interval_ms: longest time between two commits while there is work (TOCSIN_COMMIT_INTERVAL_MS).
        grace_ms: how long event time waits for slower mentions in a live namespace (TOCSIN_GRACE_MS).
        session_timeout_ms: a worker unheard of for so long loses its partitions (TOCSIN_SESSION_TIMEOUT_MS).
        chunk_records: most records that an agent is given at once (TOCSIN_CHUNK_RECORDS).
        security_protocol: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL (KAFKA_SECURITY_PROTOCOL).
        sasl_mechanism: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (KAFKA_SASL_MECHANISM).
        sasl_username: user of the SASL mechanism (KAFKA_SASL_USERNAME).
        sasl_password: its password (KAFKA_SASL_PASSWORD); never printed.
        ssl_cafile: certificate authority of the brokers (KAFKA_SSL_CAFILE); None trusts the system's.
        crash_at: named crash point at which this process kills itself (TOCSIN_CRASH_AT), for the fault suite only.
    """

    bootstrap: str | None = None
    namespace: str = "tocsin"
    worker: str = ""
    watchlist: Path = Path("watchlist.yaml")
    response: Path = Path("response.yaml")
    state_directory: Path = Path(".tocsin/state")
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    is_stock: bool = False
    commit_interval_ms: int = 100
    grace_ms: int = 5_000
    session_timeout_ms: int = 10_000
    chunk_records: int = 500
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-256"
    sasl_username: str = ""
    sasl_password: str = ""
    ssl_cafile: Path | None = None
    crash_at: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """Read the settings; `overrides` that are not None (from the command line) win.

        Raises:
            ConfigurationError: a value that cannot be used, naming its variable.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for field in fields(cls):
            variable = variable_of(field.name)
            if overrides.get(field.name) is not None:
                values[field.name] = overrides[field.name]
            elif environment.get(variable):
                values[field.name] = _read(variable, environment[variable], field.default)
        values.setdefault("worker", socket.gethostname())
        for name in ("namespace", "worker"):
            if name in values and not _NAME.fullmatch(values[name]):
                raise ConfigurationError(
                    f"{variable_of(name)}={values[name]!r} is not a name that Kafka takes",
                    "use letters, digits, '.', '_' and '-', at most 100 of them",
                )
        return cls(**values)

    def to_environment(self) -> dict[str, str]:
        """The variables that make these settings again in another process; what is empty or None is left out."""
        variables = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value not in (None, ""):
                variables[variable_of(field.name)] = str(int(value) if isinstance(value, bool) else value)
        return variables

    def require_bootstrap(self) -> str:
        """The address of Kafka.

        Raises:
            ConfigurationError: none was named.
        """
        if not self.bootstrap:
            raise ConfigurationError(
                "no Kafka was named",
                "set KAFKA_BOOTSTRAP=host:port, or start a local one with `tocsin kafka start`",
            )
        return self.bootstrap


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    if name in ("bootstrap", "security_protocol", "ssl_cafile") or name.startswith("sasl_"):
        return f"KAFKA_{name.upper()}"
    special = {"state_directory": "TOCSIN_STATE_DIR", "is_stock": "TOCSIN_STOCK"}
    return special.get(name, f"TOCSIN_{name.upper()}")


def _read(variable: str, text: str, default: Any) -> Any:
    if isinstance(default, bool):
        return text.lower() not in ("0", "false", "no", "off")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise ConfigurationError(f"{variable}={text!r} is not a whole number", f"for example {default}") from None
    return Path(text) if isinstance(default, Path) or variable == "KAFKA_SSL_CAFILE" else text
