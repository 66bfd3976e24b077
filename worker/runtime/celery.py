"""The Celery worker: prefork children, each with an engine and a parser of its own."""

import logging
import mmap
import os
import threading
from collections.abc import Callable
from datetime import timedelta

from celery import signals

from app.broker import (
    DELIVER_QUEUE,
    DELIVER_TASK,
    WORK_QUEUE,
    CeleryNotifier,
    make_celery,
)
from app.observability.logging import set_up_logging
from app.settings import Settings
from app.webhooks.events import DELIVERIES
from worker.runtime import tasks
from worker.runtime.heartbeat import Heartbeat, name_worker
from worker.runtime.processor import BuildProcessor
from worker.runtime.tasks import WorkerChild
from worker.runtime.webhook_delivery.deliverer import Deliverer

log = logging.getLogger(__name__)

BuildDeliverer = Callable[[Settings, Callable[[timedelta], None]], Deliverer]

# Retries further away are left to the sweeper: a broker's memory is no place for a day's wait.
LONGEST_COUNTDOWN = timedelta(minutes=1)


def run_worker(settings: Settings, build: BuildProcessor) -> None:
    """Work until SIGTERM, which lets each child finish the file in its hands."""
    app = make_celery(settings)
    child: list[WorkerChild] = []
    beats: list[Heartbeat] = []
    # One byte that the children share: Celery waits for tasks to end, but ours take file after
    # file. No lock beside it, which a killed child could hold for ever.
    stopping = mmap.mmap(-1, 1)

    def stop(**_: object) -> None:
        stopping[0] = 1

    def begin(**_: object) -> None:
        # After the fork: native libraries with threads do not survive one.
        try:
            pipeline = build(settings, (tasks.TOO_LONG,))
        except Exception:
            # Celery would go on with this child, which could do nothing but eat wake-ups.
            log.exception("a worker process could not load what it works with: it ends")
            os._exit(1)
        notifier = CeleryNotifier(settings)
        pipeline.database.on_commit(DELIVERIES, notifier.notify_deliveries)
        name = name_worker("celery")
        child[:] = [WorkerChild(name, pipeline, lambda: stopping[0] == 1)]
        beats[:] = [Heartbeat(pipeline.database, name, lambda: pipeline.capabilities)]
        beats[0].start()

    def end(**_: object) -> None:
        for beat in beats:
            beat.stop()
        for one in child:
            one.pipeline.close()

    _keep_our_logging(settings)
    signals.worker_shutting_down.connect(stop, weak=False)
    signals.worker_process_init.connect(begin, weak=False)
    signals.worker_process_shutdown.connect(end, weak=False)
    tasks.register(app, child)
    app.worker_main(
        [
            "worker",
            f"--concurrency={settings.workers}",
            f"--queues={WORK_QUEUE}",
            "--without-gossip",
            "--without-mingle",
            "--optimization=fair",
            f"--loglevel={settings.log_level}",
        ]
    )


def run_deliverer(settings: Settings, build: BuildDeliverer) -> None:
    """Deliver webhooks until SIGTERM, in threads: nearly all of the time is waiting."""
    app = make_celery(settings)
    stopping = threading.Event()

    def wake_later(wait: timedelta) -> None:
        if wait <= LONGEST_COUNTDOWN:
            app.send_task(
                DELIVER_TASK,
                queue=DELIVER_QUEUE,
                ignore_result=True,
                countdown=wait.total_seconds(),
            )

    deliverer = build(settings, wake_later)

    def stop(**_: object) -> None:
        stopping.set()

    _keep_our_logging(settings)
    signals.worker_shutting_down.connect(stop, weak=False)
    tasks.register_deliveries(app, deliverer, stopping.is_set)
    try:
        app.worker_main(
            [
                "worker",
                "--pool=threads",
                f"--concurrency={settings.webhook_threads}",
                f"--queues={DELIVER_QUEUE}",
                "--hostname=webhooks@%h",
                "--without-gossip",
                "--without-mingle",
                f"--loglevel={settings.log_level}",
            ]
        )
    finally:
        deliverer.database.close()


def _keep_our_logging(settings: Settings) -> None:
    """Have Celery log as everything else does: whoever hears this signal replaces its set-up."""

    def set_up(**_: object) -> None:
        set_up_logging(settings.log_level, settings.log_format)

    signals.setup_logging.connect(set_up, weak=False)
