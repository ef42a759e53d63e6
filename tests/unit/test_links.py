"""A link says who may do what until when; nothing else opens with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import START
from tocsin.errors import ConfigurationError
from tocsin.response.links import (
    PATH,
    ExpiredLink,
    ForgedLink,
    Link,
    MalformedLink,
    UnusableLink,
    check_address,
    make_link,
    read_link,
    read_secret,
)

SECRET = read_secret("0123456789abcdef0123456789abcdef")
BASE = "https://respond.example.org"
NAMES = st.text(min_size=1, max_size=40)


def a_link(**fields: Any) -> Link:
    found: dict[str, Any] = {
        "namespace": "tocsin",
        "action": "acknowledge",
        "brand": "acme",
        "crisis": "c1",
        "person": "ana",
        "expires_at": START + timedelta(hours=24),
    }
    return Link(**(found | fields))


def token_of(link: Link, secret: bytes = SECRET) -> str:
    address = make_link(BASE, secret, link)
    assert address.startswith(BASE + PATH)
    return address.removeprefix(BASE + PATH)


@given(NAMES, NAMES, NAMES, NAMES)
def test_a_link_is_read_as_it_was_made_and_is_safe_in_an_address(
    namespace: str, brand: str, crisis: str, person: str
) -> None:
    link = a_link(namespace=namespace, brand=brand, crisis=crisis, person=person)
    token = token_of(link)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert read_link(token, SECRET, namespace, START) == link


@given(st.data())
def test_no_character_of_a_link_can_be_changed(data: st.DataObject) -> None:
    token = token_of(a_link())
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda each: each != token[place]))
    with pytest.raises(UnusableLink):
        read_link(token[:place] + other + token[place + 1 :], SECRET, "tocsin", START)


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(UnusableLink):
        read_link(text, SECRET, "tocsin", START)


def test_a_link_is_good_until_its_instant_and_says_so_afterwards() -> None:
    link = a_link()
    last = link.expires_at - timedelta(milliseconds=1)
    assert read_link(token_of(link), SECRET, "tocsin", last) == link
    with pytest.raises(ExpiredLink, match="expired at 2026-01-06 12:00 UTC") as caught:
        read_link(token_of(link), SECRET, "tocsin", link.expires_at)
    assert caught.value.link == link


def test_a_link_of_another_secret_or_namespace_is_forged() -> None:
    with pytest.raises(ForgedLink, match="signature"):
        read_link(token_of(a_link(), read_secret("f" * 32)), SECRET, "tocsin", START)
    with pytest.raises(ForgedLink, match="another namespace"):
        read_link(token_of(a_link(namespace="drill")), SECRET, "tocsin", START)


@pytest.mark.parametrize("cut", [1, 5, 43, 44, 60])
def test_a_link_that_a_mail_program_cut_off_is_not_whole(cut: int) -> None:
    with pytest.raises((MalformedLink, ForgedLink)):
        read_link(token_of(a_link())[:-cut], SECRET, "tocsin", START)


def test_nothing_is_said_of_an_expired_link_that_was_forged_too() -> None:
    with pytest.raises(ForgedLink):
        read_link(token_of(a_link(), b"x" * 32), SECRET, "tocsin", START + timedelta(days=9))


def test_a_link_sends_the_same_command_however_often_and_another_one_for_each_of_its_parts() -> None:
    assert a_link().command_id == a_link().command_id
    others: list[dict[str, Any]] = [
        {"namespace": "drill"},
        {"brand": "b"},
        {"crisis": "c2"},
        {"person": "ben"},
        {"expires_at": START},
    ]
    assert len({a_link().command_id, *(a_link(**each).command_id for each in others)}) == 6


@pytest.mark.parametrize(("text", "what"), [("", "is not set"), ("   ", "is not set"), ("short", "has 5 characters")])
def test_a_secret_that_could_be_guessed_is_refused_and_not_shown(text: str, what: str) -> None:
    with pytest.raises(ConfigurationError, match=what) as caught:
        read_secret(text)
    assert "openssl rand -hex 32" in str(caught.value)
    assert "short" not in str(caught.value).replace("shorter", "")


@pytest.mark.parametrize(
    "url", ["", "respond.example.org", "ftp://x.org", "https://", "https://a@b.org", "https://[", "https://x.org/?a"]
)
def test_an_address_that_no_phone_can_open_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="TOCSIN_RESPOND_URL"):
        check_address(url)


def test_an_address_may_have_a_path_and_needs_no_slash() -> None:
    assert check_address("https://example.org/tocsin/") == "https://example.org/tocsin"
