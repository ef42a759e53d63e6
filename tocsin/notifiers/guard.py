"""Keeps a notifier from being sent into a network that it was not meant for.

Whoever can write an address into a configuration, or answer for a name, could make us post into the company's own
network (server-side request forgery). So an address is looked at where it is used: the connection goes to just the
addresses that were looked at, and redirects are followed by nobody.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tocsin.response.notifier_plan import is_private_host, is_public_address


class PrivateAddress(OSError):
    """A name leads to this computer or into a private network, and that was not allowed."""


class PublicResolver(AbstractResolver):
    """Looks names up as ever, and refuses those that lead to any address that is not public."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of a name.

        Raises:
            PrivateAddress: one of them is not public.
            OSError: it has none.
        """
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public_address(each["host"]) for each in found):
            raise PrivateAddress(refusal(host))
        return found

    async def close(self) -> None:
        """Nothing is kept."""
        await self._resolver.close()


def is_reachable(url: str, *, allow_private: bool) -> bool:
    """Whether an address may be used as it is written; one with a name is decided when it is looked up."""
    return allow_private or not is_private_host(urlsplit(url).hostname or "")


def has_private_address(host: str) -> bool:
    """Whether a name leads into a private network now. Blocks.

    Raises:
        OSError: it has no address.
    """
    if is_private_host(host):
        return True
    return not all(is_public_address(str(found[4][0])) for found in socket.getaddrinfo(host, None))


def refusal(host: str) -> str:
    """What is said of such an address."""
    return f"{host} lies on this computer or in a private network; add `allow_private: true` if that is meant"
