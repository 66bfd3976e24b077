"""Whether the process lives, and whether it can do its work."""

import logging
from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select

from app import schema
from app.api.services import Services
from app.db import now
from app.jobs.models import Worker

log = logging.getLogger(__name__)

WORKER_SEEN_WITHIN = timedelta(seconds=60)

router = APIRouter(tags=["health"])


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Answer that the process runs; touches nothing."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(request: Request, response: Response) -> dict[str, object]:
    """Answer whether jobs can be taken and done, naming what is not ready (status 503)."""
    services: Services = request.app.state.services
    workers = 0

    def count_workers() -> None:
        nonlocal workers
        with services.database.read() as session:
            query = select(func.count()).where(Worker.seen_at > now() - WORKER_SEEN_WITHIN)
            workers = session.scalar(query) or 0
        # In production the workers are other programs: the API takes jobs without them.
        if services.settings.is_embedded and not workers:
            raise RuntimeError("no worker has started yet")

    problems = {}
    checks: dict[str, Callable[[], None]] = {
        "database": lambda: _check_schema(services),
        "files": services.blobs.check,
        "broker": services.wakeups.check,
        "workers": count_workers,
    }
    for name, check in checks.items():
        try:
            check()
        except Exception as error:  # any failure of a part means that it is not ready
            log.debug("not ready", exc_info=True)
            problems[name] = f"{type(error).__name__}: not ready"
    if problems:
        response.status_code = 503
        return {"status": "not ready", "problems": problems, "workers": workers}
    return {"status": "ready", "workers": workers}


def _check_schema(services: Services) -> None:
    if not schema.is_current(services.database):
        raise RuntimeError("the database has another schema")
