"""The section `communication` of response.yaml, and where a complaint belongs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.replies import POLICY_TEXT, a_policy
from tocsin.detection.reasons import REASONS as DETECTED
from tocsin.errors import ConfigurationError
from tocsin.response.replies import policy as module
from tocsin.response.replies.policy import REASONS, WriterSettings, parse_communication
from tocsin.strict_yaml import read_yaml

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "replies.md").read_text(encoding="utf-8")


def refused(text: str, **options: object) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        parse_communication(read_yaml(text, "response.yaml"), **options)  # type: ignore[arg-type]
    return caught.value


def test_the_reasons_of_the_policy_are_those_that_are_detected() -> None:
    assert REASONS == DETECTED


@pytest.mark.parametrize(
    ("reasons", "channel", "to"),
    [
        (("delivery",), "care", "care-team"),
        (("safety",), "safety-line", "safety-desk"),
        (("employee", "delay"), "direct", "people-team"),
        (("delay", "employee"), "direct", "people-team"),
        (("employee", "safety"), "safety-line", "safety-desk"),
        (("rumour",), "newsroom", "press"),
        ((), "care", "care-team"),
    ],
)
def test_each_complaint_goes_to_its_channel(reasons: tuple[str, ...], channel: str, to: str) -> None:
    route = a_policy().route(reasons)
    assert (route.channel.id, route.to) == (channel, to)
    assert channel in route.because


def test_a_policy_keeps_its_version_limits_and_texts_by_language() -> None:
    policy = a_policy()
    assert policy.version == 3
    assert policy.limits == {"x": 280}
    care = policy.find_channel("care")
    assert care is not None and care.label["es"] == "nuestro chat de atención"
    assert policy.find_channel("elsewhere") is None
    assert policy.writer is None


def test_one_text_is_taken_for_all_languages() -> None:
    text = "{sender: Acme, channels: {dm: {kind: private, label: inbox}}, default: {channel: dm, to: desk}}"
    (channel,) = a_policy(text).channels
    assert channel.label == {"en": "inbox", "es": "inbox", "vi": "inbox"}


@pytest.mark.parametrize(
    ("before", "after", "what", "then"),
    [
        ("channel: safety-line,", "channel: safty-line,", 'no channel "safty-line"', 'did you mean "safety-line"?'),
        ("[rumour, ethics]", "[rumor]", 'cannot be "rumor"', 'did you mean "rumour"?'),
        ("[rumour, ethics]", "[rumour, privacy]", 'channel "newsroom" is public', "kind: private"),
        ("[rumour, ethics]", "[rumour, safety]", '"safety" has a rule already', "keep one"),
        ("channel: care, to: care-team", "channel: newsroom, to: press", "is public", "kind: private"),
        ("{en: our care chat, es: nuestro chat de atención, vi", "{en: our care chat, vi", 'has no "es"', "add `es"),
        ("kind: private", "kind: secret", 'cannot be "secret"', "known are: private, public"),
        ("limits: {x: 280}", "limits: {x: 20}", "should be from 100", ""),
        ("address: https://acme.example/care", "address: write to us", "no link", "into the label"),
        ("sender: Acme", "sendr: Acme", 'unknown key "sendr"', 'did you mean "sender"?'),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(before: str, after: str, what: str, then: str) -> None:
    assert before in POLICY_TEXT
    error = refused(POLICY_TEXT.replace(before, after, 1))
    assert what in error.what
    assert then in error.then
    assert error.what.startswith("response.yaml:")


def test_an_answer_goes_to_people_who_exist() -> None:
    error = refused(POLICY_TEXT, responders=("safety-desk", "people-team", "press", "car-team"))
    assert 'there is no person or team "care-team"' in error.what
    assert error.then == 'did you mean "car-team"?'


def test_a_writer_is_configured_with_its_key_in_the_environment() -> None:
    policy = a_policy(POLICY_TEXT + "writer: {url: 'https://llm.example/v1/', model: m, key_env: KEY, timeout_s: 5}\n")
    assert policy.writer == WriterSettings(
        url="https://llm.example/v1", model="m", key_env="KEY", timeout=timedelta(seconds=5)
    )


@pytest.mark.parametrize(
    ("writer", "what"),
    [
        ("{url: 'ftp://llm.example', model: m}", "no plain web address"),
        ("{url: 'https://me:secret@llm.example/v1', model: m}", "no plain web address"),
        ("{url: 'http://llm.example/v1', model: m, key_env: KEY}", "would send the key unencrypted"),
        ("{url: 'https://llm.example/v1', model: m, key_env: sk-123}", "name of an environment variable"),
        ("{url: 'https://llm.example/v1'}", 'has no "model"'),
    ],
)
def test_a_writer_that_would_leak_is_refused(writer: str, what: str) -> None:
    assert what in refused(f"{POLICY_TEXT}writer: {writer}\n").what


@pytest.mark.parametrize("keys", ["COMMUNICATION_KEYS", "CHANNEL_KEYS", "RULE_KEYS", "DEFAULT_KEYS", "WRITER_KEYS"])
def test_every_key_is_explained(keys: str) -> None:
    for key in getattr(module, keys):
        assert f"| `{key}` |" in PAGE, f"docs/replies.md says nothing of `{key}`"
