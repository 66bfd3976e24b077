"""What the local runner and Celery need of the pipeline, which they do not import.

The API process runs the local runner and must not load the classifier.
"""

from collections.abc import Callable
from typing import Protocol

from app.db import Database
from app.jobs.queue import Claim
from app.settings import Settings


class Processor(Protocol):
    """Processes items of the queue, in one thread at a time."""

    @property
    def database(self) -> Database:
        """The database of the queue."""
        ...

    @property
    def capabilities(self) -> dict[str, object]:
        """What the worker can do, for its heartbeat row."""
        ...

    def run_next(
        self,
        worker: str,
        *,
        on_claim: Callable[[Claim | None], None],
        goes_on: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Process the next item, and more while `goes_on`; False when none can be processed now.

        Calls `on_claim` with each claim, and with None at its end.
        """
        ...

    def end_turn(self) -> None:
        """Leave work in progress to whoever works next: this process may have to wait."""
        ...

    def close(self) -> None:
        """End subprocesses and close connections."""
        ...


# Called in the worker process, with the exceptions that a task queue raises for its time limit.
BuildProcessor = Callable[[Settings, tuple[type[Exception], ...]], Processor]
