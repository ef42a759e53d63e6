"""How a process logs: lines for people, or one JSON object a line; the same complaint not two thousand times."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from tocsin.settings import Settings

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Sparing(logging.Filter):
    """Lets the same complaint through once in some seconds: a broker that is away makes thousands a minute.

    Args:
        interval_s: between two lines of one message, whatever its arguments.
    """

    def __init__(self, interval_s: float = 10.0) -> None:
        super().__init__()
        self._interval_s = interval_s
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        what = f"{record.name}:{record.levelno}:{record.msg}"
        if record.created - self._last.get(what, 0.0) < self._interval_s:
            return False
        self._last[what] = record.created
        return True


class JsonLines(logging.Formatter):
    """One object a line: `time` (UTC), `level`, `logger`, `message`, `worker`, `namespace`, and `error` (a traceback).

    Args:
        settings: whose worker and namespace it names.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._who = {"worker": settings.worker, "namespace": settings.namespace}

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._who,
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, separators=(",", ":"))  # ASCII: a log is read by many programs


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Let this process log as its settings say; once, at its start.

    Args:
        stream: where to; standard error unless it is named.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(settings) if settings.log == "json" else logging.Formatter(_TEXT))
    handler.addFilter(Sparing())
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.handlers[:] = [handler]


def announce(settings: Settings, text: str, level: int = logging.INFO) -> None:
    """Tell whoever started us: a line for people, or a line of the log; errors on standard error."""
    if settings.log == "json":
        text = JsonLines(settings).format(logging.LogRecord("tocsin", level, "", 0, text, None, None))
    print(text, file=sys.stderr if level >= logging.ERROR else sys.stdout, flush=True)


def find_message(line: str) -> str:
    """What a line of a log says: the message of a JSON line, any other line as it is."""
    if line.startswith("{"):
        try:
            found = json.loads(line)["message"]
        except (ValueError, KeyError, TypeError):
            return line
        return str(found)
    return line
