"""Logs as JSON or text, with the ids of the current request or item."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from app.observability.outages import OutageFilter
from app.text import escape_controls, escape_line

_bound: ContextVar[dict[str, str] | None] = ContextVar("bound", default=None)

# The attributes of every LogRecord; others come from `extra`.
_STANDARD = set(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}


def bound(name: str) -> str | None:
    """Return a value of the enclosing `bind` blocks, None if it is not set."""
    return (_bound.get() or {}).get(name)


@contextmanager
def bind(**values: str | None) -> Iterator[None]:
    """Add values, such as request_id or job_id, to every message of the block; None is left out."""
    known = {name: value for name, value in values.items() if value is not None}
    token = _bound.set({**(_bound.get() or {}), **known})
    try:
        yield
    finally:
        _bound.reset(token)


def set_up_logging(level: str, style: str, stream: TextIO | None = None) -> None:
    """Write all log messages to `stream` (default: standard error) in the given style."""
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    as_text = style == "text" or (style == "auto" and target.isatty())
    handler.setFormatter(TextFormatter() if as_text else JsonFormatter())
    handler.addFilter(OutageFilter())
    # Warnings of Python become lines like all others.
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # At info, these log every connection, child process or wake-up.
    for name in (
        "alembic",
        "kombu",
        "celery.app.trace",
        "celery.redirected",
        "celery.worker.strategy",
        "httpx",
        "multiprocessing",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    return {**(_bound.get() or {}), **extra}


class JsonFormatter(logging.Formatter):
    """One JSON object: time, level, logger, message, bound values, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A line for people: time, level, message, values.

    Controls are escaped: the path of a request could forge lines, or command the terminal.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with a traceback below it if there is one."""
        values = " ".join(f"{key}={value}" for key, value in _fields(record).items())
        moment = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        line = f"{moment} {record.levelname.lower():7} {record.getMessage()} {values}".rstrip()
        line = escape_line(line)
        if record.exc_info:
            line += "\n" + escape_controls(self.formatException(record.exc_info))
        return line
