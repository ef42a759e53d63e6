"""What the tests of answers share: a communication policy of an invented brand, and complaints in three languages."""

from __future__ import annotations

from schemas.mention import Evidence
from tests.builders import an_evidence
from tocsin.response.replies.facts import Facts
from tocsin.response.replies.policy import CommunicationPolicy, parse_communication
from tocsin.strict_yaml import read_yaml

POLICY_TEXT = """\
version: 3
sender: Acme
signature: {en: "— Rosa, Acme", es: "— Rosa, de Acme", vi: "— Rosa, Acme"}
channels:
  care:
    kind: private
    label: {en: our care chat, es: nuestro chat de atención, vi: kênh chăm sóc khách hàng}
    address: https://acme.example/care
    hours: {en: 9–18 h, es: de 9 a 18 h, vi: 9–18 giờ}
  direct:
    kind: private
    label: {en: a private message, es: mensaje privado, vi: tin nhắn riêng}
  safety-line:
    kind: private
    label: {en: our safety desk, es: nuestra línea de seguridad, vi: đường dây an toàn}
    address: +1 800 555 0199
  newsroom:
    kind: public
    label: {en: our newsroom, es: nuestra sala de prensa, vi: trang tin của Acme}
    address: https://acme.example/news
rules:
  - {reasons: [safety], channel: safety-line, to: safety-desk}
  - {reasons: [employee, discrimination], channel: direct, to: people-team}
  - {reasons: [rumour, ethics], channel: newsroom, to: press}
default: {channel: care, to: care-team}
limits: {x: 280}
"""


def a_policy(text: str = POLICY_TEXT) -> CommunicationPolicy:
    return parse_communication(read_yaml(text, "response.yaml"))


def a_complaint(text: str = "My bag is still missing, two days now", **fields: object) -> Evidence:
    """Negative, in English, by Ana Gómez in a forum without a limit of length."""
    found: dict[str, object] = {"author_name": "Ana Gómez", "author_handle": "ana_g", "language": "en",
                                "source": "forum", "reasons": ("delivery",)}  # fmt: skip
    return an_evidence(text, **(found | fields))  # type: ignore[arg-type]


FACTS = Facts(crisis="c1", brand="Acme")
