"""Tokens for SASL OAUTHBEARER: from a file, from a command, or from a token endpoint (RFC 6749, section 4.4)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import shlex
import time
from abc import abstractmethod
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

import msgspec
from aiokafka.abc import AbstractTokenProvider

from tocsin.errors import ConfigurationError
from tocsin.settings import Settings

#: How long a command or an endpoint may take: less than a broker has to be reached (reach.REACH_SECONDS).
FETCH_SECONDS = 4.0
#: A token is used until so long before its end: it has to reach the broker, whose clock may differ.
MARGIN_SECONDS = 30.0
#: A token that does not say when it ends is asked for again after this.
UNKNOWN_SECONDS = 60.0
_MOST_BYTES = 64 << 10
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NoToken(ConnectionError):
    """No token can be had now. A `ConnectionError`, as every other reason why a broker cannot be reached."""


class Tokens(AbstractTokenProvider):
    """Where tokens come from. Fetched when the last one is about to end, never written anywhere.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._token = ""
        self._good_until = 0.0

    async def token(self) -> str:
        """A token that is good now.

        Raises:
            NoToken: none can be had; the message says where it should have come from.
        """
        if not self._token or self._clock() >= self._good_until:
            text, seconds = read_answer(await self.fetch(), str(self))
            ends_at = find_end(text) if seconds is None else self._clock() + seconds
            self._good_until = self._clock() + UNKNOWN_SECONDS if ends_at is None else ends_at - MARGIN_SECONDS
            self._token = text
        return self._token

    @abstractmethod
    async def fetch(self) -> bytes:
        """What the place of tokens answers: a token, or JSON with `access_token` and maybe `expires_in`."""


class FileTokens(Tokens):
    """A file that somebody else renews, as Kubernetes does for service accounts."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock)
        self._path = path

    def __str__(self) -> str:
        return f"KAFKA_SASL_TOKEN_FILE={self._path}"

    async def token(self) -> str:
        self._token = ""  # it costs nothing to look again
        return await super().token()

    async def fetch(self) -> bytes:
        try:
            return self._path.read_bytes()
        except OSError as error:
            raise NoToken(f"no token from {self}: {error.strerror}") from None


class CommandTokens(Tokens):
    """A command that prints a token. Its words are split as a shell would, and no shell runs."""

    def __init__(self, command: str, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock)
        self._words = shlex.split(command)
        if not self._words:
            raise ValueError("it is empty")

    def __str__(self) -> str:
        return f"KAFKA_SASL_TOKEN_COMMAND ({self._words[0]})"  # its arguments may be secret

    async def fetch(self) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise NoToken(f"no token from {self}: {error.strerror}") from None
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                output, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise NoToken(f"no token from {self}: it did not end within {FETCH_SECONDS:.0f} s") from None
        if process.returncode:
            raise NoToken(f"no token from {self}: it ended with status {process.returncode}")
        return output


class EndpointTokens(Tokens):
    """The token endpoint of an authorization server, asked as a client that acts for itself."""

    def __init__(
        self, url: str, client_id: str, secret: str, scope: str, clock: Callable[[], float] = time.time
    ) -> None:  # fmt: skip
        super().__init__(clock)
        self._url = url
        self._client_id = client_id
        self._secret = secret
        self._scope = scope

    def __str__(self) -> str:
        return f"KAFKA_SASL_TOKEN_URL ({urlsplit(self._url).hostname})"

    async def fetch(self) -> bytes:
        import aiohttp  # a heavy import that the other ways do not need

        form = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS)) as session,
                # Not followed: a redirect would carry the client's secret to wherever it points.
                session.post(
                    self._url,
                    data=form,
                    headers={"Authorization": f"Basic {_client(self._client_id, self._secret)}"},
                    allow_redirects=False,
                ) as answer,
            ):
                if answer.status != 200:
                    raise NoToken(f"no token from {self}: it answers {answer.status} {answer.reason}")
                return await answer.content.read(_MOST_BYTES)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoToken(f"no token from {self}: {error or 'it does not answer'}") from None


def _client(client_id: str, secret: str) -> str:
    """Who asks (RFC 6749, section 2.3.1): both are form-encoded before they are joined."""
    return base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


class _Answer(msgspec.Struct):
    """What a token endpoint answers (RFC 6749, section 5.1)."""

    access_token: str
    expires_in: float | None = None


class _Claims(msgspec.Struct):
    exp: float | None = None


def read_answer(answer: bytes, place: str) -> tuple[str, float | None]:
    """A token and for how many seconds it is good (None: it was not said), from a token or from JSON.

    Raises:
        NoToken: it is neither.
    """
    if answer.lstrip().startswith(b"{"):
        try:
            found = msgspec.json.decode(answer, type=_Answer)
        except msgspec.MsgspecError:
            raise NoToken(f"no token from {place}: its JSON has no access_token") from None
        return found.access_token, found.expires_in
    try:
        text = answer.decode("ascii").strip()
    except UnicodeDecodeError:
        text = ""
    if not text or any(char.isspace() for char in text):
        raise NoToken(f"no token from {place}: what it gives is none")
    return text, None


def find_end(token: str) -> float | None:
    """When a token ends, seconds since 1970, if it is a JWT that says so (RFC 7519, `exp`). It is not verified."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(claims, type=_Claims).exp
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        return None


@lru_cache(maxsize=8)
def make_tokens(settings: Settings) -> Tokens:
    """The place of tokens that the settings name; one for all clients of a process, so that they share its token.

    Raises:
        ConfigurationError: none is named, or several, or one that would give the client's secret away.
    """
    named = {
        "KAFKA_SASL_TOKEN_FILE": settings.sasl_token_file,
        "KAFKA_SASL_TOKEN_COMMAND": settings.sasl_token_command,
        "KAFKA_SASL_TOKEN_URL": settings.sasl_token_url,
    }
    found = [variable for variable, value in named.items() if value]
    if len(found) != 1:
        raise ConfigurationError(
            f"KAFKA_SASL_MECHANISM=OAUTHBEARER needs one place of tokens, not {len(found)}",
            f"set {', '.join(list(named)[:2])} or {list(named)[2]}" if not found else f"keep one of {', '.join(found)}",
        )
    if settings.sasl_token_file:
        return FileTokens(settings.sasl_token_file)
    if settings.sasl_token_command:
        try:
            return CommandTokens(settings.sasl_token_command)
        except ValueError as error:
            raise ConfigurationError(f"KAFKA_SASL_TOKEN_COMMAND is no command: {error}", "quote it") from None
    place = urlsplit(settings.sasl_token_url)
    if place.scheme != "https" and not (place.scheme == "http" and place.hostname in _LOOPBACK):
        raise ConfigurationError(
            "KAFKA_SASL_TOKEN_URL would send the client's secret in the clear", "name an https:// address"
        )
    for value, variable in (
        (settings.sasl_username, "KAFKA_SASL_USERNAME"),
        (settings.sasl_password, "KAFKA_SASL_PASSWORD"),
    ):
        if not value:
            raise ConfigurationError(
                f"KAFKA_SASL_TOKEN_URL needs {variable}", f"set {variable}: the client's id is the user, its secret "
                "the password",
            )  # fmt: skip
    return EndpointTokens(
        settings.sasl_token_url, settings.sasl_username, settings.sasl_password, settings.sasl_token_scope
    )
