"""Classifying on this machine: worker processes that take one file after the other."""

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Self

from app.configurations.rules_file import RulesFile
from app.errors import FileErrorCode, StartupError
from app.settings import Settings
from cli.classification.local_messages import LocalWork, NotStarted, Ready
from cli.classification.results import FileResult
from cli.classification.user_cache import UserCache

# Above this a machine has other work too, and each takes some 500 MB.
_MAX_WORKERS = 8
# At one file, and at starting a worker.
_MAX_ATTEMPTS = 2
# A worker ends a file that takes too long by itself; one that cannot do that is killed.
_STUCK_SECONDS = 10.0
_LOAD_SECONDS = 300.0
_END_SECONDS = 2.0
# Results between two looks at the size of the cache.
_EVICT_AFTER = 500


@dataclass(frozen=True, slots=True)
class _Try:
    """A file, and how many workers have died over it."""

    path: Path
    attempts: int = 0


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    is_ready: bool = False
    is_stuck: bool = False
    current: _Try | None = None
    # When it started, became ready, or got its file.
    since: float = field(default_factory=time.monotonic)


class LocalClassifier:
    """Classifies in worker processes, at most one a core; starts them when files come.

    PIGEONHOLE_WORKERS, if it is set, limits them further.

    Texts and vectors go to the user's cache in `cache_directory`, None for none.
    """

    def __init__(self, rules: RulesFile, settings: Settings, cache_directory: Path | None) -> None:
        self._rules = rules
        self._settings = settings
        self._cache_directory = cache_directory
        is_set = "workers" in settings.model_fields_set
        self._max_workers = min(
            len(os.sched_getaffinity(0)), settings.workers if is_set else _MAX_WORKERS
        )
        self._workers: list[_Worker] = []
        self._failed_starts = 0
        self._results = 0
        self._context = multiprocessing.get_context("spawn")

    def __enter__(self) -> Self:
        limit = self._settings.job_max_rules
        if len(self._rules.rules) > limit:
            raise StartupError(
                f"there are {len(self._rules.rules)} rules, more than the limit of {limit}: leave "
                "some out, or set PIGEONHOLE_JOB_MAX_RULES"
            )
        for rule in self._rules.rules:
            if any(example.file_id is not None for example in rule.examples):
                raise StartupError(
                    f"an example of {rule.type} is the id of an uploaded file, which only a server"
                    " has: give --server, or write `file: PATH` in the rules"
                )
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self._workers:
            _end(worker.process)
        self._workers.clear()
        self._evict()

    @property
    def processes(self) -> list[SpawnProcess]:
        """The worker processes."""
        return [worker.process for worker in self._workers]

    def describe(self) -> str:
        """Return one line that says where the documents go."""
        if self._settings.embedder.startswith("http"):
            return f"Reading on this machine; passages go to {self._settings.embedder}."
        return "Classifying on this machine: no document leaves it."

    def classify(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        """Return a result for each file, in the order in which they end.

        Raises StartupError when the workers cannot start.
        """
        files, again = iter(paths), deque[_Try]()
        while True:
            self._hand_out(files, again)
            busy = {id(each.pipe): each for each in self._workers if each.current is not None}
            if not busy:
                return
            for pipe in wait([each.pipe for each in busy.values()], timeout=1.0):
                result = self._receive(busy[id(pipe)], again)
                if result is not None:
                    self._results += 1
                    if self._results % _EVICT_AFTER == 0:
                        self._evict()
                    yield result
            for worker in busy.values():
                self._kill_stuck(worker)

    def _hand_out(self, files: Iterator[Path], again: deque[_Try]) -> None:
        """Give each free worker a file; starts a worker where there are files and cores."""
        while True:
            worker = next((each for each in self._workers if each.current is None), None)
            if worker is None and not self._may_start():
                return
            if again:
                current = again.popleft()
            else:
                path = next(files, None)
                if path is None:
                    return
                current = _Try(path)
            worker = worker or self._start()
            worker.current, worker.since = current, time.monotonic()
            try:
                worker.pipe.send(current.path)
            except OSError:
                # It died while it was free: nothing speaks against the file.
                self._workers.remove(worker)
                again.appendleft(current)

    def _may_start(self) -> bool:
        """Tell whether another worker may start: one after the other, as few files need but one."""
        all_ready = all(worker.is_ready for worker in self._workers)
        return all_ready and len(self._workers) < self._max_workers

    def _receive(self, worker: _Worker, again: deque[_Try]) -> FileResult | None:
        """Take a message; returns the result if it is one, or if there will be none."""
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            return self._replace(worker, again)
        if isinstance(message, NotStarted):
            raise StartupError(message.sentence)
        if isinstance(message, Ready):
            worker.is_ready, worker.since = True, time.monotonic()
            self._failed_starts = 0
            return None
        worker.current = None
        return message if isinstance(message, FileResult) else None

    def _replace(self, worker: _Worker, again: deque[_Try]) -> FileResult | None:
        """Drop a worker that died, and try its file once more in another."""
        self._workers.remove(worker)
        _end(worker.process)
        current = worker.current
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_ATTEMPTS:
                raise StartupError(
                    "the process that classifies died while it was loading, perhaps for lack of"
                    " memory: close other programs, or name a server with --server"
                )
        if current is None:
            return None
        if worker.is_stuck:
            seconds = self._settings.item_seconds
            return FileResult.failed(
                current.path, f"the file took more than {seconds:.0f} s", FileErrorCode.TIMEOUT
            )
        attempts = current.attempts + (1 if worker.is_ready else 0)
        if attempts < _MAX_ATTEMPTS:
            again.append(_Try(current.path, attempts))
            return None
        return FileResult.failed(
            current.path,
            "the process that classified this file died, and again at the second attempt",
            FileErrorCode.WORKER_LOST,
        )

    def _kill_stuck(self, worker: _Worker) -> None:
        limit = self._settings.item_seconds + _STUCK_SECONDS
        seconds = time.monotonic() - worker.since
        if worker.current is not None and seconds > (limit if worker.is_ready else _LOAD_SECONDS):
            worker.is_stuck = worker.is_ready
            worker.process.kill()

    def _evict(self) -> None:
        UserCache(self._cache_directory, self._settings.cache_max_bytes).evict()

    def _start(self) -> _Worker:
        work = LocalWork(self._rules, self._settings, self._cache_directory)
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_run, args=(work, theirs), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker


def _run(work: LocalWork, pipe: Connection) -> None:
    # Imported in the worker: the command's own process must not load the classifier.
    from cli.classification.local_worker import run_worker  # noqa: PLC0415

    run_worker(work, pipe)


def _end(process: SpawnProcess) -> None:
    process.join(_END_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
