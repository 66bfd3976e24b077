"""Metrics of the disk that takes the uploaded files."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.settings import Settings
from app.single_flight import SingleFlight

# A network file system that is unavailable may never answer.
ANSWER_SECONDS = 2.0


class DiskCollector(Collector):
    """The size and the free room of a directory's file system, read at creation.

    The free room is what a user other than root may write. Raises OSError if the directory
    cannot be looked at.
    """

    def __init__(self, directory: Path) -> None:
        self._usage = shutil.disk_usage(directory)

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        for name, text, value in (
            ("size", "Size of the disk with the uploaded files.", self._usage.total),
            ("free", "Free room on the disk with the uploaded files.", self._usage.free),
        ):
            yield GaugeMetricFamily(f"pigeonhole_disk_{name}_bytes", text, value=float(value))


class DiskGauge:
    """Reads the disk of the uploaded files, or of the spool where a bucket takes them."""

    def __init__(self, settings: Settings) -> None:
        directory = settings.blob_dir if settings.s3_bucket is None else settings.data_dir
        self._reading = SingleFlight(partial(DiskCollector, directory))

    def read(self) -> list[Collector]:
        """Return the collector; none if the directory is missing or does not answer in time."""
        try:
            return [self._reading.begin().result(ANSWER_SECONDS)]
        except (OSError, RuntimeError):  # TimeoutError is an OSError; no thread can be started
            return []
