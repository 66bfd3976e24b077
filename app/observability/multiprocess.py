"""Where the processes of one host count: a directory of files that each of them maps.

Every process counts under a number, the lowest that no living process has. A worker that
replaces another goes on with its files: what the dead have counted stays counted, and there are
never more files than processes that lived at the same time.
"""

import errno
import fcntl
import itertools
import json
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app.observability import metrics

log = logging.getLogger(__name__)

# How prometheus_client learns of the directory, in our children, too.
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "pigeonhole-metrics-"
# A directory this young may belong to a process that has not locked it yet.
YOUNG_SECONDS = 60.0
# Written, not only reserved: a mapped file that has no place on a full disk kills its process.
FILE_BYTES = {"counter": 128 * 1024, "histogram": 512 * 1024, "gauge_livesum": 4096}
LONGEST_TYPE = 60
OTHER_TYPES = "(other)"
ANY_TYPE = "(any)"


@contextmanager
def shared_metrics(parent: Path | None = None) -> Iterator[None]:
    """Count into a new directory, together with our children, until the block ends.

    It is made in `parent`, which must be a disk of this host, or among its temporary files.
    Where no directory can be made, this process counts for itself and its children for nobody.
    """
    directory = None
    try:
        _remove_leftovers(parent or Path(tempfile.gettempdir()))
        directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).absolute()
        _use(directory)
    except OSError as error:
        log.warning("the metrics of worker processes are not served: %s", error)
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)
        yield
        return
    metrics.begin()
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        shutil.rmtree(directory, ignore_errors=True)


def join_metrics() -> None:
    """Count into the directory of the process that started us, if it has one.

    Where that cannot be, such as on a full disk, this process counts for nobody.
    """
    directory = os.environ.get(VARIABLE)
    if directory is None:
        return
    try:
        _use(Path(directory))
    except OSError as error:
        log.warning("the metrics of this process are not served: %s", error)


def render(*collectors: Collector) -> bytes:
    """Return everything that was counted on this host, and by `collectors`, as Prometheus text."""
    directory = os.environ.get(VARIABLE)
    served = CollectorRegistry()
    for collector in collectors:
        served.register(collector)
    if directory is None:
        return generate_latest(metrics.registry) + generate_latest(served)
    MultiProcessCollector(served, path=directory)  # type: ignore[no-untyped-call]  # it has no types
    return generate_latest(served)


class TypeNames:
    """The labels of rules' types: the first `most` of them by name, together for all processes.

    Customers choose them, and every different label costs memory here and in Prometheus.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def label(self, type_: str) -> str:
        """Return the type, cut to a bounded length, or the label of all others."""
        if self._most == 0:
            return ANY_TYPE
        name = type_[:LONGEST_TYPE]
        with self._lock:
            if name not in self._known and len(self._known) < self._most:
                self._learn(name)
        return name if name in self._known else OTHER_TYPES

    def _learn(self, name: str) -> None:
        directory = os.environ.get(VARIABLE)
        if directory is None:
            self._known.add(name)
            return
        try:
            with (Path(directory) / "types.json").open("a+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                names: list[str] = json.loads(file.read() or "[]")
                if name not in names and len(names) < self._most:
                    names.append(name)
                    file.truncate(0)
                    json.dump(names, file)
        except (OSError, ValueError):  # a full disk: the type goes to the others
            log.debug("could not note a type", exc_info=True)
        else:
            self._known.update(names)


class _Slot:
    """The number under which this process counts; after a fork the child has one of its own."""

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
                # What a process before us had in flight ended with it.
                mark_process_dead(number, str(self._directory))  # type: ignore[no-untyped-call]  # it has no types
                self._make_files(number)
            except BaseException:
                os.close(lock)  # it is tried again with the next thing to count
                raise
            return number
        raise AssertionError

    def _make_files(self, number: int) -> None:
        for kind, size in FILE_BYTES.items():
            path = self._directory / f"{kind}_{number}.db"
            if not path.exists():
                # Aside first: a file that is cut, or still empty, cannot be read by a scrape.
                aside = path.with_suffix(".new")
                aside.write_bytes(bytes(size))
                aside.rename(path)


def _use(directory: Path) -> None:
    values.ValueClass = values.MultiProcessValue(_Slot(directory))  # type: ignore[no-untyped-call]  # it has no types
    os.environ[VARIABLE] = str(directory)


def _lock(path: Path) -> int | None:
    """Hold a file until its descriptor is closed or this process ends; None if another one does.

    A lock of fcntl's belongs to the process: a forked child does not have it. Raises OSError
    where there are no locks at all: the search for a free slot would have no end.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EACCES, errno.EAGAIN):  # POSIX leaves the choice
            return None
        raise
    return descriptor


def _remove_leftovers(parent: Path) -> None:
    """Remove the directories of servers that were killed."""
    for directory in parent.glob(PREFIX + "*"):
        try:
            status = directory.lstat()
            is_ours = status.st_uid == os.getuid() and not directory.is_symlink()
            if is_ours and time.time() - status.st_mtime > YOUNG_SECONDS and _is_left(directory):
                shutil.rmtree(directory, ignore_errors=True)
        except OSError:
            log.debug("could not look at old metrics", exc_info=True)


def _is_left(directory: Path) -> bool:
    return all(_is_free(path) for path in directory.glob("slot_*.lock"))


def _is_free(path: Path) -> bool:
    with path.open("r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
