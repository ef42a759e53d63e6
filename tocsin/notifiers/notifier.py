"""What a notifier is: tells one service of one delivery, or says in one of three ways why it could not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable

from schemas.crisis import Delivery
from tocsin.response.message.message import Message, Reader


class Notifier(Protocol):
    """One way to reach people or programs.

    Every notifier passes tests/contracts/test_notifiers.py. It does not retry: the courier does, with the same key.

    Attributes:
        name: as in response.yaml; also the metric label.
    """

    @property
    def name(self) -> str: ...

    async def send(self, delivery: Delivery, message: Message) -> str:
        """Tell of one event; returning means that the service has taken it.

        Args:
            delivery: carries the event, the idempotency key, `is_possible_repeat`, and the reference under which the
                service knows what it was told of this crisis before.
            message: the event for people, already inert, in its reader's language.

        Returns:
            the reference under which the service knows what it was told now; empty: it has none.

        Raises:
            TryLater: the service is not there, or busy.
            Refused: the service will never take this delivery.
            Misconfigured: the service will take nothing before somebody mends its configuration.
        """
        ...

    async def digest(self, deliveries: Sequence[Delivery], card: str, reader: Reader) -> None:
        """Tell of events that are too old to page anyone, in one message that wakes nobody. Raises as `send` does.

        Args:
            deliveries: all for the same reader.
        """
        ...

    async def close(self) -> None:
        """Let go of connections. Called once, when no `send` is under way."""
        ...


@runtime_checkable
class Standing(Protocol):
    """What a notifier has besides whose service forgets what it is not told again (`tocsin.notifiers.standing`)."""

    @property
    def name(self) -> str: ...

    #: How often it is told again.
    repeat_every: timedelta

    async def stand(self, deliveries: Sequence[Delivery], messages: Sequence[Message]) -> None:
        """Tell again what was told last of each crisis. Raises as `Notifier.send` does; nothing is retried."""
        ...


class NotifierError(Exception):
    """Why a delivery was not taken; the message is kept with the delivery and shown."""


class TryLater(NotifierError):
    """Not now.

    Args:
        retry_after: the service asked to be left alone for so long; None: the courier's own back-off.
        may_have_arrived: the request went out and its answer was lost: the next attempt is marked as possible repeat.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None, *, may_have_arrived: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived


class Refused(NotifierError):
    """Never: the service understood and will not take this delivery. It becomes a dead letter at once."""


class Misconfigured(NotifierError):
    """This notifier can tell nobody until its configuration is mended; its deliveries stay pending."""
