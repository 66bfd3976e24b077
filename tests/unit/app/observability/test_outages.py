"""An outage is one line, whatever fails because of it."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator

import kombu.exceptions
import psycopg.errors
import pytest
import redis
import sqlalchemy.exc
from sqlalchemy.exc import DBAPIError

from app.observability import outages
from app.observability.logging import set_up_logging
from app.observability.outages import BROKER, DATABASE, find_outage


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """The log of a program; the root logger is left as the test runner wants it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    # A command that ran in this process may have left it on, and then it is not set up anew.
    logging.captureWarnings(capture=False)
    set_up_logging("info", "json", stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def of_psycopg(error: Exception) -> Exception:
    return DBAPIError.instance("SELECT 1", {}, error, psycopg.Error)  # type: ignore[return-value]


def record_of(error: BaseException) -> logging.LogRecord:
    try:
        raise error
    except type(error):
        return logging.LogRecord("a", logging.ERROR, "", 0, "failed", (), sys.exc_info())


GONE = psycopg.OperationalError("connection failed: refused\nIs the server running?")


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (of_psycopg(GONE), (DATABASE, "connection failed: refused")),
        (of_psycopg(psycopg.errors.AdminShutdown("terminating")), (DATABASE, "terminating")),
        (sqlalchemy.exc.TimeoutError("QueuePool limit"), (DATABASE, "QueuePool limit")),
        (redis.ConnectionError("Error 111"), (BROKER, "Error 111")),
        (redis.exceptions.BusyLoadingError("loading"), (BROKER, "loading")),
        (kombu.exceptions.OperationalError("Error 111"), (BROKER, "Error 111")),
        (of_psycopg(psycopg.errors.DeadlockDetected("deadlock")), None),
        (of_psycopg(psycopg.errors.QueryCanceled("timeout")), None),
        (of_psycopg(psycopg.errors.UndefinedTable("no table")), None),
        (redis.ResponseError("OOM"), None),
        (ValueError("a mistake"), None),
    ],
)
def test_what_an_outage_is(error: Exception, found: object) -> None:
    assert find_outage(record_of(error)) == found


def test_a_failure_that_another_one_caused() -> None:
    error = RuntimeError("the pass failed")
    error.__cause__ = GONE

    assert find_outage(record_of(error)) == (DATABASE, "connection failed: refused")


def fail(error: Exception, message: str = "maintenance step failed") -> None:
    try:
        raise error
    except type(error):
        logging.getLogger("app").exception(message)


def test_an_outage_is_one_line_without_a_traceback(stream: io.StringIO) -> None:
    for _ in range(50):
        fail(of_psycopg(GONE))
        fail(redis.ConnectionError("Error 111"), "publishing failed")
    fail(ValueError("a mistake"))

    first, second, third = lines(stream)

    assert (first["outage"], first["reason"]) == ("database", "connection failed: refused")
    assert second["outage"] == "broker"
    assert not {"exception", "outage"} <= set(first)
    assert "ValueError: a mistake" in str(third["exception"])


def test_another_outage_and_a_long_one_are_reported(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(outages.time, "monotonic", lambda: clock[0])
    told = []
    for moment in (0, 5, 10, 50, 55, *range(60, 700, 20)):
        clock[0] = float(moment)
        before = len(lines(stream))
        fail(of_psycopg(GONE))
        told += [moment] * (len(lines(stream)) - before)

    assert told == [0, 50, 660]
    assert [line.get("left_out") for line in lines(stream)] == [None, 2, 31]


def test_the_words_of_celery(stream: io.StringIO) -> None:
    celery = logging.getLogger("celery.worker.consumer.consumer")
    for _ in range(3):
        celery.error("consumer: Cannot connect to %s: %s.\n%s\n", "redis://", "Error 111", "Trying")
    celery.warning("missed heartbeat from another worker")

    first, second = lines(stream)

    assert first["message"] == "connection to the broker lost; retrying"
    assert first["reason"] == "consumer: Cannot connect to redis://: Error 111."
    assert second["message"] == "missed heartbeat from another worker"


@pytest.mark.filterwarnings("default")
def test_a_warning_of_python_is_a_line(stream: io.StringIO) -> None:
    warnings.warn("deprecated", FutureWarning, stacklevel=1)

    (line,) = lines(stream)
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")
    assert "deprecated" in str(line["message"])
