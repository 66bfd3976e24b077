"""More time for files whose pages are read by OCR, which is slower than all other reading."""

import time
from collections.abc import Callable

from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox.jail import allow_processor_time

# What reading the rest of the file and answering may take after the last page.
_RESERVE_SECONDS = 2.0


class Allowance:
    """Asks for the time of one more page, in the process that reads the file."""

    def __init__(self, limits: ParserLimits, tell: Callable[[], object]) -> None:
        """Start the clock; `tell` tells the supervisor, who counts too, of each page."""
        self._limits = limits
        self._tell = tell
        self._start = time.monotonic()
        self._pages = 0

    def __call__(self) -> float | None:
        """Return the seconds that the next page may take; None when no more pages may be read."""
        if self._pages == self._limits.ocr_pages:
            return None
        self._pages += 1
        allow_processor_time(self._limits.cpu_for(self._pages))
        self._tell()
        end = self._start + self._limits.wall_for(self._pages) - _RESERVE_SECONDS
        return end - time.monotonic()
