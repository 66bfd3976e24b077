"""Whether the process lives, and whether the server is ready for work."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from fastapi import Request, Response

from app import schema
from app.api.dependencies import Services
from app.api.router import Router
from app.errors import StartupError
from app.jobs.workers import measure_workforce
from app.single_flight import SingleFlight

log = logging.getLogger(__name__)

# Load balancers and orchestrators wait a few seconds at most, and ask again soon.
ANSWER_SECONDS = 2.0
FAILED = {
    "files": "the store of uploaded files cannot be used; see the server's log",
    "broker": "Redis does not answer; start it, or see the server's log",
}
DATABASE_FAILED = "the database does not answer; start it, or see the server's log"
VERSION = version("pigeonhole-server")
SILENT = f"it has not answered within {ANSWER_SECONDS:.0f} seconds"

router = Router(tags=["health"])


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A sentence if a part is not ready; the facts that `/readyz` shows if it is."""

    problem: str | None = None
    facts: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class ReadinessReport:
    """The problems by part, and the facts of the parts that are ready."""

    problems: dict[str, str]
    facts: dict[str, object]


class Readiness:
    """Checks the parts of a server, each in its own thread, so that none blocks the others."""

    def __init__(self, services: Services) -> None:
        self._checks = {
            name: SingleFlight(partial(_run, name, check, services))
            for name, check in CHECKS.items()
        }

    def check(self) -> ReadinessReport:
        """Run all checks; a part that does not answer within ANSWER_SECONDS is not ready."""
        until = time.monotonic() + ANSWER_SECONDS
        running = {name: check.begin() for name, check in self._checks.items()}
        report = ReadinessReport({}, {})
        for name, future in running.items():
            try:
                result = future.result(max(0.0, until - time.monotonic()))
            except TimeoutError:
                log.warning("readiness check timed out", extra={"part": name})
                result = CheckResult(SILENT)
            if result.problem is not None:
                report.problems[name] = result.problem
            report.facts.update(result.facts or {})
        return report


@router.get("/livez")
@router.head("/livez", include_in_schema=False)  # uptime monitors send it
async def livez() -> dict[str, str]:
    """Answer while the process lives, without looking at any other part."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "A part of the server is not ready."}})
@router.head("/readyz", include_in_schema=False)
def readyz(request: Request, response: Response) -> dict[str, object]:
    """Answer whether the server can take and do jobs; a 503 names the parts that are not ready.

    `ocr_languages` are those in which every worker reads scans. `missing` lists what workers lack,
    such as the embeddings server.
    """
    readiness: Readiness = request.app.state.readiness
    report = readiness.check()
    if report.problems:
        response.status_code = 503
        return {"status": "not ready", "version": VERSION, "problems": report.problems}
    return {"status": "ready", "version": VERSION, **report.facts}


def _run(name: str, check: Callable[[Services], CheckResult], services: Services) -> CheckResult:
    try:
        return check(services)
    except StartupError as error:
        return CheckResult(str(error))
    except Exception:  # any failure of a part means that it is not ready
        log.warning("readiness check failed", extra={"part": name}, exc_info=True)
        return CheckResult(FAILED.get(name, DATABASE_FAILED))


def _check_schema(services: Services) -> CheckResult:
    try:
        if schema.is_current(services.database):
            return CheckResult()
    except schema.NewerSchemaError:
        # During an upgrade. Migrations only add, so this process serves requests until the new
        # version is ready.
        return CheckResult(facts={"schema": "newer"})
    return CheckResult("it does not have the schema of this release: run `pigeonhole migrate`")


def _check_files(services: Services) -> CheckResult:
    services.blobs.check()
    return CheckResult()


def _check_broker(services: Services) -> CheckResult:
    services.notifier.check()
    return CheckResult()


def _check_workers(services: Services) -> CheckResult:
    with services.database.read() as session:
        workers = measure_workforce(session)
    # In production, workers are separate programs: the API takes jobs without them.
    if services.settings.is_embedded and not workers.count:
        return CheckResult("no worker runs: it is starting, or cannot start; see the server's log")
    facts: dict[str, object] = {"workers": workers.count}
    if workers.count:
        facts["ocr_languages"] = workers.ocr_languages
    if workers.missing:
        facts["missing"] = workers.missing
    return CheckResult(facts=facts)


CHECKS: dict[str, Callable[[Services], CheckResult]] = {
    "database": _check_schema,
    "files": _check_files,
    "broker": _check_broker,
    "workers": _check_workers,
}
