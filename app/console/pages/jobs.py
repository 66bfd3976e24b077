"""The list of jobs, the page of one job, its rows while it runs, its downloads."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.v1.classifier import result_response
from app.api.v1.schemas import ResultResponse
from app.api.wire.pagination import ListResponse, PageParams, encode_token
from app.console.charts import make_plots
from app.console.downloads import as_attachment, csv_of_rows
from app.console.verdicts import Row, RowFilter, make_row
from app.console.visits import Visit
from app.db import now
from app.errors import BadRequest, NotFound
from app.jobs import service
from app.jobs.models import Job, JobStatus
from app.jobs.values import ApiVersion
from app.labels import service as labels
from app.paging import MAX_COUNT
from app.webhooks import service as webhooks
from app.webhooks.policy import make_policy

PAGE_SIZE = 25
MAX_FOUND = 100
MAX_DIGITS = 6


@dataclass(frozen=True, slots=True)
class JobRows:
    """A job and its files."""

    job: Job
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class WebhookLog:
    """The webhooks of a job, and what was sent to them."""

    hooks: Sequence[webhooks.ConfigurationView]
    deliveries: Sequence[webhooks.DeliveryView]


def load_labels(session: Session, job: Job) -> Mapping[UUID, str | None]:
    """Return what people said about the files of a job, by the files' ids."""
    return {file_id: label.type for file_id, label in labels.find_about_job(session, job).items()}


def load_rows(
    session: Session, visit: Visit, job_id: UUID, changed_since: datetime | None = None
) -> JobRows:
    """Return a job and its files; raises NotFound."""
    job = service.get_any(session, visit.call.scope, job_id)
    items = service.list_items(session, job_id, changed_since)
    given = load_labels(session, job)
    return JobRows(job, [make_row(item, given) for item in items])


def load_webhooks(session: Session, visit: Visit, job_id: UUID) -> WebhookLog:
    """Return the webhooks of a job and what was sent to them."""
    policy = make_policy(visit.services.settings)
    hooks = webhooks.list_configurations(session, visit.services.secrets, job_id, policy)
    return WebhookLog(hooks, webhooks.list_deliveries(session, job_id))


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A file that a visitor looked for, and the job that it is in."""

    job_id: UUID
    created_at: datetime
    row: Row


def find_files(visit: Visit, part: str) -> Response:
    """Show the files of the project's jobs with a part in their names."""
    scope = visit.call.scope
    with visit.call.read() as session:
        found = service.find_by_name(session, scope, part, MAX_FOUND + 1)
        file_ids = {each.item.file_id for each in found}
        given = labels.find_of_files(session, scope.project_id, file_ids)
    rows = []
    for each in found[:MAX_FOUND]:
        label = given.get(each.item.file_id)
        # That no rule fits was said of the rules of one job.
        known = label is not None and (label.type is not None or label.job_id == each.job_id)
        row = make_row(each.item, {label.file_id: label.type} if label and known else {})
        rows.append(FoundRow(each.job_id, each.created_at, row))
    return visit.render(
        "jobs.html",
        section="jobs",
        looked_for=part,
        found=rows,
        is_cut=len(found) > MAX_FOUND,
        jobs=(),
        version_shown=None,
        is_live=False,
    )


def list_jobs(visit: Visit) -> Response:
    """Show the jobs of the project, newest first, or the files whose name the query has."""
    if part := visit.param("name").strip():
        return find_files(visit, part)
    version = ApiVersion.V2 if visit.param("version") == "2" else ApiVersion.V1
    purpose = f"console jobs {version} {visit.call.scope.project_id}"
    params = PageParams(PAGE_SIZE, visit.param("page") or None, include_total=True)
    secrets = visit.services.secrets
    try:
        request = params.to_request(secrets, purpose, PAGE_SIZE)
    except BadRequest:
        raise NotFound(visit.language.text("error.no_page")) from None
    with visit.call.read() as session:
        page = service.find_page(session, visit.call.scope, request, version)
        first_names = service.find_first_names(session, [job.id for job in page.rows])
    total = page.total or 0
    return visit.render(
        "jobs.html",
        section="jobs",
        looked_for="",
        jobs=page.rows,
        first_names=first_names,
        version_shown=int(version),
        is_first=not visit.param("page"),
        total=total,
        is_capped=total >= MAX_COUNT,
        page_number=_page_number(visit),
        page_count=math.ceil(total / PAGE_SIZE),
        next_page=encode_token(secrets, purpose, page.next_after),
        is_live=any(job.status == JobStatus.PENDING for job in page.rows),
    )


def _page_number(visit: Visit) -> int:
    """Return which page of the list this is; the links to it say so."""
    given = visit.param("number")
    is_number = given.isascii() and given.isdigit() and len(given) <= MAX_DIGITS
    return max(2, int(given)) if visit.param("page") and is_number else 1


def show_job(visit: Visit) -> Response:
    """Show one job."""
    # Before the rows: what changes meanwhile is fetched once more.
    cursor = now()
    job_id = visit.id("job_id")
    with visit.call.read() as session:
        found = load_rows(session, visit, job_id)
        log = load_webhooks(session, visit, job_id)
    return visit.render(
        "job.html",
        section="jobs",
        job=found.job,
        rows=found.rows,
        cursor=cursor,
        plots=make_plots(found.rows),
        log=log,
    )


def show_rows(visit: Visit) -> Response:
    """Return the rows that changed, for the script that keeps a table up to date."""
    cursor = now()
    since = _moment(visit)
    with visit.call.read() as session:
        found = load_rows(session, visit, visit.id("job_id"), since)
    return visit.fragment("rows.html", job=found.job, rows=found.rows, cursor=cursor)


def show_plots(visit: Visit) -> Response:
    """Return the plots, for the script that replaces them when a job has ended."""
    with visit.call.read() as session:
        found = load_rows(session, visit, visit.id("job_id"))
    return visit.fragment("plots.html", plots=make_plots(found.rows))


def show_webhooks(visit: Visit) -> Response:
    """Return the log of webhooks, for the script that sent one again."""
    job_id = visit.id("job_id")
    with visit.call.read() as session:
        service.require(session, visit.call.scope, job_id)
        log = load_webhooks(session, visit, job_id)
    return visit.fragment("deliveries.html", log=log)


def download_csv(visit: Visit) -> Response:
    """Send the results of a job as CSV: those of the files that the page shows."""
    shown = RowFilter.of(visit.request.query_params)
    with visit.call.read() as session:
        found = load_rows(session, visit, visit.id("job_id"))
    rows = [row for row in found.rows if shown.fits(row)]
    return as_attachment(csv_of_rows(rows, visit.language), f"{found.job.id}.csv", "text/csv")


def download_json(visit: Visit) -> Response:
    """Send the results of a job as the API returns them: those of the files that the page shows."""
    shown = RowFilter.of(visit.request.query_params)
    with visit.call.read() as session:
        job = service.get_any(session, visit.call.scope, visit.id("job_id"))
        items = service.list_items(session, job.id)
    items = [item for item in items if shown.fits(make_row(item, {}))]
    answer = ListResponse[ResultResponse](items=[result_response(job.id, item) for item in items])
    return as_attachment(answer.model_dump_json(indent=2), f"{job.id}.json", "application/json")


def _moment(visit: Visit) -> datetime | None:
    given = visit.param("since")
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
        if moment.tzinfo is None:
            raise ValueError  # noqa: TRY301  # the answer is the same
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # a moment of the year 1 may have no UTC
        raise BadRequest("`since` is not a moment.") from None
