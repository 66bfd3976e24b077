"""The ASGI application: routes, error handlers, middleware."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Protocol

from anyio import to_thread
from fastapi import FastAPI

from app.api import docs, errors, health, links
from app.api.middleware import BodyLimitMiddleware, WireMiddleware
from app.api.services import Services
from app.api.v1 import classifier, extensions, files, projects
from app.auth import AuthenticationMiddleware, Authenticator


class BackgroundService(Protocol):
    """Something that runs while the server does: a sweeper, the local workers."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def stop(self) -> None:
        """End in an orderly way, waiting as long as that takes."""
        ...


def create_app(services: Services, background: Sequence[BackgroundService] = ()) -> FastAPI:
    """Return the application over parts that the command built."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for service in background:
            await to_thread.run_sync(service.start)
        try:
            yield
        finally:
            for service in reversed(background):
                await to_thread.run_sync(service.stop)

    app = FastAPI(
        title="Pigeonhole",
        summary="Classifies documents by rules in plain language.",
        version=version("pigeonhole"),
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        # Every call needs a key in a header, which no foreign page can send for a browser.
        strict_content_type=False,
        telemetry={"tracing": False, "metrics": False},
    )
    app.state.services = services
    errors.install(app)
    docs.install(app)
    for module in (health, links, files, classifier, extensions, projects):
        app.include_router(module.router)
    settings = services.settings
    # The last one added is the first one asked.
    app.add_middleware(
        BodyLimitMiddleware,
        body_max=settings.body_max_bytes,
        upload_max=settings.upload_max_bytes,
        upload_paths=files.UPLOAD_PATHS,
    )
    app.add_middleware(
        AuthenticationMiddleware,
        authenticator=Authenticator(services.database, services.secrets),
    )
    app.add_middleware(WireMiddleware, root_path=settings.root_path)
    return app
