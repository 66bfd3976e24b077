"""Whether the process lives, and whether it can do its work."""

import logging
from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select

from app import schema
from app.api.services import Services
from app.db import now
from app.errors import StartupError
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
    """Answer whether jobs can be taken and done, naming what is not ready (status 503).

    `missing` has the sentences of workers that do their work with less than they should, or wait
    for an embeddings server.
    """
    services: Services = request.app.state.services
    problems = {}
    for name, check in CHECKS.items():
        try:
            problem = check(services)
        except StartupError as error:
            problem = str(error)
        except Exception:  # any failure of a part means that it is not ready
            log.warning("a part is not ready", extra={"part": name}, exc_info=True)
            problem = "it does not answer; the server's log tells more"
        if problem is not None:
            problems[name] = problem
    if problems:
        response.status_code = 503
        return {"status": "not ready", "problems": problems}
    answer: dict[str, object] = {"status": "ready", "workers": _count_workers(services)}
    missing = _missing_parts(services)
    return {**answer, "missing": missing} if missing else answer


def _check_schema(services: Services) -> str | None:
    if schema.is_current(services.database):
        return None
    return "it does not have this program's schema: run `pigeonhole migrate`"


def _check_files(services: Services) -> str | None:
    services.blobs.check()
    return None


def _check_broker(services: Services) -> str | None:
    services.wakeups.check()
    return None


def _check_workers(services: Services) -> str | None:
    # In production the workers are other programs: the API takes jobs without them.
    if services.settings.is_embedded and not _count_workers(services):
        return "none has started yet"
    return None


def _count_workers(services: Services) -> int:
    with services.database.read() as session:
        query = select(func.count()).where(Worker.seen_at > now() - WORKER_SEEN_WITHIN)
        return session.scalar(query) or 0


def _missing_parts(services: Services) -> list[str]:
    with services.database.read() as session:
        query = select(Worker.capabilities).where(Worker.seen_at > now() - WORKER_SEEN_WITHIN)
        return sorted({str(can["missing"]) for can in session.scalars(query) if can.get("missing")})


CHECKS: dict[str, Callable[[Services], str | None]] = {
    "database": _check_schema,
    "files": _check_files,
    "broker": _check_broker,
    "workers": _check_workers,
}
