"""How `tocsin worker` and `tocsin notify` start: checked first, then this process becomes the other one."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from tocsin.preflight import Ready
from tocsin.settings import Settings
from tocsin.workers import AGENTS, environment_of


def become(role: str, settings: Settings, check: Callable[[Settings], Awaitable[Ready]]) -> int:
    """Run `python -m agents ROLE` in the place of this process: same pid, so that signals reach it.

    Raises:
        TocsinError: the check failed.
    """

    async def checked() -> Ready:
        return await check(settings)

    for note in asyncio.run(checked()).notes:
        print(f"tocsin {role}: note: {note}", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(AGENTS[0], [*AGENTS, role], environment_of(settings))  # noqa: S606 - no shell is the point
