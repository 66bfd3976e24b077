"""The metrics of this program for Prometheus, each defined in one line.

Any process may count; `app.observability.multiprocess` adds up the processes of one host.
No label carries text of a customer.
"""

import logging
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Generic, TypeVar

import prometheus_client
from prometheus_client.metrics import MetricWrapperBase

log = logging.getLogger(__name__)

# For processes without a directory of metrics, such as tests.
REGISTRY = prometheus_client.CollectorRegistry()

T = TypeVar("T", bound=MetricWrapperBase)


class _Metric(Generic[T]):
    """A metric of prometheus_client, created at its first use.

    prometheus_client decides at its creation where a metric keeps its values, and the directory
    for them is known only once the server has read its settings. Counting never raises: without
    room on the disk the work continues uncounted.
    """

    def __init__(
        self, kind: Callable[..., T], name: str, text: str, labels: Sequence[str], **options: object
    ) -> None:
        self.name = name
        self._create: Callable[[], T] = partial(
            kind, name, text, labels, registry=REGISTRY, **options
        )
        self._has_warned = False

    @cached_property
    def _metric(self) -> T:
        return self._create()

    def _change(self, change: Callable[[T], None], values: Sequence[str]) -> None:
        try:
            change(self._metric.labels(*values) if values else self._metric)
        except OSError as error:
            if not self._has_warned:
                log.warning(
                    "metric not counted; later failures are not logged",
                    extra={"metric": self.name, "reason": str(error)},
                )
            self._has_warned = True


class Counter(_Metric[prometheus_client.Counter]):
    """A number that only grows, one for each combination of its labels' values."""

    def __init__(self, name: str, text: str, *labels: str) -> None:
        super().__init__(prometheus_client.Counter, name, text, labels)

    def add(self, amount: float = 1, *values: str) -> None:
        """Count, with a value for each label."""
        self._change(lambda counter: counter.inc(amount), values)


class Gauge(_Metric[prometheus_client.Gauge]):
    """A number that grows and shrinks, summed over the living processes."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(prometheus_client.Gauge, name, text, (), multiprocess_mode="livesum")

    def add(self, amount: float) -> None:
        """Change the number."""
        self._change(lambda gauge: gauge.inc(amount), ())


class Histogram(_Metric[prometheus_client.Histogram]):
    """Durations in seconds; `buckets` are upper bounds."""

    def __init__(self, name: str, text: str, *labels: str, buckets: Sequence[float]) -> None:
        super().__init__(prometheus_client.Histogram, name, text, labels, buckets=buckets)

    def observe(self, seconds: float, *values: str) -> None:
        """Count one duration, with a value for each label."""
        self._change(lambda histogram: histogram.observe(seconds), values)


QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

# The API. The route is its template, or `none` where no route matched.
REQUESTS = Counter("pigeonhole_requests_total", "Requests answered.", "route", "method", "status")
REQUEST_SECONDS = Histogram(
    "pigeonhole_request_seconds", "Time to answer a request.", "route", "method", buckets=QUICK
)
REQUESTS_IN_FLIGHT = Gauge("pigeonhole_requests_in_flight", "Requests being answered.")

# The outcome of a file is `classified`, `null` or `failed`.
FILES = Counter("pigeonhole_files_total", "Files finished by workers.", "outcome")
FILE_ERRORS = Counter("pigeonhole_file_errors_total", "Failed files, by error code.", "code")
PARSE_SECONDS = Histogram(
    "pigeonhole_parse_seconds", "Time to read a file.", "format", "mode", buckets=SLOW
)
CLASSIFY_SECONDS = Histogram(
    "pigeonhole_classify_seconds", "Time to classify a file.", "mode", buckets=SLOW
)
# The outcome of a look-up is `hit` or `miss`.
CACHE_LOOKUPS = Counter(
    "pigeonhole_cache_lookups_total", "Look-ups in the file cache.", "kind", "outcome"
)

# The reason is `lease` (expired), `worker` (died) or `start`.
ITEMS_REQUEUED = Counter(
    "pigeonhole_items_requeued_total", "Files requeued after their worker was lost.", "reason"
)
JOBS_OVERDUE = Counter("pigeonhole_jobs_overdue_total", "Jobs ended by their deadline.")
LEASES_LOST = Counter(
    "pigeonhole_leases_lost_total", "Outcomes discarded because their lease had expired."
)
WAKEUPS_PUBLISHED = Counter("pigeonhole_wakeups_published_total", "Wake-ups sent to the broker.")
WAKEUPS_FAILED = Counter(
    "pigeonhole_wakeups_failed_total", "Wake-ups that could not be sent to the broker."
)

# The outcome of an attempt is `delivered`, `retry` or `given_up`.
WEBHOOK_ATTEMPTS = Counter(
    "pigeonhole_webhook_attempts_total", "Attempts to deliver a webhook.", "outcome"
)


def count_failed_file(code: str) -> None:
    """Count a file that ended without a verdict."""
    FILES.add(1, "failed")
    FILE_ERRORS.add(1, code)


def start_at_zero() -> None:
    """Serve the counters that alerts watch as 0, so that a rate sees their first step."""
    for counter in (JOBS_OVERDUE, LEASES_LOST, WAKEUPS_PUBLISHED, WAKEUPS_FAILED):
        counter.add(0)
    for outcome in ("classified", "null", "failed"):
        FILES.add(0, outcome)
    for outcome in ("delivered", "retry", "given_up"):
        WEBHOOK_ATTEMPTS.add(0, outcome)
    for reason in ("lease", "worker", "start"):
        ITEMS_REQUEUED.add(0, reason)
