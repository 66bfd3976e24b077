"""Work that a worker does between the items of jobs: previews, hints about rules, fits."""

import logging
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from app.observability.tracing import span
from worker.document_reader import MACHINE_FAULTS

log = logging.getLogger(__name__)

Task = TypeVar("Task")

# Somebody waits for a preview, but many must not hold up the jobs. Longer than an idle worker
# waits between its looks.
_LOOK_SECONDS = 1.5


@dataclass(slots=True, kw_only=True)
class SideWork(ABC, Generic[Task]):
    """A queue of tasks that a worker takes up when no item is queued, and now and then before one.

    With files to classify, a worker looks for tasks every `look_seconds`.
    """

    name: ClassVar[str]
    """What the spans of the tasks are called."""

    look_seconds: float = _LOOK_SECONDS
    _looked_at: float = field(default_factory=time.monotonic)

    @property
    def is_due(self) -> bool:
        """Whether this worker has not looked for tasks for a while."""
        return time.monotonic() - self._looked_at > self.look_seconds

    def run_next(self, worker: str) -> bool:
        """Work on the next task; False when there is none.

        Raises one of MACHINE_FAULTS when this machine is at fault; another attempt follows.
        """
        try:
            task = self._claim(worker)
            if task is None:
                return False
            self._try(task)
        finally:
            # Now, so that a long task does not make the next one due at once.
            self._looked_at = time.monotonic()
        return True

    def _try(self, task: Task) -> None:
        try:
            with span(self.name):
                self._work_on(task)
        except MACHINE_FAULTS:
            self._release(task)
            raise
        except Exception:  # nothing about one task may stop the jobs
            log.exception(
                "unexpected error beside the jobs; ending the task", extra={"task": self.name}
            )
            self._fail(task)

    @abstractmethod
    def _claim(self, worker: str) -> Task | None:
        """Return the next task, None if there is none."""

    @abstractmethod
    def _work_on(self, task: Task) -> None:
        """Do the task and record its end."""

    @abstractmethod
    def _release(self, task: Task) -> None:
        """Put the task back into the queue."""

    @abstractmethod
    def _fail(self, task: Task) -> None:
        """End the task with an unexpected error."""
