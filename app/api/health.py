"""Whether the process lives, and whether it can do its work."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from app import schema
from app.api.dependencies import Services
from app.db import now
from app.errors import StartupError
from app.jobs.models import Worker
from app.observability.queue_collector import WORKER_SEEN_WITHIN
from app.single_flight import SingleFlight

log = logging.getLogger(__name__)

# Whoever asks, a balancer or an orchestrator, asks again soon and does not wait long.
ANSWER_SECONDS = 2.0
FAILED = "it does not answer; the server's log tells more"
SILENT = f"it has not answered within {ANSWER_SECONDS:.0f} seconds"

router = APIRouter(tags=["health"])


@dataclass(frozen=True, slots=True)
class Part:
    """What a part said of itself: a sentence if it is not ready; what `/readyz` adds if it is."""

    problem: str | None = None
    facts: dict[str, object] | None = None


class Readiness:
    """The parts of one server, each asked in a thread so that one that hangs holds up nothing."""

    def __init__(self, services: Services) -> None:
        self._parts = {
            name: SingleFlight(partial(_ask, name, check, services))
            for name, check in CHECKS.items()
        }

    def ask(self) -> tuple[dict[str, str], dict[str, object]]:
        """Return the problems by part, and the facts of those who have none."""
        until = time.monotonic() + ANSWER_SECONDS
        owed = {name: part.begin() for name, part in self._parts.items()}
        problems: dict[str, str] = {}
        facts: dict[str, object] = {}
        for name, answer in owed.items():
            try:
                part = answer.result(max(0.0, until - time.monotonic()))
            except TimeoutError:
                log.warning("a part has not answered in time", extra={"part": name})
                part = Part(SILENT)
            if part.problem is not None:
                problems[name] = part.problem
            facts |= part.facts or {}
        return problems, facts


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Answer that the process runs; touches nothing."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something is not ready."}})
def readyz(request: Request, response: Response) -> dict[str, object]:
    """Answer whether jobs can be taken and done, naming what is not ready (status 503).

    `missing` has the sentences of workers that do their work with less than they should, or wait
    for an embeddings server.
    """
    readiness: Readiness = request.app.state.readiness
    problems, facts = readiness.ask()
    if problems:
        response.status_code = 503
        return {"status": "not ready", "problems": problems}
    return {"status": "ready", **facts}


def _ask(name: str, check: Callable[[Services], Part], services: Services) -> Part:
    try:
        return check(services)
    except StartupError as error:
        return Part(str(error))
    except Exception:  # any failure of a part means that it is not ready
        log.warning("a part is not ready", extra={"part": name}, exc_info=True)
        return Part(FAILED)


def _check_schema(services: Services) -> Part:
    try:
        if schema.is_current(services.database):
            return Part()
    except schema.NewerSchemaError:
        # An upgrade is under way. Migrations only add, so this process goes on until its
        # successor is ready; not ready, it would leave nobody to answer until then.
        return Part(facts={"schema": "newer"})
    return Part("it does not have this program's schema: run `pigeonhole migrate`")


def _check_files(services: Services) -> Part:
    services.blobs.check()
    return Part()


def _check_broker(services: Services) -> Part:
    services.notifier.check()
    return Part()


def _check_workers(services: Services) -> Part:
    with services.database.read() as session:
        query = select(Worker.capabilities).where(Worker.seen_at > now() - WORKER_SEEN_WITHIN)
        workers = session.scalars(query).all()
    # In production the workers are other programs: the API takes jobs without them.
    if services.settings.is_embedded and not workers:
        return Part("none has started yet")
    facts: dict[str, object] = {"workers": len(workers)}
    missing = sorted({str(can["missing"]) for can in workers if can.get("missing")})
    return Part(facts={**facts, "missing": missing} if missing else facts)


CHECKS: dict[str, Callable[[Services], Part]] = {
    "database": _check_schema,
    "files": _check_files,
    "broker": _check_broker,
    "workers": _check_workers,
}
