"""The processor time that hostile input may cost."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from worker.parsing.limits import ParserLimits


@contextmanager
def within_reader_limit() -> Iterator[None]:
    """Fail if the block takes more processor time than the reader of one file may.

    Input of tests is so large that work in proportion to it takes about a second: coverage and a
    busy machine make that several seconds, and work in proportion to its square minutes.
    """
    start = time.thread_time()
    yield
    took = time.thread_time() - start
    limit = ParserLimits().cpu_seconds
    assert took < limit, f"{took:.0f} s of processor time; a reader may take {limit:.0f} s"
