"""An outage of the database or of Redis is one line in the log of each process.

Each part that needs the service fails on its own, again and again; their tracebacks say nothing
more than that the service is unavailable.
"""

import logging
import threading
import time
from collections.abc import Iterator

DATABASE, BROKER = "database", "broker"

# After so long without a failure, the next one begins another outage.
QUIET_SECONDS = 30.0
# A long outage is logged again after so long.
REMINDER_SECONDS = 600.0

# Classes of the states in which Postgres is unavailable: connection exceptions, operator
# intervention (a shutdown, a start), too many connections.
UNAVAILABLE_STATES = ("08", "57P", "53300")
REDIS_ERRORS = {"ConnectionError", "TimeoutError", "BusyLoadingError"}
# These loggers of Celery and kombu report a lost connection, without an exception.
CONNECTING_LOGGERS = ("celery.worker.consumer", "kombu")


class OutageFilter(logging.Filter):
    """Shortens the first record of an outage to one line, and drops the others.

    The line has `outage`, the service, and `reason`; a later one has `left_out`, the number of
    records that were dropped.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}
        self._logged: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to write a record."""
        found = find_outage(record)
        if found is None:
            return True
        service, reason = found
        if not self._is_due(service):
            return False
        record.exc_info = record.exc_text = None
        record.outage, record.reason = service, reason
        with self._lock:
            if left_out := self._left_out.pop(service, 0):
                record.left_out = left_out
        return True

    def _is_due(self, service: str) -> bool:
        moment = time.monotonic()
        with self._lock:
            is_new = moment - self._seen.get(service, float("-inf")) > QUIET_SECONDS
            is_long = moment - self._logged.get(service, float("-inf")) > REMINDER_SECONDS
            self._seen[service] = moment
            if is_new or is_long:
                self._logged[service] = moment
                return True
            self._left_out[service] = self._left_out.get(service, 0) + 1
            return False


def find_outage(record: logging.LogRecord) -> tuple[str, str] | None:
    """Return the service that a record reports as unavailable, and why; None for other records."""
    error = record.exc_info[1] if record.exc_info else None
    for each in _chain(error):
        service = _service_of(each)
        if service is not None:
            return service, _first_line(str(getattr(each, "orig", None) or each))
    if record.levelno >= logging.WARNING and record.name.startswith(CONNECTING_LOGGERS):
        message = record.getMessage()
        if "connect" in message.lower():
            record.msg, record.args = "connection to the broker lost; retrying", ()
            return BROKER, _first_line(message)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _service_of(error: BaseException) -> str | None:
    """Return the service that an exception reports as unavailable.

    It goes by the names of classes: an embedded server loads neither Redis nor Postgres.
    """
    names = {f"{each.__module__}.{each.__name__}" for each in type(error).__mro__}
    if {f"redis.exceptions.{name}" for name in REDIS_ERRORS} & names:
        return BROKER
    if "kombu.exceptions.OperationalError" in names:
        return BROKER
    if "sqlalchemy.exc.TimeoutError" in names:
        return DATABASE
    origin = getattr(error, "orig", error)
    if not type(origin).__module__.startswith("psycopg"):
        return None
    if not any(
        each.__name__ in ("OperationalError", "InterfaceError") for each in type(origin).__mro__
    ):
        return None
    state = getattr(origin, "sqlstate", None)
    return DATABASE if state is None or state.startswith(UNAVAILABLE_STATES) else None


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:300]
