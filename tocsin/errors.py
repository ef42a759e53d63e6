"""Errors that a person reads: what went wrong, where, and what to do next."""

from __future__ import annotations


class TocsinError(Exception):
    """Something a person can mend. The command line prints it without a traceback and exits with `status`.

    Args:
        what: one sentence: what is wrong, naming the place (file and line, address, stream).
        then: what to do next, as an instruction; empty when `what` already says it.
    """

    status = 1

    def __init__(self, what: str, then: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.then = then

    def __str__(self) -> str:
        return f"{self.what}\n  → {self.then}" if self.then else self.what


class ConfigurationError(TocsinError):
    """A file or setting that cannot be used as it is written."""

    status = 2


class BrokerError(TocsinError):
    """Kafka is not there, or is not what this worker needs."""

    status = 3
