"""Where tokens come from, how long they are kept, and what is said when there is none."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.receiver import Receiver
from tocsin.kafka.tokens import CommandTokens, EndpointTokens, FileTokens, NoToken, Tokens, find_end, read_answer


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Scripted(Tokens):
    """Gives one answer after the other."""

    def __init__(self, clock: Callable[[], float], *answers: bytes) -> None:
        super().__init__(clock)
        self.answers = list(answers)

    async def fetch(self) -> bytes:
        return self.answers.pop(0)


def a_jwt(**claims: float) -> str:
    parts = ({"alg": "none"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + ".x"


def take(tokens: Tokens, clock: Clock, *seconds: float) -> list[str]:
    """The tokens at these seconds from the start."""

    async def story() -> list[str]:
        found, start = [], clock.now
        for second in seconds:
            clock.now = start + second
            found.append(await tokens.token())
        return found

    return asyncio.run(story())


def test_a_token_is_used_until_shortly_before_the_end_that_was_told() -> None:
    clock = Clock()
    tokens = Scripted(clock, b'{"access_token": "one", "expires_in": 300}', b'{"access_token": "two"}')

    assert take(tokens, clock, 0, 269, 271) == ["one", "one", "two"]


def test_a_token_that_is_a_jwt_tells_its_end_itself() -> None:
    clock = Clock()
    first = a_jwt(exp=clock.now + 100)

    assert take(Scripted(clock, first.encode(), b"two"), clock, 0, 69, 71) == [first, first, "two"]


def test_a_token_that_tells_no_end_is_asked_for_again_after_a_minute() -> None:
    clock = Clock()

    assert take(Scripted(clock, b"one\n", b"two"), clock, 0, 59, 61) == ["one", "one", "two"]


def test_a_file_is_read_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    tokens = FileTokens(path)

    for text in ("one", "two"):
        path.write_text(f"{text}\n")
        assert asyncio.run(tokens.token()) == text


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        (FileTokens(Path("nowhere")), "KAFKA_SASL_TOKEN_FILE=nowhere: No such file"),
        (CommandTokens("no-such-command --secret hush"), "KAFKA_SASL_TOKEN_COMMAND (no-such-command): No such file"),
        (CommandTokens("false --secret hush"), "(false): it ended with status 1"),
        (CommandTokens("echo two words"), "(echo): what it gives is none"),
        (CommandTokens("true"), "(true): what it gives is none"),
        (EndpointTokens("http://127.0.0.1:1/token", "ana", "hush", ""), "KAFKA_SASL_TOKEN_URL (127.0.0.1)"),
    ],
)
def test_no_token_says_where_it_should_have_come_from(tokens: Tokens, why: str) -> None:
    with pytest.raises(NoToken) as refused:
        asyncio.run(tokens.token())

    assert why in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_commands_words_reach_it_without_a_shell() -> None:
    tokens = CommandTokens(f"'{sys.executable}' -c 'import sys; print(sys.argv[1])' '$HOME;x'")

    assert asyncio.run(tokens.token()) == "$HOME;x"


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [
        (b'{"access_token": "one", "token_type": "bearer", "expires_in": 60}', 200, "one"),
        (b'{"error": "invalid_client"}', 401, "it answers 401"),
        (b'{"token": "one"}', 200, "its JSON has no access_token"),
        (b"", 307, "it answers 307"),
    ],
)
def test_a_token_endpoint_is_asked_as_rfc_6749_says(answer: bytes, status: int, expected: str) -> None:
    async def story() -> str:
        headers = {"Location": "/elsewhere"} if status == 307 else {}
        async with Receiver(is_trusting=True, answers=[(status, headers, answer)]) as receiver:
            tokens = EndpointTokens(receiver.url, "ana", "hush hush", "kafka")
            try:
                token = await tokens.token()
            except NoToken as error:
                token = str(error)
            (request,) = receiver.requests
            assert request.body == b"grant_type=client_credentials&scope=kafka"
            assert base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")) == b"ana:hush+hush"
            return token

    assert expected in asyncio.run(story())


@pytest.mark.parametrize("token", ["", "one", "a.b", "a.b.c", "a.!.c", f"a.{base64.b64encode(b'[1]').decode()}.c"])
def test_what_is_no_jwt_has_no_end(token: str) -> None:
    assert find_end(token) is None


def test_an_answer_is_a_token_or_json() -> None:
    assert read_answer(b" one \n", "here") == ("one", None)
    assert read_answer(b'{"access_token": "one", "expires_in": 5}', "here") == ("one", 5)
