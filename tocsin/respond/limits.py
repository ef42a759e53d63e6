"""How often something may be asked for: a budget each, which fills again with time. Memory is bounded."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict


class Budget:
    """Token buckets, one a key.

    Args:
        burst: how many at once.
        per_minute: how many it gains in a minute.
        remembered: keys that are kept; the one unseen for longest is forgotten first.
    """

    def __init__(self, *, burst: int, per_minute: float, remembered: int = 10_000) -> None:
        self._burst = burst
        self._per_second = per_minute / 60
        self._remembered = remembered
        #: Key → (what was left, when), by when it was last seen.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, key: str, now_s: float) -> float:
        """Take one.

        Args:
            now_s: seconds of a clock that never goes back.

        Returns:
            0.0, or how many seconds to wait for the next one; then nothing was taken.
        """
        left, then_s = self._left.pop(key, (float(self._burst), now_s))
        left = min(float(self._burst), left + max(0.0, now_s - then_s) * self._per_second)
        wait_s = 0.0 if left >= 1 else (1 - left) / self._per_second
        self._left[key] = (left if wait_s else left - 1, now_s)
        while len(self._left) > self._remembered:
            self._left.popitem(last=False)
        return wait_s


def neighbourhood(address: str | None) -> str:
    """What one party can have many of counts as one: the /64 of an IPv6 address; else the address itself.

    >>> neighbourhood("2001:db8::1"), neighbourhood("192.0.2.7")
    ('2001:db8::/64', '192.0.2.7')
    """
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
