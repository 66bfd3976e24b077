"""The Celery tasks."""

import time
from collections.abc import Callable

from billiard.exceptions import SoftTimeLimitExceeded
from celery import Celery

from app.broker import DELIVER_QUEUE, DELIVER_TASK, TURN_SECONDS, WORK_QUEUE, WORK_TASK
from app.jobs.queue import Claim
from worker.runtime.processor import Processor
from worker.runtime.webhook_delivery.deliverer import Deliverer

TIMEOUTS = (SoftTimeLimitExceeded,)
"""The exceptions that Celery's time limit raises inside a task."""


class Turn:
    """What one task does: process items until none is queued or the time of a turn is over."""

    def __init__(self, name: str, processor: Processor, is_stopping: Callable[[], bool]) -> None:
        self.processor = processor
        self._name = name
        self._is_stopping = is_stopping

    def run(self) -> bool:
        """Process items; True when some may be left."""
        until = time.monotonic() + TURN_SECONDS

        def goes_on() -> bool:
            return not self._is_stopping() and time.monotonic() < until

        try:
            while goes_on():
                if not self.processor.run_next(self._name, on_claim=_ignore, goes_on=goes_on):
                    return False
        finally:
            self.processor.end_turn()
        return True


def register(app: Celery, work: Callable[[], bool]) -> None:
    """Add the task that calls `work`, and that sends itself again while items may be left."""

    def run() -> None:
        try:
            has_more = work()
        except MemoryError:
            # Raised as it is, it would end the whole worker, which would get the message again.
            raise RuntimeError("a worker process ran out of memory") from None
        if has_more:
            app.send_task(WORK_TASK, queue=WORK_QUEUE, ignore_result=True)

    app.task(run, name=WORK_TASK)


def register_deliveries(app: Celery, deliverer: Deliverer, is_stopping: Callable[[], bool]) -> None:
    """Add the task that delivers webhooks: until none is due, a turn is over, or it must stop."""

    def deliver() -> None:
        until = time.monotonic() + TURN_SECONDS
        while not is_stopping():
            if time.monotonic() > until:
                app.send_task(DELIVER_TASK, queue=DELIVER_QUEUE, ignore_result=True)
                return
            if not deliverer.deliver_next():
                return

    app.task(deliver, name=DELIVER_TASK)


def _ignore(_: Claim | None) -> None:
    """Ignore a claim: Celery limits the time itself."""
