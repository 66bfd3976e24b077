"""The HTTP server of `pigeonhole serve`, and what runs beside it in the same process."""

import logging
import socket
from dataclasses import dataclass
from types import FrameType

import uvicorn

from app.api.dependencies import Services
from app.broker import LocalNotifier
from app.files.cache import FileCache
from app.jobs.service import ITEMS
from app.main import BackgroundService, create_app
from app.maintenance.sweeper import Sweeper
from app.webhooks.events import DELIVERIES
from cli.composition import make_deliverer
from cli.connections import MAX_CONNECTIONS, limited_connection
from worker.runtime.local import LocalRunner
from worker.runtime.webhook_delivery.threads import DeliveryThreads

log = logging.getLogger(__name__)


def run_server(services: Services, runner: LocalRunner | None, listener: socket.socket) -> None:
    """Answer requests until a signal. Stops the runner, which must have been started."""
    settings, database, notifier = services.settings, services.database, services.notifier
    cache = FileCache(database, services.blobs, settings.cache_max_bytes)
    background: list[BackgroundService] = [
        Sweeper(settings, database, notifier, cache, services.blobs)
    ]
    if isinstance(notifier, LocalNotifier):
        deliveries = DeliveryThreads(
            make_deliverer(settings, database, services.secrets),
            settings.webhook_threads,
            settings.drain_seconds,
        )
        notifier.listen_for_deliveries(deliveries.notify)
        background.append(deliveries)
    if runner is not None:
        background.append(_Started(runner))
    database.on_commit(ITEMS, notifier.notify)
    database.on_commit(DELIVERIES, notifier.notify_deliveries)
    config = uvicorn.Config(
        create_app(services, background),
        log_config=None,
        access_log=False,
        server_header=False,
        http=limited_connection(settings.request_seconds),
        limit_concurrency=MAX_CONNECTIONS,
        ws="none",
        # X-Forwarded-* is ignored: any client can send it.
        proxy_headers=False,
        lifespan="on",
        timeout_graceful_shutdown=int(settings.drain_seconds) or 1,
    )
    try:
        _Server(config, runner).run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn raises it again after a clean shutdown
        log.debug("stopped by a keyboard interrupt")


@dataclass(frozen=True, slots=True)
class _Started:
    """A runner that runs already: the server only stops it, before the deliveries."""

    runner: LocalRunner

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Wait until the files in work have ended."""
        self.runner.stop()


class _Server(uvicorn.Server):
    """A server that stops its local workers when it stops accepting requests."""

    def __init__(self, config: uvicorn.Config, runner: LocalRunner | None) -> None:
        super().__init__(config)
        self._runner = runner

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._runner is not None:
            self._runner.stop_soon()
        super().handle_exit(sig, frame)
