"""What this program counts, for Prometheus: every metric is defined here, in one line.

Any process may count; `app.observability.multiprocess` joins what the processes of one host
have counted.
No label carries anything of a customer's but the types of their rules, which are bounded.
"""

import logging
from collections.abc import Sequence
from functools import cached_property

import prometheus_client

log = logging.getLogger(__name__)

# For processes without a directory of metrics, such as tests: see `app.observability.multiprocess`.
registry = prometheus_client.CollectorRegistry()
# Without labels: these are served as 0 before the first of what they count.
_unlabelled: list["Counter"] = []


class Counter:
    """A number that only grows, one for each combination of its labels' values.

    Made at its first use, because only then it is known where the process counts.
    """

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.name = name
        self._meaning = meaning
        self._labels = labels
        if not labels:
            _unlabelled.append(self)

    def add(self, amount: float = 1, *values: str) -> None:
        """Count, with a value for each label. Never fails: work is worth more than its figures."""
        try:
            (self._made.labels(*values) if values else self._made).inc(amount)
        except OSError as error:
            _tell_once(error)

    @cached_property
    def _made(self) -> prometheus_client.Counter:
        return prometheus_client.Counter(self.name, self._meaning, self._labels, registry=registry)


class Gauge:
    """A number of things that are now, summed over the living processes."""

    def __init__(self, name: str, meaning: str) -> None:
        self.name = name
        self._meaning = meaning

    def add(self, amount: float) -> None:
        """Change the number. Never fails."""
        try:
            self._made.inc(amount)
        except OSError as error:
            _tell_once(error)

    @cached_property
    def _made(self) -> prometheus_client.Gauge:
        return prometheus_client.Gauge(
            self.name, self._meaning, registry=registry, multiprocess_mode="livesum"
        )


class Histogram:
    """How often something took how many seconds: `buckets` are upper bounds."""

    def __init__(self, name: str, meaning: str, *labels: str, buckets: Sequence[float]) -> None:
        self.name = name
        self._meaning = meaning
        self._labels = labels
        self._buckets = buckets

    def observe(self, seconds: float, *values: str) -> None:
        """Note one duration, with a value for each label. Never fails."""
        try:
            (self._made.labels(*values) if values else self._made).observe(seconds)
        except OSError as error:
            _tell_once(error)

    @cached_property
    def _made(self) -> prometheus_client.Histogram:
        return prometheus_client.Histogram(
            self.name, self._meaning, self._labels, buckets=self._buckets, registry=registry
        )


def begin() -> None:
    """Serve the counters without labels from now on, so that a rate sees their first step."""
    for counter in _unlabelled:
        counter.add(0)


def _tell_once(error: OSError) -> None:
    if not _told:
        _told.append(error)
        log.warning("metrics cannot be counted: %s", error)


_told: list[OSError] = []

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

# The API. The route is its template, or `none` where no route was reached.
REQUESTS = Counter("pigeonhole_requests_total", "Requests.", "route", "method", "status")
REQUEST_SECONDS = Histogram(
    "pigeonhole_request_seconds", "Time to answer.", "route", "method", buckets=QUICK
)
REQUESTS_IN_FLIGHT = Gauge("pigeonhole_requests_in_flight", "Requests that are being answered.")

# Files, as workers end them. The outcome is `classified`, `null` or `failed`.
FILES = Counter("pigeonhole_files_total", "Files that workers ended.", "outcome")
FILE_ERRORS = Counter("pigeonhole_file_errors_total", "Files that failed.", "code")
VERDICTS = Counter("pigeonhole_verdicts_total", "Files of a type.", "type")
PARSE_SECONDS = Histogram(
    "pigeonhole_parse_seconds", "Time to read a file.", "format", "mode", buckets=SLOW
)
CLASSIFY_SECONDS = Histogram(
    "pigeonhole_classify_seconds", "Time to classify a file.", "mode", buckets=SLOW
)
# What was kept of a file; the outcome is `hit` or `miss`.
CACHE_LOOKUPS = Counter(
    "pigeonhole_cache_lookups_total", "Looks into the caches.", "kind", "outcome"
)

# Work that was lost and found. The reason is `lease` (expired), `worker` (died) or `start`.
ITEMS_TAKEN_BACK = Counter("pigeonhole_items_taken_back_total", "Files of lost workers.", "reason")
JOBS_OVERDUE = Counter("pigeonhole_jobs_overdue_total", "Jobs ended by their deadline.")
LEASES_LOST = Counter("pigeonhole_leases_lost_total", "Outcomes that came after their lease.")
WAKEUPS_PUBLISHED = Counter("pigeonhole_wakeups_published_total", "Wake-ups sent.")
WAKEUPS_FAILED = Counter("pigeonhole_wakeups_failed_total", "Wake-ups that the broker refused.")

# Webhooks, one for each try. The outcome is `delivered`, `retry` or `given_up`.
WEBHOOK_ATTEMPTS = Counter(
    "pigeonhole_webhook_attempts_total", "Tries to deliver a webhook.", "outcome"
)
