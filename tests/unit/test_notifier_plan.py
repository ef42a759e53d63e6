"""The kinds of notifiers: what is read, and what is refused with line and advice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tocsin.errors import ConfigurationError
from tocsin.notifiers.alertmanager import AlertmanagerNotifier as Alertmanager
from tocsin.notifiers.apprise import AppriseNotifier as Apprise
from tocsin.notifiers.build import build_notifiers
from tocsin.notifiers.mail import MailNotifier as Mail
from tocsin.notifiers.slack import SlackAppNotifier, SlackWebhookNotifier
from tocsin.response.notifier_plan import (
    AlertmanagerNotifier,
    AppriseNotifier,
    MailNotifier,
    SlackNotifier,
    is_private_host,
    is_public_address,
    secret_variables,
)
from tocsin.response.plan import parse_plan

EVERY_KIND = """
notifiers:
  hooked: {kind: slack, url_env: SLACK_URL, language: es, time_zone: Europe/Madrid}
  room: {kind: slack, token_env: SLACK_TOKEN, channel: C1, api_url: "https://slack-gov.com/api/"}
  post:
    kind: mail
    host: smtp.example.org
    security: tls
    user: tocsin
    password_env: SMTP_PASSWORD
    from: Tocsin <tocsin@example.org>
    to: ["{email}", board@example.org]
  alerts:
    {kind: alertmanager, url: "http://10.0.0.7:9093/", token_env: AM, labels: {team: social}, allow_private: true}
  texts: {kind: apprise, url_env: TEXTS, timeout_s: 5}
"""
SECRETS = {
    "SLACK_URL": "https://hooks.example.org/T/B/x", "SLACK_TOKEN": "xoxb", "SMTP_PASSWORD": "p", "AM": "t",
    "TEXTS": "json://example.org",
}  # fmt: skip


def test_every_kind_is_read_with_all_its_keys() -> None:
    assert parse_plan(EVERY_KIND).notifiers == (
        SlackNotifier(id="hooked", url_env="SLACK_URL", language="es", time_zone="Europe/Madrid"),
        SlackNotifier(id="room", token_env="SLACK_TOKEN", channel="C1", api_url="https://slack-gov.com/api"),
        MailNotifier(
            id="post", host="smtp.example.org", port=465, security="tls", user="tocsin", password_env="SMTP_PASSWORD",
            sender="Tocsin <tocsin@example.org>", to=("{email}", "board@example.org"),
        ),
        AlertmanagerNotifier(
            id="alerts", url="http://10.0.0.7:9093", token_env="AM", labels=(("team", "social"),), allow_private=True
        ),
        AppriseNotifier(id="texts", url_env="TEXTS", timeout=timedelta(seconds=5)),
    )  # fmt: skip


def test_every_kind_is_made_of_its_entry_and_its_secrets() -> None:
    plan = parse_plan(EVERY_KIND)
    built = build_notifiers(plan, "tocsin", SECRETS)
    kinds = [SlackWebhookNotifier, SlackAppNotifier, Mail, Alertmanager, Apprise]
    assert [type(notifier) for notifier in built.notifiers] == kinds
    assert set(built.policies) == {notifier.id for notifier in plan.notifiers}
    for notifier in plan.notifiers:
        for variable in secret_variables(notifier).values():
            with pytest.raises(ConfigurationError, match=f"its secret {variable} is not in the environment"):
                build_notifiers(plan, "tocsin", SECRETS | {variable: ""})


def complaint(entry: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        parse_plan(f"notifiers:\n  way:\n    {entry}\n")
    return str(refused.value)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            "{kind: webhook, url: 'http://127.0.0.1:8080/'}",
            'response.yaml:3: url of notifier "way" of kind webhook lies on this computer or in a private network: '
            '"127.0.0.1"\n  → add `allow_private: true` beside it if that is meant',
        ),
        ("{kind: alertmanager, url: 'http://[::1]:9093'}", "private network"),
        ("{kind: webhook, url: 'https://[::1/'}", "is no web address"),
        ("{kind: slack}", 'response.yaml:3: notifier "way" needs either "url_env" or "token_env"'),
        ("{kind: slack, url_env: A, token_env: B}", 'needs either "url_env" or "token_env"'),
        ("{kind: slack, token_env: A}", 'has no "channel"\n  → add `channel: C0123456789`'),
        ("{kind: slack, url_env: A, channel: C1}", "means nothing to an incoming webhook"),
        ("{kind: slack, url_env: 'https://hooks.slack.com/x'}", "should be the name of an environment variable"),
        ("{kind: mail, from: a@example.org}", 'has no "host"'),
        ("{kind: mail, host: h}", 'has no "from"'),
        ("{kind: mail, host: h, from: nobody}", 'is no mail address: "nobody"\n  → for example Tocsin <tocsin@'),
        ("{kind: mail, host: h, from: a@example.org, to: [ana]}", 'is no mail address: "ana"'),
        ("{kind: mail, host: h, from: a@example.org, to: []}", "is empty\n  → name an address, or remove the key"),
        ("{kind: mail, host: h, from: a@example.org, user: u}", 'needs both "user" and "password_env", or neither'),
        (
            "{kind: mail, host: h, from: a@example.org, user: u, password_env: P, security: none}",
            "would send its password in clear\n  → use `security: starttls`",
        ),
        ("{kind: mail, host: h, from: a@b.org, url: 'https://x'}", 'unknown key "url" in notifier "way" of kind mail'),
        ("{kind: alertmanager, url: 'https://x.example', labels: {a-b: c}}", '"a-b" cannot be the name of a label'),
        ("{kind: apprise}", 'has no "url_env"'),
        ("{kind: apprise, url_env: A, time_zone: Mars/Base}", 'is no time zone: "Mars/Base"\n  → for example Europe/'),
        ("{kind: apprise, url_env: A, language: de}", 'cannot be "de"\n  → known are: en, es, vi'),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_line_and_advice(entry: str, said: str) -> None:
    told = complaint(entry)
    assert said in told
    assert told.startswith("response.yaml:3: ")


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "db.localhost", "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254",
     "100.64.0.1", "::", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
     "224.0.0.1"],
)  # fmt: skip
def test_hosts_of_this_computer_and_of_private_networks_are_known(host: str) -> None:
    assert is_private_host(host)


@pytest.mark.parametrize("host", ["example.org", "8.8.8.8", "2606:4700::1111", "localhost.example.org"])
def test_all_other_hosts_are_not(host: str) -> None:
    assert not is_private_host(host)


def test_a_public_address_is_one_however_it_is_written() -> None:
    assert is_public_address("::ffff:8.8.8.8")
    with pytest.raises(ValueError, match="does not appear"):
        is_public_address("example.org")
