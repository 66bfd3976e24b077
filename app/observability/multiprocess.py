"""Metrics of several processes of one host, in a directory of files that each process maps.

A process counts in a slot: files with the lowest number that no living process uses. A new
process continues the files of a dead one, so counts survive it, and there are never more files
than processes that lived at the same time.
"""

import errno
import fcntl
import itertools
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest, values
from prometheus_client.metrics_core import InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app.observability import metrics

log = logging.getLogger(__name__)

# prometheus_client reads it; child processes inherit it.
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "pigeonhole-metrics-"
# A younger directory may belong to a process that has not locked its slot yet.
MIN_LEFTOVER_SECONDS = 60.0
# Written in full: a mapped file without its blocks on a full disk kills the process.
FILE_BYTES = {"counter": 128 * 1024, "histogram": 512 * 1024, "gauge_livesum": 4096}


@contextmanager
def shared_metrics(parent: Path | None = None) -> Iterator[None]:
    """Count this process and its children in a new directory until the block ends.

    The directory is created in `parent`, which must be on a local disk, or in the system's
    temporary directory. If that fails, this process counts in memory and its children do not
    count.
    """
    directory = None
    try:
        _remove_leftovers(parent or Path(tempfile.gettempdir()))
        directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).absolute()
        _count_in(directory)
    except OSError as error:
        log.warning("metrics of worker processes are not served", extra={"reason": str(error)})
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)
        yield
        return
    metrics.start_at_zero()
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        shutil.rmtree(directory, ignore_errors=True)


def join_metrics() -> None:
    """Count in the directory of the parent process, if it has one.

    If that fails, such as on a full disk, the metrics of this process are lost.
    """
    directory = os.environ.get(VARIABLE)
    if directory is None:
        return
    try:
        _count_in(Path(directory))
    except OSError as error:
        log.warning("metrics of this process are not served", extra={"reason": str(error)})


class BuildInfo(Collector):
    """The version of the program, as a label of a metric that is 1."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metric."""
        info = {"version": version("pigeonhole-server")}
        yield InfoMetricFamily("pigeonhole_build", "The version of the program.", value=info)


def render_metrics(*collectors: Collector) -> bytes:
    """Return the metrics of this host and of `collectors` as Prometheus text."""
    directory = os.environ.get(VARIABLE)
    served = CollectorRegistry()
    for collector in (BuildInfo(), *collectors):
        served.register(collector)
    if directory is None:
        return generate_latest(metrics.REGISTRY) + generate_latest(served)
    MultiProcessCollector(served, path=directory)  # type: ignore[no-untyped-call]  # it has no types
    return generate_latest(served)


def _count_in(directory: Path) -> None:
    # The supported way to number processes by something other than their pid.
    values.ValueClass = values.MultiProcessValue(_Slot(directory))  # type: ignore[no-untyped-call]  # it has no types
    os.environ[VARIABLE] = str(directory)


class _Slot:
    """The number of this process in the directory; a forked child takes another one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: int | None = None
        self._number = -1

    def __call__(self) -> int:
        if self._process != os.getpid():
            self._number = self._take()
            self._process = os.getpid()
        return self._number

    def _take(self) -> int:
        for number in itertools.count():
            lock = _lock(self._directory / f"slot_{number}.lock")
            if lock is None:
                continue
            try:
                # The gauges of the dead process that had the slot before.
                mark_process_dead(number, str(self._directory))  # type: ignore[no-untyped-call]  # it has no types
                self._create_files(number)
            except BaseException:
                os.close(lock)  # the next metric tries again
                raise
            return number
        raise AssertionError

    def _create_files(self, number: int) -> None:
        for kind, size in FILE_BYTES.items():
            path = self._directory / f"{kind}_{number}.db"
            if not path.exists():
                # Renamed when complete: a scrape cannot read a file that is cut or empty.
                new = path.with_suffix(".new")
                new.write_bytes(bytes(size))
                new.rename(path)


def _lock(path: Path) -> int | None:
    """Lock a file until its descriptor is closed or this process ends; None if it is locked.

    A lock of fcntl belongs to the process: a forked child does not have it. Raises OSError on a
    file system without locks, where the search for a free slot would not end.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EACCES, errno.EAGAIN):  # POSIX allows both
            return None
        raise
    return descriptor


def _remove_leftovers(parent: Path) -> None:
    """Remove the directories of killed servers."""
    for directory in parent.glob(PREFIX + "*"):
        try:
            status = directory.lstat()
            is_ours = status.st_uid == os.getuid() and not directory.is_symlink()
            is_old = time.time() - status.st_mtime > MIN_LEFTOVER_SECONDS
            if is_ours and is_old and not _is_in_use(directory):
                shutil.rmtree(directory, ignore_errors=True)
        except OSError:
            log.debug("old metrics directory not deleted", exc_info=True)


def _is_in_use(directory: Path) -> bool:
    for path in directory.glob("slot_*.lock"):
        lock = _lock(path)
        if lock is None:
            return True
        os.close(lock)
    return False
