from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.errors import ConfigurationError
from tocsin.response.plan import LogNotifier, Person, Plan, Policy, Silence, Team, WebhookNotifier, parse_plan


def complaint(text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        parse_plan(text, brands=["acme"])
    return str(refused.value)


def test_every_key_of_a_plan_is_read() -> None:
    plan = parse_plan(
        """
people:
  ana: {name: Ana, email: ana@example.org, phone: "+1 555 0100"}
teams:
  social: {name: Social media, members: [ana]}
notifiers:
  log: {kind: log, only_from: severe, hears_exercises: false}
  hook:
    kind: webhook
    url: https://example.org/h
    secret_env: HOOK
    timeout_s: 2.5
    max_attempts: 3
    only_from: watch
    hears_exercises: true
policies:
  everyone: {brands: [acme], notifiers: [log, hook]}
silences:
  - {brand: acme, topic: app, until: 2030-01-31T18:00:00Z, by: ana, reason: maintenance}
""",
        brands=["acme"],
    )
    assert plan == Plan(
        people=(Person(id="ana", name="Ana", email="ana@example.org", phone="+1 555 0100"),),
        teams=(Team(id="social", name="Social media", members=("ana",)),),
        notifiers=(
            LogNotifier(id="log", only_from="severe", hears_exercises=False),
            WebhookNotifier(
                id="hook",
                url="https://example.org/h",
                secret_env="HOOK",
                timeout=timedelta(seconds=2.5),
                max_attempts=3,
                only_from="watch",
                hears_exercises=True,
            ),
        ),
        policies=(Policy(id="everyone", brands=("acme",), notifiers=("log", "hook")),),
        silences=(
            Silence(
                brand="acme", topic="app", until=datetime(2030, 1, 31, 18, tzinfo=UTC), by="ana", reason="maintenance"
            ),
        ),
    )


def test_a_webhook_hears_alarms_and_no_drills_unless_told_otherwise() -> None:
    (log, hook) = parse_plan(
        "notifiers: {log: {kind: log}, hook: {kind: webhook, url: https://example.org/}}"
    ).notifiers
    assert (log.only_from, log.hears_exercises) == ("watch", True)
    assert (hook.only_from, hook.hears_exercises) == ("elevated", False)


HOOK = "notifiers:\n  hook:\n    kind: webhook\n    url: https://example.org\n"
ANA = "people: {ana: {name: Ana}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("peple: {}\n", 'response.yaml:1: unknown key "peple" in the file\n  → did you mean "people"?'),
        (
            "notifiers:\n  log: {kind: lgo}\n",
            'response.yaml:2: kind of notifier "log" cannot be "lgo"\n  → did you mean "log"?',
        ),
        (
            "notifiers:\n  hook: {kind: webhook}\n",
            'response.yaml:2: notifier "hook" has no "url"\n  → add `url: https://…`',
        ),
        (
            "notifiers:\n  log: {kind: log, url: https://example.org}\n",
            'response.yaml:2: unknown key "url" in notifier "log" of kind log\n'
            "  → known are: hears_exercises, kind, only_from",
        ),
        (
            HOOK + "    timeout: 3\n",
            'response.yaml:5: unknown key "timeout" in notifier "hook"\n  → did you mean "timeout_s"?',
        ),
        (
            HOOK + "    timeout_s: fast\n",
            'response.yaml:5: timeout_s of notifier "hook" of kind webhook should be a number of seconds, found text',
        ),
        (
            HOOK + "    timeout_s: 0\n",
            'response.yaml:5: timeout_s of notifier "hook" of kind webhook should be from 0.1 to 120 seconds, found 0',
        ),
        (
            HOOK + "    max_attempts: -1\n",
            'response.yaml:5: max_attempts of notifier "hook" of kind webhook should be from 1 to 1000, found -1',
        ),
        (
            HOOK + "    hears_exercises: sometimes\n",
            'response.yaml:5: hears_exercises of notifier "hook" of kind webhook should be true or false, found text',
        ),
        (
            HOOK + "    secret_env: pa$$word\n",
            'response.yaml:5: secret_env of notifier "hook" of kind webhook should be the name of '
            "an environment variable\n  → put the secret there, and its name here: HOOK_SECRET",
        ),
        (
            HOOK + "    only_from: high\n",
            'response.yaml:5: only_from of notifier "hook" of kind webhook cannot be "high"\n'
            "  → known are: critical, elevated, severe, watch",
        ),
        (
            "notifiers:\n  hook:\n    kind: webhook\n    url: example.org\n",
            'response.yaml:4: url of notifier "hook" of kind webhook is no web address: "example.org"\n'
            "  → write it whole: https://example.org/hook",
        ),
        (
            "notifiers:\n  hook:\n    kind: webhook\n    url: https://me:secret@example.org\n",
            'response.yaml:4: url of notifier "hook" of kind webhook holds a password\n'
            "  → keep secrets out of files: use `secret_env`",
        ),
        (
            ANA + "teams: {t: {members: [anna]}}\n",
            'response.yaml:2: there is no person "anna"\n  → did you mean "ana"?',
        ),
        ("teams: {t: {members: [ana]}}\n", 'response.yaml:1: there is no person "ana"\n  → add the person first'),
        (
            ANA + "teams: {t: {members: []}}\n",
            'response.yaml:2: members of team "t" is empty\n  → name at least one, or remove the key',
        ),
        (
            "policies: {p: {notifiers: [log]}}\n",
            'response.yaml:1: there is no notifier "log"\n  → add the notifier first',
        ),
        (
            "notifiers: {log: {kind: log}}\npolicies: {p: {brands: [acne], notifiers: [log]}}\n",
            'response.yaml:2: there is no brand "acne"\n  → did you mean "acme"?',
        ),
        (
            ANA + "silences:\n- {brand: acme, until: 2030-01-31T18:00:00, by: ana, reason: x}\n",
            "response.yaml:3: until of silence 1 has no offset from UTC: 2030-01-31T18:00:00\n"
            "  → add it, for example 2026-03-01T18:00:00Z",
        ),
        (
            ANA + "silences:\n- {brand: acme, until: tomorrow, by: ana, reason: x}\n",
            'response.yaml:3: until of silence 1 is no time: "tomorrow"\n  → for example 2026-03-01T18:00:00Z',
        ),
        (
            ANA + "silences:\n- {brand: acme, until: 2030-01-31T18:00:00Z, by: ana}\n",
            'response.yaml:3: silence 1 has no "reason"\n  → add `reason: …`',
        ),
        (
            "people: {Ana B: {name: Ana}}\n",
            'response.yaml:1: person id "Ana B" is not made of a-z, 0-9 and single "-"\n  → for example "ana-b"',
        ),
    ],
)
def test_what_is_not_understood_is_refused_with_line_and_advice(text: str, said: str) -> None:
    assert complaint(text) == said
