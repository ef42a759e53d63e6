"""The communication policy: which channel each kind of complaint is moved to, and who answers there (docs/replies.md).

Pure: `parse_communication` reads the section `communication` of response.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Literal, NamedTuple, cast
from urllib.parse import urlsplit

from tocsin.strict_yaml import Value, suggest

Language = Literal["en", "es", "vi"]
#: The languages that have phrases; a mention in another one is answered in the first.
LANGUAGES: Final[tuple[Language, ...]] = ("en", "es", "vi")
ChannelKind = Literal["public", "private"]
CHANNEL_KINDS: Final[tuple[ChannelKind, ...]] = ("public", "private")
#: What can be complained of: the list of `tocsin.detection.reasons`, which this room does not import (tested).
REASONS: Final = (
    "service",
    "delay",
    "cancellation",
    "delivery",
    "product-defect",
    "billing",
    "booking",
    "safety",
    "privacy",
    "discrimination",
    "employee",
    "rumour",
    "ethics",
    "other",
)
#: Reasons that cannot be settled where everybody reads: the customer would have to tell who they are, or what happened.
PRIVATE_REASONS: Final = frozenset(REASONS) - {"rumour", "ethics", "delay", "cancellation"}

#: The keys of `communication` and of its parts; each is explained in docs/replies.md (tested).
COMMUNICATION_KEYS: Final = (
    "version", "sender", "signature", "languages", "channels", "rules", "default", "limits", "writer",
)  # fmt: skip
CHANNEL_KEYS: Final = ("kind", "label", "address", "hours")
RULE_KEYS: Final = ("reasons", "channel", "to")
DEFAULT_KEYS: Final = ("channel", "to")
WRITER_KEYS: Final = ("url", "model", "key_env", "timeout_s")

_VARIABLE: Final = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_MOST_CHARACTERS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place where a customer is answered.

    Attributes:
        label: language → what it is called inside a sentence: "our private messages".
        address: a link, an e-mail address or a telephone number; empty when the label says enough.
        hours: language → when somebody is there; empty: not told.
    """

    id: str
    kind: ChannelKind
    label: Mapping[str, str]
    address: str = ""
    hours: Mapping[str, str] = field(default_factory=dict)


class Route(NamedTuple):
    """Where a complaint belongs, who answers there, and why."""

    channel: Channel
    to: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterSettings:
    """A language model of the user's choice that proposes texts; there is none unless it is configured.

    Attributes:
        url: base of an OpenAI-compatible service, up to and with its version: `https://host/v1`.
        key_env: the environment variable that holds its key; None: it needs none.
        timeout: of one attempt.
    """

    url: str
    model: str
    key_env: str | None = None
    timeout: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunicationPolicy:
    """How the brand answers.

    Attributes:
        version: of the policy, as its authors count.
        sender: who speaks: the name of the brand or of its desk.
        signature: language → what stands below long answers; empty: nothing.
        languages: that the desk can answer in; the first stands in for all others.
        rules: reason → channel id and who answers there.
        default: the same for everything else; a private channel.
        limits: source → longest answer there, characters.
    """

    version: int = 1
    sender: str
    signature: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[Language, ...] = LANGUAGES
    channels: tuple[Channel, ...]
    rules: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    default: tuple[str, str]
    limits: Mapping[str, int] = field(default_factory=dict)
    writer: WriterSettings | None = None

    def find_channel(self, channel: str) -> Channel | None:
        """The channel of that id."""
        return next((each for each in self.channels if each.id == channel), None)

    def route(self, reasons: Collection[str]) -> Route:
        """Where a complaint with these reasons (most likely first) belongs.

        Danger to people and their data comes before everything else that was also said.
        """
        urgent = [reason for reason in ("safety", "privacy") if reason in reasons]
        for reason in (*urgent, *reasons):
            if reason in self.rules:
                channel, to = self.rules[reason]
                return Route(self._channel(channel), to, f"complaints about {reason} go to {channel} ({to})")
        channel, to = self.default
        what = f"there is no rule for {', '.join(reasons)}" if reasons else "it names no reason"
        return Route(self._channel(channel), to, f"{what}: the default is {channel} ({to})")

    def _channel(self, channel: str) -> Channel:
        return next(each for each in self.channels if each.id == channel)


def parse_communication(value: Value, responders: Collection[str] | None = None) -> CommunicationPolicy:
    """Read the section `communication`.

    Args:
        responders: ids of people and teams that `to` is held to; None: anything is taken.

    Raises:
        ConfigurationError: anything that is not understood, with file, line and what to do.
    """
    fields = value.fields(COMMUNICATION_KEYS, required=("sender", "channels", "default"))
    languages = _languages(fields["languages"]) if "languages" in fields else LANGUAGES
    channels = tuple(_channel(key, body, languages) for key, body in fields["channels"].entries())
    if not channels:
        raise fields["channels"].refuse("there is no channel", "add one where customers are answered in private")
    default = _target(fields["default"].fields(DEFAULT_KEYS, required=DEFAULT_KEYS), channels, responders)
    _demand_private(fields["default"], default[0], channels, "everything without a rule")
    return CommunicationPolicy(
        version=fields["version"].whole_number(1, 1_000_000) if "version" in fields else 1,
        sender=fields["sender"].text(),
        signature=_texts(fields["signature"], languages) if "signature" in fields else {},
        languages=languages,
        channels=channels,
        rules=_rules(fields["rules"], channels, responders) if "rules" in fields else {},
        default=default,
        limits={source.text(): limit.whole_number(100, _MOST_CHARACTERS) for source, limit in _pairs(fields, "limits")},
        writer=_writer(fields["writer"]) if "writer" in fields else None,
    )


def _pairs(fields: Mapping[str, Value], key: str) -> list[tuple[Value, Value]]:
    return list(fields[key].entries()) if key in fields else []


def _languages(value: Value) -> tuple[Language, ...]:
    found = tuple(cast(Language, item.choice(LANGUAGES)) for item in value.items())
    if not found:
        raise value.refuse(f"{value.label} is empty", "name at least one, or remove the key")
    return found


def _texts(value: Value, languages: Collection[str]) -> dict[str, str]:
    """One text for all languages, or one for each."""
    if value.kind != "a mapping":
        text = value.text()
        return dict.fromkeys(languages, text)
    return {language: text.text() for language, text in value.fields(languages, required=languages).items()}


def _channel(key: Value, value: Value, languages: Collection[str]) -> Channel:
    name = key.named("channel id").identifier()
    fields = value.named(f'channel "{name}"').fields(CHANNEL_KEYS, required=("kind", "label"))
    return Channel(
        id=name,
        kind=cast(ChannelKind, fields["kind"].choice(CHANNEL_KINDS)),
        label=_texts(fields["label"], languages),
        address=_address(fields["address"]) if "address" in fields else "",
        hours=_texts(fields["hours"], languages) if "hours" in fields else {},
    )


def _address(value: Value) -> str:
    address = value.text()
    if len(address.split()) > 1 and not re.fullmatch(r"[+()\d .-]+", address):
        raise value.refuse(
            f'{value.label} is no link, e-mail address or telephone number: "{address}"',
            "put words into the label, and the address alone here",
        )
    return address


def _rules(
    value: Value, channels: Collection[Channel], responders: Collection[str] | None
) -> dict[str, tuple[str, str]]:
    rules: dict[str, tuple[str, str]] = {}
    for item in value.items():
        fields = item.fields(RULE_KEYS, required=RULE_KEYS)
        target = _target(fields, channels, responders)
        for each in fields["reasons"].items():
            reason = each.choice(REASONS)
            if reason in rules:
                raise each.refuse(f'"{reason}" has a rule already', "keep one: a complaint goes to one channel")
            if reason in PRIVATE_REASONS:
                _demand_private(fields["channel"], target[0], channels, f'complaints about "{reason}"')
            rules[reason] = target
    return rules


def _target(
    fields: Mapping[str, Value], channels: Collection[Channel], responders: Collection[str] | None
) -> tuple[str, str]:
    channel = fields["channel"].identifier()
    known = [each.id for each in channels]
    if channel not in known:
        raise fields["channel"].refuse(f'there is no channel "{channel}"', suggest(channel, known))
    to = fields["to"].text()
    if responders is not None and to not in responders:
        then = suggest(to, responders) if responders else "add people or teams first"
        raise fields["to"].refuse(f'there is no person or team "{to}"', then)
    return channel, to


def _demand_private(value: Value, channel: str, channels: Collection[Channel], what: str) -> None:
    kind = next(each.kind for each in channels if each.id == channel)
    if kind != "private":
        raise value.refuse(
            f'channel "{channel}" is public, and {what} may hold personal data', "name a channel with `kind: private`"
        )


def _writer(value: Value) -> WriterSettings:
    fields = value.fields(WRITER_KEYS, required=("url", "model"))
    url = fields["url"].text().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise fields["url"].refuse(
            f'{fields["url"].label} is no plain web address: "{url}"',
            "write it up to its version, without a password: https://host/v1",
        )
    key_env = fields["key_env"].text() if "key_env" in fields else None
    if key_env is not None and not _VARIABLE.fullmatch(key_env):
        raise fields["key_env"].refuse(
            f"{fields['key_env'].label} should be the name of an environment variable",
            "put the key there, and its name here: MODEL_KEY",
        )
    if key_env is not None and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise fields["url"].refuse(f"{fields['url'].label} would send the key unencrypted", "use https://")
    settings = WriterSettings(url=url, model=fields["model"].text(), key_env=key_env)
    return replace(settings, timeout=fields["timeout_s"].seconds(0.1, 300)) if "timeout_s" in fields else settings
