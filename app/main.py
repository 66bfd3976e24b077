"""The ASGI application: routes, error handlers, middleware."""

from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol

from anyio import to_thread
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from app.api import errors, health, links, metrics, openapi
from app.api.browser_session import BrowserSessions
from app.api.dependencies import Services
from app.api.headers import security_headers
from app.api.middleware.authentication import AuthenticationMiddleware
from app.api.middleware.body import BodyLimitMiddleware
from app.api.middleware.request import RequestMiddleware
from app.api.v1 import (
    admin,
    classifier,
    configurations,
    deliveries,
    extensions,
    files,
    labels,
    learning,
    lint,
    presigned,
    previews,
    projects,
    saved_webhooks,
    status,
)
from app.api.v2 import classify
from app.api.v2 import saved_webhooks as saved_webhooks_v2
from app.console import routes as console
from app.console.mode import choose_mode
from app.help import routes as help_pages
from app.jobs.queue_collector import QueueCollector
from app.labels.table import MAX_BYTES as MAX_TABLE_BYTES
from app.limits.rate import UPLOAD_PATHS, RateLimiter
from app.observability.disk import DiskGauge
from app.projects.authenticator import Authenticator
from app.settings import Settings
from app.single_flight import SingleFlight

ROUTES = (
    classifier,
    extensions,
    lint,
    labels,
    learning,
    deliveries,
    configurations,
    files,
    previews,
    presigned,
    saved_webhooks,
    projects,
    status,
    admin,
    classify,
    saved_webhooks_v2,
    links,
    health,
    metrics,
)

UNTRACED = ("/livez", "/readyz", "/metrics")
# A span has the whole query, and the query of a presigned link is a secret.
PRESIGNED = ("/download/", "/upload/")


class BackgroundService(Protocol):
    """Runs as long as the server, such as the sweeper or the local workers."""

    def start(self) -> None:
        """Start and return at once."""
        ...

    def stop(self) -> None:
        """Stop, and wait until work in progress has ended."""
        ...


def create_app(services: Services, background: Sequence[BackgroundService] = ()) -> FastAPI:
    """Return the application over the services that the command built.

    The services of `background` start with the server, in this order, and stop in the other one.
    """
    settings = services.settings
    app = FastAPI(
        title="Pigeonhole",
        summary="Classifies documents by rules in plain language.",
        version=version("pigeonhole-server"),
        lifespan=_lifespan(background),
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        telemetry=_tracing(settings),
    )
    app.state.services = services
    app.state.readiness = health.Readiness(services)
    app.state.queue_metrics = SingleFlight(partial(QueueCollector, services.database))
    app.state.disk_gauge = DiskGauge(settings)
    app.state.rate_limiter = RateLimiter(settings)
    errors.install(app)
    openapi.install(app)
    for module in ROUTES:
        app.router.routes.extend(module.router.routes)
    help_pages.install(app)
    browser_sessions = None
    if choose_mode(settings).is_on:
        browser_sessions = BrowserSessions(settings, services.database, services.secrets)
        app.state.browser_sessions = browser_sessions
        console.install(app)
    _add_middleware(app, services, browser_sessions)
    return app


def _lifespan(
    background: Sequence[BackgroundService],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for service in background:
            await to_thread.run_sync(service.start)
        try:
            yield
        finally:
            for service in reversed(background):
                await to_thread.run_sync(service.stop)

    return lifespan


def _add_middleware(
    app: FastAPI, services: Services, browser_sessions: BrowserSessions | None
) -> None:
    """Add what every request passes. The middleware added last runs first."""
    settings = services.settings
    app.add_middleware(
        BodyLimitMiddleware,
        body_max=settings.body_max_bytes,
        upload_max=settings.upload_max_bytes,
        upload_paths=UPLOAD_PATHS,
        raw_upload_prefix=links.UPLOAD_PREFIX,
        table_paths={labels.IMPORT_PATH: MAX_TABLE_BYTES},
    )
    app.add_middleware(
        AuthenticationMiddleware,
        authenticator=Authenticator(services.database, services.secrets),
        rate_limiter=app.state.rate_limiter,
        browser_sessions=browser_sessions,
    )
    app.add_middleware(
        RequestMiddleware,
        root_path=settings.root_path,
        headers=security_headers(settings),
        request_seconds=settings.request_seconds,
    )


def _tracing(settings: Settings) -> TelemetryConfig:
    """Return what FastAPI traces: all requests, except probes and those with a secret query."""
    prefix = settings.root_path

    def is_excluded(scope: MutableMapping[str, Any]) -> bool:
        path = scope["path"].removeprefix(prefix).rstrip("/")
        return path in UNTRACED or path.startswith(PRESIGNED)

    return {
        "tracing": bool(settings.otel_endpoint),
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": is_excluded,
    }
