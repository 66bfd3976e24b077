"""The Celery tasks: a few lines over the pipeline."""

import time
from collections.abc import Callable

from billiard.exceptions import SoftTimeLimitExceeded
from celery import Celery

from app.broker import DELIVER_QUEUE, DELIVER_TASK, TURN_SECONDS, WORK_QUEUE, WORK_TASK
from app.jobs.queue import Claim
from worker.runtime.processor import Processor
from worker.runtime.webhook_delivery.deliverer import Deliverer

TOO_LONG = SoftTimeLimitExceeded


class WorkerChild:
    """What a prefork child holds between tasks."""

    def __init__(self, name: str, pipeline: Processor, is_stopping: Callable[[], bool]) -> None:
        self.name = name
        self.pipeline = pipeline
        self._is_stopping = is_stopping

    def work(self) -> bool:
        """Take files until none is open, a turn is over, or the worker is to stop.

        Tells whether some may be left.
        """
        until = time.monotonic() + TURN_SECONDS
        while not self._is_stopping() and time.monotonic() < until:
            if not self.pipeline.run_next(self.name, on_claim=_ignore):
                return False
        return True


def register(app: Celery, child: list[WorkerChild]) -> None:
    """Add the tasks to an app; `child` holds this process's WorkerChild once it has forked."""

    def work() -> None:
        try:
            is_more = child[0].work()
        except MemoryError:
            # As it is, it would end the whole worker, which would get the message again.
            raise RuntimeError("a worker process ran out of memory beside a file") from None
        if is_more:
            app.send_task(WORK_TASK, queue=WORK_QUEUE, ignore_result=True)

    app.task(work, name=WORK_TASK)


def register_deliveries(app: Celery, deliverer: Deliverer, is_stopping: Callable[[], bool]) -> None:
    """Add the task that delivers webhooks until none is due, a turn is over, or all is to stop."""

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
    """Celery watches the time itself."""
