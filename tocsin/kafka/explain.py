"""Why Kafka cannot be reached or does not do what was asked, in words, with what helps against it."""

from __future__ import annotations

import re
from typing import NamedTuple

from aiokafka import errors as kafka
from aiokafka.errors import KafkaError

from tocsin.errors import BrokerError
from tocsin.settings import Settings


class _Cause(NamedTuple):
    """One line of the table: what its reason looks like, and what is said of it.

    In both texts `{address}`, `{protocol}`, `{mechanism}`, `{who}`, `{trusted}` and `{reason}` are filled in.
    """

    pattern: str
    what: str
    then: str


#: The reason of a broker that answered a token with nothing.
REFUSED = "token refused"

#: The first that fits is told. The patterns are words of OpenSSL, of Kafka and of the client.
_CAUSES = (
    _Cause(
        "no token",
        "Kafka at {address} was not asked: {reason}",
        "mend that place of tokens; Tocsin asks it again at its next start",
    ),
    _Cause(
        "UnsupportedSaslMechanism|does not support .* sasl",
        "Kafka at {address} does not offer KAFKA_SASL_MECHANISM={mechanism}",
        "set it to one of the broker's sasl.enabled.mechanisms, or enable it there",
    ),
    _Cause(
        REFUSED,
        "Kafka at {address} does not accept the token of {who}",
        "has it expired, or is its issuer or audience not what the broker expects? KAFKA_SASL_TOKEN_FILE, _COMMAND or "
        "_URL says where it comes from",
    ),
    _Cause(
        "Authentication",
        "Kafka at {address} does not let {who} in: {reason}",
        "check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD",
    ),
    _Cause(
        "certificate has expired",
        "the certificate of Kafka at {address} has expired",
        "renew it on the broker; if it is not, the certificate authority's has expired, or this computer's clock is "
        "wrong",
    ),
    _Cause(
        "certificate is not yet valid",
        "the certificate of Kafka at {address} is not valid yet",
        "is this computer's clock right?",
    ),
    _Cause(
        "mismatch, certificate is not valid for",
        "the certificate of Kafka at {address} was made for another host: {reason}",
        "name the broker in KAFKA_BOOTSTRAP as its certificate does, or make one with this name "
        "(subjectAltName); its advertised.listeners must be names of it too",
    ),
    _Cause(
        "self.signed certificate|unable to get (local )?issuer certificate|unable to verify",
        "the certificate of Kafka at {address} is signed by nobody whom this computer trusts ({trusted})",
        "set KAFKA_SSL_CAFILE to the file of the certificate authority that signed it (PEM)",
    ),
    _Cause(
        "CERTIFICATE_VERIFY_FAILED",
        "the certificate of Kafka at {address} is not accepted: {reason}",
        "look at it with `openssl s_client -connect {address}`",
    ),
    _Cause(
        "CERTIFICATE_REQUIRED|certificate required|BAD_CERTIFICATE|bad certificate|UNKNOWN_CA|unknown ca"
        "|HANDSHAKE_FAILURE|CERTIFICATE_UNKNOWN|certificate unknown|CERTIFICATE_EXPIRED",
        "Kafka at {address} does not accept the certificate of this client: {reason}",
        "set KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE to a certificate that the broker trusts (its ssl.truststore)",
    ),
    _Cause(
        "closed|reset|broken pipe|SSL|EOF|IllegalSaslState",
        "what answers at {address} does not speak {protocol}: {reason}",
        "check KAFKA_SECURITY_PROTOCOL and the port: a broker may have several",
    ),
)
_ELSE = _Cause(
    "", "no Kafka answers at {address} ({reason})", "start one with `tocsin kafka start`, or set KAFKA_BOOTSTRAP"
)

#: What Kafka refuses for want of a right: error → what the right would have been for.
_RIGHTS: dict[type[KafkaError], str] = {
    kafka.TopicAuthorizationFailedError: "a topic",
    kafka.GroupAuthorizationFailedError: "a consumer group",
    kafka.TransactionalIdAuthorizationFailed: "a transactional id",
    kafka.ClusterAuthorizationFailedError: "the cluster",
}


def explain(settings: Settings, reason: str) -> BrokerError:
    """Why Kafka cannot be reached, with what helps against this reason.

    Args:
        reason: as the client, OpenSSL or the broker gave it.
    """
    cause = next((each for each in _CAUSES if re.search(each.pattern, reason, re.IGNORECASE)), _ELSE)
    words = {
        "address": settings.bootstrap,
        "protocol": settings.security_protocol,
        "mechanism": settings.sasl_mechanism,
        "who": user_of(settings),
        "trusted": f"KAFKA_SSL_CAFILE={settings.ssl_cafile}" if settings.ssl_cafile else "its own list",
        "reason": _plain(reason),
    }
    return BrokerError(cause.what.format(**words), cause.then.format(**words))


def find_refusal(settings: Settings, error: BaseException) -> BrokerError | None:
    """What Kafka refused for want of a right, with how to get it; None when it was something else."""
    for kind, resource in _RIGHTS.items():
        if isinstance(error, kind):
            names = f" {_names(error)}" if error.args else ""
            return BrokerError(
                f"Kafka at {settings.bootstrap} does not give {user_of(settings)} the right to {resource}{names}",
                how_to_grant(settings),
            )
    return None


def how_to_grant(settings: Settings, role: str = "") -> str:
    """What to do when a right is missing."""
    only = f" --role {role}" if role else ""
    return (
        f"`tocsin streams acls{only} --namespace {settings.namespace} --principal {principal_of(settings)}` lists what "
        "it needs, with --commands for kafka-acls.sh"
    )


def principal_of(settings: Settings) -> str:
    """The name by which Kafka's access control knows this user, as far as the settings tell it."""
    has_name = settings.security_protocol.startswith("SASL") and settings.sasl_mechanism != "OAUTHBEARER"
    return f"User:{settings.sasl_username}" if has_name and settings.sasl_username else "User:NAME"


def user_of(settings: Settings) -> str:
    """This user, in a sentence."""
    principal = principal_of(settings)
    return f"the user {principal.removeprefix('User:')}" if principal != "User:NAME" else "this user"


def in_words(error: BaseException) -> str:
    """An error of the client without its number and class where they tell nothing; of what caused it, when it did."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, KafkaError) and type(error).__name__ == "KafkaConnectionError" and error.args:
        # "Connection closed" has the reason behind it, if there was one.
        return in_words(error.__cause__) if isinstance(error.__cause__, OSError) else str(error.args[0])
    return str(error) or type(error).__name__


def _plain(reason: str) -> str:
    """Without the number and the class of the client's error, OpenSSL's own name of it, and its line of C."""
    reason = re.sub(r"^\[Error \d+\] (\w+): <.*>$", r"\1", reason)
    reason = re.sub(r"^\[Error \d+\] \w+: ", "", reason)
    reason = re.sub(r"^\[SSL: \w+\] ", "", reason)
    return re.sub(r" \(_ssl\.c:\d+\)$", "", reason)


def _names(error: BaseException) -> str:
    first = error.args[0]
    names = first if isinstance(first, set | frozenset | list | tuple) else (first,)
    return ", ".join(sorted(str(name) for name in names))
