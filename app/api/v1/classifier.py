"""The four endpoints of classification jobs, version 1."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter

from app.addresses import is_loopback
from app.api.dependencies import ApiCall
from app.api.v1.schemas import (
    CandidateResponse,
    ClassifyJobListResponse,
    ClassifyJobRequest,
    ClassifyJobResponse,
    DetailedVerdictResponse,
    FileErrorResponse,
    Mode,
    ParsingConfigurationResponse,
    QuoteResponse,
    ResultListResponse,
    ResultResponse,
    RuleResponse,
    WebhookModel,
)
from app.api.wire.idempotency_headers import RequestHeaders
from app.api.wire.pagination import (
    MAX_JOBS_PAGE,
    IncludeTotal,
    PageSize,
    PageToken,
    encode_token,
    read_page,
)
from app.errors import FileErrorCode, Unprocessable
from app.jobs import idempotency, service
from app.jobs.models import Job, JobStatus
from app.jobs.pages import PageSelection
from app.jobs.service import ItemView, NewJob
from app.settings import Settings
from app.webhooks.payload import IDS
from app.webhooks.service import NewWebhook

router = APIRouter(prefix="/api/v1/classifier/jobs", tags=["classifier"])


@router.post("")
def create_job(
    call: ApiCall, body: ClassifyJobRequest, headers: RequestHeaders
) -> ClassifyJobResponse:
    """Classify files by rules. Answers at once; the job's status tells when it is done.

    A request that is sent again, by its `Idempotency-Key` or by an SDK itself, gives the same job.
    """
    services = call.services
    _check_limits(services.settings, body)
    scope = call.scope()
    deadline = timedelta(seconds=services.settings.job_deadline_seconds)
    job, is_new = idempotency.create(
        services.database,
        scope,
        services.secrets,
        _new_job(services.settings, body),
        deadline,
        headers.key(services, scope, body),
    )
    if is_new:
        services.notifier.notify(len(body.file_ids))
    return render_job(job)


@router.get("")
def list_jobs(
    call: ApiCall,
    page_size: PageSize = None,
    page_token: PageToken = None,
    include_total: IncludeTotal = False,
) -> ClassifyJobListResponse:
    """List the project's jobs, the newest first."""
    scope, secrets = call.scope(), call.services.secrets
    purpose = f"classify jobs {scope.project_id}"
    request = read_page(
        secrets,
        purpose,
        page_size,
        page_token,
        include_total=include_total,
        max_size=MAX_JOBS_PAGE,
    )
    with call.services.database.read() as session:
        page = service.find_page(session, scope, request)
    return ClassifyJobListResponse(
        items=[render_job(job) for job in page.rows],
        next_page_token=encode_token(secrets, purpose, page.next_after),
        total_size=page.total,
    )


@router.get("/{classify_job_id}")
async def get_job(call: ApiCall, classify_job_id: UUID) -> ClassifyJobResponse:
    """Return a job.

    Clients poll it: of a function without `async`, FastAPI would have another thread write the
    answer, which costs about as much as the query.
    """
    return await to_thread.run_sync(_read_job, call, classify_job_id)


@router.get("/{classify_job_id}/results")
def get_results(call: ApiCall, classify_job_id: UUID) -> ResultListResponse:
    """Return every item of a job with its result, whatever the job's status."""
    scope = call.scope()
    with call.services.database.read() as session:
        items = service.results(session, scope, classify_job_id)
    return ResultListResponse(items=[_render_item(classify_job_id, item) for item in items])


def _read_job(call: ApiCall, job_id: UUID) -> ClassifyJobResponse:
    scope = call.scope()
    with call.services.database.read() as session:
        return render_job(service.get(session, scope, job_id))


def _check_limits(settings: Settings, body: ClassifyJobRequest) -> None:
    for field, count, limit in (
        ("file_ids", len(body.file_ids), settings.job_max_files),
        ("rules", len(body.rules), settings.job_max_rules),
    ):
        if count > limit:
            raise Unprocessable(
                f"A job takes at most {limit} {field}, not {count}.", ("body", field)
            )


def _new_job(settings: Settings, body: ClassifyJobRequest) -> NewJob:
    parsing = body.parsing_configuration
    target = None if parsing.target_pages is None else tuple(parsing.target_pages)
    return NewJob(
        file_ids=tuple(body.file_ids),
        rules=tuple((rule.type, rule.description) for rule in body.rules),
        mode=body.mode,
        lang=parsing.lang,
        pages=PageSelection(parsing.max_pages, target),
        webhooks=tuple(new_webhook(settings, webhook) for webhook in body.webhook_configurations),
        min_confidence=body.min_confidence,
        examples=body.all_examples(),
    )


def new_webhook(settings: Settings, webhook: WebhookModel) -> NewWebhook:
    """Return what a job stores of a webhook configuration."""
    headers = webhook.webhook_headers
    return NewWebhook(
        url=webhook.webhook_url,
        events=None if webhook.webhook_events is None else tuple(webhook.webhook_events),
        headers=None if headers is None else {name: _text(headers[name]) for name in headers},
        output_format=webhook.webhook_output_format or "string",
        signing_secret=webhook.webhook_signing_secret or None,
        payload=webhook.webhook_payload or IDS,
        loopback_allowed=is_loopback(settings.host),
    )


def _text(value: object) -> str:
    """Return a header's value as text: the contract allows any JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def render_job(job: Job) -> ClassifyJobResponse:
    """Return a job as the API shows it."""
    return ClassifyJobResponse(
        id=job.id,
        project_id=job.project_id,
        user_id=job.user_id,
        status=JobStatus(job.status),
        rules=[RuleResponse(**rule) for rule in job.rules],
        mode=Mode(job.mode),
        parsing_configuration=ParsingConfigurationResponse(
            lang=job.lang, max_pages=job.max_pages, target_pages=job.target_pages
        ),
        created_at=job.created_at,
        updated_at=job.updated_at,
        effective_at=job.created_at,
        min_confidence=job.min_confidence,
        error_message=job.error_message,
    )


def render_verdict(
    verdict: tuple[str | None, float, str],
    candidates: list[dict[str, Any]] | None,
    evidence: list[dict[str, Any]] | None,
) -> DetailedVerdictResponse:
    """Return a verdict (type, confidence, reasoning) and its extensions as the API shows them."""
    type_, confidence, reasoning = verdict
    return DetailedVerdictResponse(
        type=type_,
        confidence=confidence,
        reasoning=reasoning,
        candidates=[CandidateResponse(**each) for each in candidates or ()],
        evidence=[QuoteResponse(**each) for each in evidence or ()],
    )


def _render_item(job_id: UUID, item: ItemView) -> ResultResponse:
    verdict = item.verdict and render_verdict(item.verdict, item.candidates, item.evidence)
    error = None
    if item.error is not None:
        error = FileErrorResponse(code=FileErrorCode(item.error[0]), message=item.error[1])
    return ResultResponse(
        id=item.id,
        classify_job_id=job_id,
        file_id=item.file_id,
        created_at=item.created_at,
        updated_at=item.updated_at,
        result=verdict,
        error=error,
    )
