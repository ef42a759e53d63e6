"""A broker with TLS, SASL and an access control list, and everything that a client may do wrong with them."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tocsin.kafka import BrokerSettings, LocalBroker
from tocsin.kafka.rights import Right
from tocsin.kafka.settings import ADDRESS, Listener, ScramUser
from tocsin.kafka.state import find_free_port
from tocsin.settings import Settings

PASSWORD = "a password; with spaces $and {signs} in it"
AUDIENCE = "kafka"
#: Numbers of Kafka's protocol (org.apache.kafka.common.resource, org.apache.kafka.common.acl).
_RESOURCES = {"Topic": 2, "Group": 3, "TransactionalId": 5}
_LITERAL, _PREFIXED = 3, 4
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10}
_ALLOW = 3

_MODULES = "org.apache.kafka.common.security"
_SCRAM = f"{_MODULES}.scram.ScramLoginModule required;"
_OAUTH = f"{_MODULES}.oauthbearer.OAuthBearerLoginModule required;"


class SecureKafka:
    """One broker, whose listeners have a right certificate, an expired one, one of another host, one of a stranger.

    Attributes:
        ca: file of the certificate authority that signed the brokers' certificates, except the stranger's.
        users: those who have `PASSWORD` by SCRAM and PLAIN; by certificate and by token there are others.
    """

    def __init__(self, folder: Path, users: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.users = tuple(users)
        self._folder = folder
        self._ca, stranger = trustme.CA(), trustme.CA()
        self.ca = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca))
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        keys = folder / "keys.json"
        keys.write_text(json.dumps({"keys": [self._public_key()]}), encoding="utf-8")
        now = datetime.now(UTC)
        certificates = {
            "RIGHT": self._ca.issue_cert(ADDRESS),
            "EXPIRED": self._ca.issue_cert(
                ADDRESS, not_before=now - timedelta(days=9), not_after=now - timedelta(days=2)
            ),
            "ELSEWHERE": self._ca.issue_cert("kafka.example.org"),
            "STRANGER": stranger.issue_cert(ADDRESS),
            "MUTUAL": self._ca.issue_cert(ADDRESS),
        }
        taken: set[int] = set()
        doors = []
        for name, certificate in certificates.items():
            port = find_free_port(taken)
            taken.add(port)
            properties = {
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(self._write_pem(name.lower(), certificate)),
            }
            if name == "MUTUAL":
                properties |= {
                    "ssl.client.auth": "required",
                    "ssl.truststore.type": "PEM",
                    "ssl.truststore.location": str(self.ca),
                    "ssl.principal.mapping.rules": "RULE:^.*CN=([^,]*).*$/$1/",
                }
            else:
                properties |= self._sasl(keys)
            doors.append(Listener(name, port, "SSL" if name == "MUTUAL" else "SASL_SSL", properties))
        self._ports = {door.name: door.port for door in doors}
        self.broker = LocalBroker(
            BrokerSettings(
                directory=folder / "kafka",
                listeners=tuple(doors),
                users=tuple(ScramUser(name, PASSWORD) for name in self.users),
                has_acls=True,
                # Kafka fetches keys from nowhere but here.
                java_options=(f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={keys.as_uri()}",),
            )
        )

    def settings(self, user: str, namespace: str, door: str = "RIGHT") -> Settings:
        """How this user connects, over SCRAM-SHA-512 and TLS."""
        return Settings(
            bootstrap=f"{ADDRESS}:{self._ports[door]}",
            namespace=namespace,
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_username=user,
            sasl_password=PASSWORD,
            ssl_cafile=self.ca,
        )

    def settings_of_admin(self, namespace: str) -> Settings:
        """The plain listener, where everything is allowed."""
        return Settings(bootstrap=self.broker.bootstrap, namespace=namespace)

    def settings_with_certificate(self, name: str, namespace: str) -> Settings:
        """How somebody connects who is known by a certificate."""
        pem = self._write_pem(name, self._ca.issue_cert(f"{name}@example.org", common_name=name))
        return replace(
            self.settings(name, namespace, "MUTUAL"),
            security_protocol="SSL",
            sasl_username="",
            sasl_password="",
            ssl_certfile=pem,
        )

    def token(self, subject: str, seconds: float = 3600, audience: str = AUDIENCE) -> str:
        """A signed token of this subject."""
        now = int(time.time())
        claims = {"sub": subject, "iat": now - 60, "exp": int(now + seconds), "aud": audience, "scope": "kafka"}
        head = {"alg": "RS256", "kid": "tests", "typ": "JWT"}
        signed = b".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
        signature = self._key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return b".".join((signed, _base64(signature))).decode()

    async def grant(self, user: str, rights: Iterable[Right]) -> None:
        """Put rights into the access control list."""
        await self._ask(CreateAclsRequest, user, rights)

    async def revoke(self, user: str, rights: Iterable[Right]) -> None:
        """Take rights out of it."""
        await self._ask(DeleteAclsRequest, user, rights)

    async def _ask(self, request: Any, user: str, rights: Iterable[Right]) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.bootstrap)
        await admin.start()
        try:
            for right in rights:
                answer = await admin._send_request(
                    request(
                        _RESOURCES[right.resource], right.name, _PREFIXED if right.is_prefix else _LITERAL,
                        f"User:{user}", "*", _OPERATIONS[right.operation], _ALLOW,
                    )
                )  # fmt: skip
                outcomes = answer.creation_responses if request is CreateAclsRequest else answer.filter_responses
                assert [outcome[0] for outcome in outcomes] == [0], outcomes
        finally:
            await admin.close()

    def _sasl(self, keys: Path) -> dict[str, str]:
        passwords = " ".join(f'user_{name}="{PASSWORD}"' for name in self.users)
        return {
            "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN,OAUTHBEARER",
            "scram-sha-512.sasl.jaas.config": _SCRAM,
            "plain.sasl.jaas.config": f"{_MODULES}.plain.PlainLoginModule required {passwords};",
            "oauthbearer.sasl.jaas.config": _OAUTH,
            "oauthbearer.sasl.server.callback.handler.class": (
                f"{_MODULES}.oauthbearer.OAuthBearerValidatorCallbackHandler"
            ),
            "sasl.oauthbearer.jwks.endpoint.url": keys.as_uri(),
            "sasl.oauthbearer.expected.audience": AUDIENCE,
        }

    def _write_pem(self, name: str, certificate: trustme.LeafCert) -> Path:
        """Key and certificates in one file; the key in PKCS #8, as Kafka wants it."""
        key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
        pem = self._folder / f"{name}.pem"
        pem.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        )
        return pem

    def _public_key(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        parts = {
            name: _base64(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()
            for name, number in (("n", numbers.n), ("e", numbers.e))
        }
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "tests", **parts}


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
