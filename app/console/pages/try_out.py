"""The first page: documents on the left, rules on the right, verdicts below."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from app.api.wire.ids import format_configuration_id
from app.configurations import service as configurations
from app.configurations.models import Configuration
from app.configurations.ready_made import LANGUAGES, ReadyMadeSet, find_sets
from app.configurations.service import CLASSIFY, ConfigurationFilter
from app.console.visits import Visit
from app.files import service as files
from app.files.service import FileFilter
from app.jobs import service as jobs
from app.jobs.languages import LANGUAGE_NAMES
from app.jobs.models import Job
from app.paging import PageRequest

MAX_FILES = 200
MAX_CONFIGURATIONS = 100
_NOTHING: dict[str, Any] = {"files": [], "rules": [], "options": None, "job": None}


def show_try(visit: Visit) -> Response:
    """Show the page; `job` in the query begins with the files and rules of a job."""
    job_id = visit.param("job")
    given = _NOTHING
    with visit.call.read() as session:
        uploaded = files.find_page(session, visit.call.scope, FileFilter(), PageRequest(MAX_FILES))
        if job_id:
            given = _of_job(visit, job_id)
    return visit.render(
        "try.html",
        section="try",
        uploaded=uploaded.rows,
        has_older=uploaded.next_after is not None,
        saved=saved_configurations(visit),
        format_id=format_configuration_id,
        sets=ready_made(visit),
        pairs_of=lambda each: [[r.type, r.description] for r in each.rules_file.rules],
        given=given,
        ocr_languages=sorted(LANGUAGE_NAMES.items(), key=lambda pair: pair[1].lower()),
        limits=limits_of(visit),
    )


def saved_configurations(visit: Visit) -> list[Configuration]:
    """Return the newest saved rules of the project."""
    wanted = ConfigurationFilter(None, (CLASSIFY,))
    with visit.call.read() as session:
        page = configurations.find_page(
            session, visit.call.scope, wanted, PageRequest(MAX_CONFIGURATIONS)
        )
    return list(page.rows)


def ready_made(visit: Visit) -> list[ReadyMadeSet]:
    """Return the ready-made sets of rules in the visitor's language, else in English."""
    code = visit.language.code
    return find_sets(code if code in LANGUAGES else "en")


def limits_of(visit: Visit) -> dict[str, int]:
    """Return the limits that scripts check before they send anything."""
    settings = visit.services.settings
    return {
        "files": settings.job_max_files,
        "rules": settings.job_max_rules,
        "bytes": settings.upload_max_bytes,
    }


def _of_job(visit: Visit, job_id: str) -> dict[str, Any]:
    """Return the files and rules of a job as the scripts of the page take them."""
    try:
        wanted = UUID(job_id)
    except ValueError:
        return _NOTHING
    with visit.call.read() as session:
        job = jobs.get_any(session, visit.call.scope, wanted)
        items = jobs.list_items(session, job.id)
        there = files.find_existing(session, [item.file_id for item in items])
        examples = job.examples or {}
    return {
        "files": [
            {"id": str(item.file_id), "name": item.file_name, "isGone": item.file_id not in there}
            for item in items
        ],
        "rules": [{**rule, "examples": examples.get(rule["type"])} for rule in job.rules],
        "options": options_of(job),
        "job": str(job.id),
    }


def options_of(job: Job) -> dict[str, Any]:
    """Return what a job was told beside its files and rules, as the API takes it."""
    parsing: dict[str, Any] = {"max_pages": job.max_pages, "target_pages": job.target_pages}
    # Named, a language counts for scans whose pages show another one.
    if job.given_lang is not None:
        parsing["lang"] = job.lang
    return {
        "mode": job.mode,
        "parsing_configuration": parsing,
        "min_confidence": job.min_confidence,
        "learn": job.learn,
    }
