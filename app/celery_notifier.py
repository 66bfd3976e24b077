"""Waking Celery workers through Redis, and the configuration of Celery.

Separate from `app.broker`: an embedded server starts faster without Celery and Redis.
"""

import contextlib
import logging
import queue
import threading
from typing import Any

import redis
from celery import Celery
from kombu.transport.redis import Channel, QoS

from app.broker import (
    DELIVER_QUEUE,
    DELIVER_TASK,
    KEY_PREFIX,
    MAX_MESSAGES,
    TURN_SECONDS,
    WORK_QUEUE,
    WORK_TASK,
)
from app.observability import metrics
from app.settings import Settings

log = logging.getLogger(__name__)


class CeleryNotifier:
    """Wakes Celery workers on any machine through Redis.

    A thread publishes: a request must not wait for a broker that hangs.
    """

    def __init__(self, settings: Settings) -> None:
        self._app = make_celery(settings)
        url = settings.broker_url.get_secret_value()
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._pending: queue.Queue[tuple[str, str]] = queue.Queue(MAX_MESSAGES)
        threading.Thread(target=self._publish, name="wake-ups", daemon=True).start()

    def notify(self, items: int) -> None:
        """Publish wake-ups in a thread; while Redis is unavailable, the sweeper retries."""
        self._add(WORK_TASK, WORK_QUEUE, items)

    def notify_deliveries(self, deliveries: int) -> None:
        """Have wake-ups published for deliveries."""
        self._add(DELIVER_TASK, DELIVER_QUEUE, deliveries)

    def waiting(self) -> int | None:
        """Return the length of the queue in Redis."""
        length: Any = self._redis.llen(KEY_PREFIX + WORK_QUEUE)
        return int(length)

    def check(self) -> None:
        """Raise an exception if Redis does not answer."""
        self._redis.ping()

    def _add(self, task: str, to: str, messages: int) -> None:
        with contextlib.suppress(queue.Full):  # then enough are on their way
            for _ in range(messages):
                self._pending.put_nowait((task, to))

    def _publish(self) -> None:
        while True:
            task, to = self._pending.get()
            try:
                self._app.send_task(task, queue=to, ignore_result=True)
                metrics.WAKEUPS_PUBLISHED.add()
            except Exception:  # kombu, redis and socket errors share no base
                log.warning(
                    "publishing a wake-up failed; the sweeper sends it later", exc_info=True
                )
                metrics.WAKEUPS_FAILED.add()
                self._forget()

    def _forget(self) -> None:
        """Drop the pending messages: each of them would fail too."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._pending.get_nowait()


class WakeUps(QoS):
    """The wake-ups in work on one connection, which are forgotten when that is lost.

    kombu 5.7 would put them back, or acknowledge them later, through the connection that is lost,
    and an AttributeError would end the worker. The sweeper sends lost wake-ups again.
    """

    restore_at_shutdown = False

    def ack(self, delivery_tag: str) -> None:
        if self._is_connected():
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]  # of kombu

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if self._is_connected():
            super().reject(delivery_tag, requeue=requeue)  # type: ignore[no-untyped-call]  # of kombu

    def _is_connected(self) -> bool:
        transport = self.channel.connection
        return transport is not None and transport.client is not None


def make_celery(settings: Settings) -> Celery:
    """Return the one Celery configuration, for sending wake-ups and for running workers."""
    Channel.QoS = WakeUps
    app = Celery("pigeonhole", broker=settings.broker_url.get_secret_value(), set_as_current=False)
    # A task may begin its last file just before its turn is over.
    soft_limit = int(settings.item_seconds + TURN_SECONDS)
    app.conf.update(
        task_default_queue=WORK_QUEUE,
        task_acks_late=True,
        # A lost worker's lease and attempt count decide: a message that came back by itself
        # would run a file that kills its worker again and again.
        task_reject_on_worker_lost=False,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        result_backend=None,
        task_time_limit=soft_limit + 15,
        task_soft_time_limit=soft_limit,
        worker_max_tasks_per_child=200,
        worker_max_memory_per_child=1_500_000,  # KiB, well above a loaded engine
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_soft_shutdown_timeout=settings.drain_seconds,
        worker_enable_soft_shutdown_on_idle=True,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        # A child loads the classifier before it says that it is ready.
        worker_proc_alive_timeout=120,
        task_serializer="json",
        accept_content=["json"],
        task_publish_retry_policy={
            "max_retries": 2,
            "interval_start": 0,
            "interval_step": 0.2,
            "interval_max": 0.5,
        },
        broker_connection_timeout=2,
        broker_transport_options={
            # Longer than any task may take, so that a message is not delivered twice meanwhile.
            "visibility_timeout": max(3600, 3 * soft_limit),
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "global_keyprefix": KEY_PREFIX,
        },
    )
    return app
