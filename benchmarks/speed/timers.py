"""Processor time by part of the work on a file, measured around the functions of the pipeline."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

from app.files.cache import FileCache
from app.jobs import queue
from benchmarks.corpus import reading_seconds
from worker import file_cache, pipeline
from worker.classification import engine
from worker.classification.engine import Engine
from worker.document_reader import DocumentReader
from worker.file_cache import CacheSession
from worker.parsing.sandbox.parser import SandboxedParser

PARSE, EMBED, THREADS = "parse", "embed", "threads"

# Part -> the functions whose time it is, without the time of other parts that they call.
FUNCTIONS: dict[str, list[tuple[Any, str]]] = {
    "claim": [(queue, "claim_next")],
    "read cache": [
        (FileCache, "find"),
        (FileCache, "read"),
        (file_cache, "unpack_document"),
        (engine, "unpack_first"),
        (engine, "unpack_later"),
    ],
    PARSE: [(DocumentReader, "parse")],
    "cut and cue": [(Engine, "embed")],
    "score": [(Engine, "judge")],
    "explain": [(engine, "collect_evidence"), (engine, "write_verdict")],
    "finish": [(queue, "finish_and_claim")],
    "write cache": [(CacheSession, "store"), (CacheSession, "add_document")],
    "rest": [(pipeline.Pipeline, "run_next")],
}
PARTS = [*FUNCTIONS, EMBED, THREADS]


class Timers:
    """Seconds of processor time by part: of this process, and for "parse" of the parser too."""

    def __init__(self, parser: SandboxedParser) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._parser = parser
        # For each function that runs, the time of the functions that it called.
        self._inner = [0.0]

    @contextmanager
    def patched(self, embedders: Sequence[object]) -> Iterator[None]:
        """Measure within this block; embedders are measured by their `embed`."""
        with contextlib.ExitStack() as stack:
            for part, functions in FUNCTIONS.items():
                for owner, name in functions:
                    stack.enter_context(self._replaced(owner, name, part))
            for kind in {type(embedder) for embedder in embedders}:
                stack.enter_context(self._replaced(kind, "embed", EMBED))
            process, thread = time.process_time(), time.thread_time()
            yield
            in_thread = time.thread_time() - thread
            self.seconds[THREADS] += time.process_time() - process - in_thread

    @contextmanager
    def _replaced(self, owner: object, name: str, part: str) -> Iterator[None]:
        function = getattr(owner, name)
        setattr(owner, name, self._timed(function, part))
        try:
            yield
        finally:
            setattr(owner, name, function)

    def _timed(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # any function
            entered = time.thread_time()
            is_parse = part == PARSE
            readers = reading_seconds(self._parser) if is_parse else 0.0
            self._inner.append(0.0)
            began = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds[part] += time.thread_time() - began - self._inner.pop()
                if is_parse:
                    self.seconds[part] += max(0.0, reading_seconds(self._parser) - readers)
                self._inner[-1] += time.thread_time() - entered

        return timed
