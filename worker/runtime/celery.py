"""The Celery worker, whose forked processes process items, and the deliverer of webhooks."""

import logging
import mmap
import os
import signal
import threading
import warnings
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from billiard.util import get_logger as get_billiard_logger
from celery import Celery, signals
from celery.apps import worker as celery_worker
from celery.exceptions import (
    CDeprecationWarning,
    CPendingDeprecationWarning,
    SecurityWarning,
)

from app.broker import DELIVER_QUEUE, DELIVER_TASK, WORK_QUEUE
from app.celery_notifier import CeleryNotifier, make_celery
from app.observability.logging import set_up_logging
from app.settings import Settings
from app.webhooks.events import DELIVERIES
from worker.runtime import tasks
from worker.runtime.heartbeat import Heartbeat, name_worker
from worker.runtime.processor import BuildProcessor
from worker.runtime.supervised import ParentPipe, Supervisor
from worker.runtime.tasks import Turn
from worker.runtime.webhook_delivery.deliverer import Deliverer

log = logging.getLogger(__name__)

BuildDeliverer = Callable[[Settings, Callable[[timedelta], None]], Deliverer]

# The sweeper starts later retries: the broker need not remember them for a day.
MAX_COUNTDOWN = timedelta(minutes=1)


class DelivererProcess(Supervisor):
    """Keeps one process running that delivers webhooks by `run`."""

    def __init__(self, settings: Settings, run: Callable[[Settings], None]) -> None:
        super().__init__(settings, "webhooks", 1, partial(_run_deliverer_process, run))


def _run_deliverer_process(
    run: Callable[[Settings], None], settings: Settings, pipe: ParentPipe, _: str
) -> None:
    pipe.on_message = lambda _: os.kill(os.getpid(), signal.SIGTERM)
    pipe.start()
    run(settings)


class PreforkChild:
    """What a forked process of Celery holds; the main process has one too, without a processor."""

    def __init__(self, settings: Settings, build: BuildProcessor) -> None:
        self._settings = settings
        self._build = build
        # One byte that all processes share: Celery waits for tasks to end, but these process file
        # after file. Without a lock, which a killed child could hold.
        self._stopping = mmap.mmap(-1, 1)
        self._turn: Turn | None = None
        self._heartbeat: Heartbeat | None = None

    def connect(self) -> None:
        """Follow the signals of Celery."""
        signals.worker_shutting_down.connect(self.stop, weak=False)
        signals.worker_process_init.connect(self.begin, weak=False)
        signals.worker_process_shutdown.connect(self.end, weak=False)

    def begin(self, **_: object) -> None:
        """Build the processor after the fork: threads of native libraries do not survive one."""
        try:
            processor = self._build(self._settings, tasks.TIMEOUTS)
        except Exception:
            # Celery would keep this child, which would consume wake-ups without any effect.
            log.exception("worker process failed to start; ending it")
            os._exit(1)
        notifier = CeleryNotifier(self._settings)
        processor.database.on_commit(DELIVERIES, notifier.notify_deliveries)
        name = name_worker("celery")
        self._turn = Turn(name, processor, self._is_stopping)
        self._heartbeat = Heartbeat(processor.database, name, lambda: processor.capabilities)
        self._heartbeat.start()

    def work(self) -> bool:
        """Process items for one turn; True when some may be left."""
        assert self._turn is not None  # noqa: S101  # Celery runs tasks after `begin`
        return self._turn.run()

    def stop(self, **_: object) -> None:
        """Ask all processes to end after the file that each works on."""
        self._stopping[0] = 1

    def end(self, **_: object) -> None:
        """Remove the heartbeat and close the processor."""
        if self._heartbeat is not None:
            self._heartbeat.stop()
        if self._turn is not None:
            self._turn.processor.close()

    def _is_stopping(self) -> bool:
        return self._stopping[0] == 1


def run_worker(settings: Settings, build: BuildProcessor) -> None:
    """Process items until SIGTERM, which lets each child finish its file."""
    app = make_celery(settings)
    child = PreforkChild(settings, build)
    child.connect()
    _keep_our_logging(settings)
    tasks.register(app, child.work)
    _run_celery(app, settings, WORK_QUEUE, settings.workers, "--optimization=fair")


def run_deliverer(settings: Settings, build: BuildDeliverer) -> None:
    """Deliver webhooks until SIGTERM, in threads: nearly all of the time is spent waiting."""
    app = make_celery(settings)
    stopping = threading.Event()

    def wake_later(wait: timedelta) -> None:
        if wait <= MAX_COUNTDOWN:
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
        options = ("--pool=threads", "--hostname=webhooks@%h")
        _run_celery(app, settings, DELIVER_QUEUE, settings.webhook_threads, *options)
    finally:
        deliverer.database.close()


def _run_celery(
    app: Celery, settings: Settings, queue: str, concurrency: int, *options: str
) -> None:
    _ignore_warnings()
    # Celery turns its warnings on again when it sets up its logging.
    signals.worker_ready.connect(_ignore_warnings, weak=False)
    app.worker_main(
        [
            "--quiet",  # without a banner
            "worker",
            f"--queues={queue}",
            f"--concurrency={concurrency}",
            f"--loglevel={settings.log_level}",
            "--without-gossip",
            "--without-mingle",
            *options,
        ]
    )


def _ignore_warnings(**_: object) -> None:
    """Ignore what Celery warns of: root, as in containers, and settings that are set on purpose."""
    for category in (SecurityWarning, CPendingDeprecationWarning, CDeprecationWarning):
        warnings.simplefilter("ignore", category)


def _keep_our_logging(settings: Settings) -> None:
    """Log as the other processes do: a receiver of this signal replaces Celery's own setup."""

    def set_up(**_: object) -> None:
        set_up_logging(settings.log_level, settings.log_format)
        # It tells of child processes that were killed, and would write them to standard error.
        get_billiard_logger().propagate = True
        # Celery says in plain text that it was asked to stop; the signal's sender knows.
        celery_worker.safe_say = lambda *_: None

    signals.setup_logging.connect(set_up, weak=False)
