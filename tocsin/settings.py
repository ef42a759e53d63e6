"""Settings of one process, from the environment. Read once at the start; frozen after."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from tocsin.errors import ConfigurationError

#: Settings that may come from a file, named by the variable with `_FILE` at its end.
SECRETS = ("heartbeat_url", "respond_secret", "sasl_password", "ssl_key_password")

LOG_FORMATS = ("text", "json")

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
        response: path of response.yaml (TOCSIN_RESPONSE); a worker that finds none pages nobody.
        person: who acts when `--by` does not say it (TOCSIN_PERSON): an id of response.yaml, or a name.
        respond_url: address under which phones reach `tocsin respond` (TOCSIN_RESPOND_URL), https://respond.example.org;
            messages have acknowledge links when it and the secret are set.
        respond_secret: signs acknowledge links (TOCSIN_RESPOND_SECRET), at least 32 characters, the same for every
            notifier and for `tocsin respond`; never printed.
        respond_secret_file: file that holds that secret instead (TOCSIN_RESPOND_SECRET_FILE).
        state_directory: where rows are kept on disk (TOCSIN_STATE_DIR); may be deleted, Kafka has them all.
        metrics_port: port of /metrics (TOCSIN_METRICS_PORT); 0 takes a free one, -1 turns it off.
        metrics_host: address that /metrics listens on (TOCSIN_METRICS_HOST); 0.0.0.0 in a container.
        log: how this process logs (TOCSIN_LOG): text for people, or json, one object a line.
        heartbeat_url: outside address that is told once a minute that this process works (TOCSIN_HEARTBEAT_URL); it
            raises the alarm when it hears nothing. Whoever knows it can stand in for us: never printed.
        heartbeat_url_file: file that holds that address instead (TOCSIN_HEARTBEAT_URL_FILE).
        heartbeat_allow_private: it may lie on this computer or in a private network (TOCSIN_HEARTBEAT_ALLOW_PRIVATE=1).
        is_stock: run the agents on Faust's own transport (TOCSIN_STOCK=1): for comparison only, no guarantee.
        commit_interval_ms: longest time between two commits while there is work (TOCSIN_COMMIT_INTERVAL_MS).
        grace_ms: how long event time waits for slower mentions in a live namespace (TOCSIN_GRACE_MS).
        session_timeout_ms: a worker unheard of for so long loses its partitions (TOCSIN_SESSION_TIMEOUT_MS).
        chunk_records: most records that an agent is given at once (TOCSIN_CHUNK_RECORDS).
        security_protocol: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL (KAFKA_SECURITY_PROTOCOL).
        sasl_mechanism: SCRAM-SHA-256, SCRAM-SHA-512, or, over TLS only, PLAIN or OAUTHBEARER (KAFKA_SASL_MECHANISM).
        sasl_username: user of the SASL mechanism; with a token URL the client's id (KAFKA_SASL_USERNAME).
        sasl_password: its password; with a token URL the client's secret (KAFKA_SASL_PASSWORD); never printed.
        sasl_password_file: file that holds that password instead (KAFKA_SASL_PASSWORD_FILE).
        sasl_token_file: OAUTHBEARER: file that holds the token; read at each connection (KAFKA_SASL_TOKEN_FILE).
        sasl_token_command: OAUTHBEARER: command that prints a token, or JSON with `access_token` and `expires_in`;
            run without a shell (KAFKA_SASL_TOKEN_COMMAND).
        sasl_token_url: OAUTHBEARER: token endpoint for the OAuth grant of client credentials (KAFKA_SASL_TOKEN_URL).
        sasl_token_scope: OAUTHBEARER: scope that is asked for there (KAFKA_SASL_TOKEN_SCOPE).
        ssl_cafile: certificate authority of the brokers (KAFKA_SSL_CAFILE); None trusts the system's.
        ssl_certfile: certificate by which this client is known to the brokers, PEM (KAFKA_SSL_CERTFILE).
        ssl_keyfile: its private key, PEM (KAFKA_SSL_KEYFILE); None: it is in the same file.
        ssl_key_password: what decrypts that key (KAFKA_SSL_KEY_PASSWORD); never printed.
        ssl_key_password_file: file that holds what decrypts it instead (KAFKA_SSL_KEY_PASSWORD_FILE).
        crash_at: named crash point at which this process kills itself (TOCSIN_CRASH_AT), for the fault suite only.
    """

    bootstrap: str | None = None
    namespace: str = "tocsin"
    worker: str = ""
    watchlist: Path = Path("watchlist.yaml")
    response: Path = Path("response.yaml")
    person: str = ""
    respond_url: str = ""
    respond_secret: str = field(default="", repr=False)
    respond_secret_file: Path | None = None
    state_directory: Path = Path(".tocsin/state")
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    log: str = "text"
    heartbeat_url: str = field(default="", repr=False)
    heartbeat_url_file: Path | None = None
    heartbeat_allow_private: bool = False
    is_stock: bool = False
    commit_interval_ms: int = 100
    grace_ms: int = 5_000
    session_timeout_ms: int = 10_000
    chunk_records: int = 500
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-256"
    sasl_username: str = ""
    sasl_password: str = field(default="", repr=False)
    sasl_password_file: Path | None = None
    sasl_token_file: Path | None = None
    sasl_token_command: str = ""
    sasl_token_url: str = ""
    sasl_token_scope: str = ""
    ssl_cafile: Path | None = None
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None
    ssl_key_password: str = field(default="", repr=False)
    ssl_key_password_file: Path | None = None
    crash_at: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """Read the settings; `overrides` that are not None (from the command line) win.

        Raises:
            ConfigurationError: a value that cannot be used, naming its variable.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for each in fields(cls):
            variable = variable_of(each.name)
            if overrides.get(each.name) is not None:
                values[each.name] = overrides[each.name]
            elif environment.get(variable):
                values[each.name] = _read(variable, environment[variable], each)
        for name in SECRETS:
            if (path := values.get(f"{name}_file")) is not None:
                values[name] = _read_secret(name, path, values.get(name))
        values.setdefault("worker", socket.gethostname())
        for name in ("namespace", "worker"):
            if name in values and not _NAME.fullmatch(values[name]):
                raise ConfigurationError(
                    f"{variable_of(name)}={values[name]!r} is not a name that Kafka takes",
                    "use letters, digits, '.', '_' and '-', at most 100 of them",
                )
        if values.get("log", "text") not in LOG_FORMATS:
            raise ConfigurationError(f"TOCSIN_LOG={values['log']!r} is none", f"set one of {', '.join(LOG_FORMATS)}")
        if (url := values.get("heartbeat_url", "")) and not url.startswith(("https://", "http://")):
            raise ConfigurationError("TOCSIN_HEARTBEAT_URL is not an address", "it begins with https:// or http://")
        return cls(**values)

    def to_environment(self) -> dict[str, str]:
        """The variables that make these settings again in another process; what is empty or None is left out.

        A secret that came from a file goes there as that file's name.
        """
        variables = {}
        for each in fields(self):
            value = getattr(self, each.name)
            is_in_file = each.name in SECRETS and getattr(self, f"{each.name}_file") is not None
            if value not in (None, "") and not is_in_file:
                variables[variable_of(each.name)] = str(int(value) if isinstance(value, bool) else value)
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
    if name in ("bootstrap", "security_protocol") or name.startswith(("sasl_", "ssl_")):
        return f"KAFKA_{name.upper()}"
    special = {"state_directory": "TOCSIN_STATE_DIR", "is_stock": "TOCSIN_STOCK"}
    return special.get(name, f"TOCSIN_{name.upper()}")


def _read(variable: str, text: str, setting: Field[Any]) -> Any:
    default = setting.default
    if isinstance(default, bool):
        return text.lower() not in ("0", "false", "no", "off")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise ConfigurationError(f"{variable}={text!r} is not a whole number", f"for example {default}") from None
    return Path(text) if "Path" in str(setting.type) else text


def _read_secret(name: str, path: Path, other: str | None) -> str:
    variable = variable_of(f"{name}_file")
    if other is not None:
        raise ConfigurationError(
            f"{variable_of(name)} and {variable} are both set", "set one of them: which is meant cannot be told"
        )
    try:
        secret = path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigurationError(
            f"{variable}={path} cannot be read: {reason}", "name a file that this user may read"
        ) from None
    if not secret:
        raise ConfigurationError(f"{variable}={path} is empty", "write the secret into it, or name another file")
    return secret
