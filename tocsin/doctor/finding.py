"""What a check found, and how checks are run: side by side, each with its own time, none able to hide another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeVar

from tocsin.errors import TocsinError

T = TypeVar("T")

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report.

    Attributes:
        check: what was looked at, in a word or two.
        state: ok; a warning works, but should be known; a problem keeps something from working.
        what: what was found, one sentence without a full stop.
        then: what to do; empty when nothing is to be done.
    """

    check: str
    state: State
    what: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at.

    Attributes:
        name: in a word or two.
        look: what is found; a TocsinError that it raises is a problem.
        seconds: it is given up after these.
    """

    name: str
    look: Callable[[], Awaitable[Iterable[Finding]]]
    seconds: float = 4.0


async def examine(checks: Iterable[Check]) -> list[Finding]:
    """What all checks find, in their order; they run side by side."""
    found = await asyncio.gather(*map(_examine, checks))
    return [finding for findings in found for finding in findings]


async def _examine(check: Check) -> list[Finding]:
    try:
        async with asyncio.timeout(check.seconds):
            return list(await check.look())
    except TocsinError as error:
        return [Finding(check.name, "problem", error.what, error.then)]
    except TimeoutError:
        return [
            Finding(check.name, "problem", f"no answer within {check.seconds:g} s", "is the machine or network busy?")
        ]
    except Exception as error:  # a check that fails must not hide what the others found
        kind = type(error).__name__
        return [Finding(check.name, "problem", f"this check itself failed: {kind}: {error}", "please report it")]


async def without_waiting(call: Callable[[], T]) -> T:
    """The result of a call that blocks, from a thread that nobody waits for.

    Looking up a name may block for half a minute. A thread of the loop's pool would be waited for at the end of the
    program, however long ago its check was given up.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return  # given up meanwhile
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # with no error it is a T

    def run() -> None:
        try:
            outcome: tuple[T | None, BaseException | None] = (call(), None)
        except Exception as error:  # told to whoever waits
            outcome = (None, error)
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(tell, *outcome)

    threading.Thread(target=run, daemon=True).start()
    return await future
