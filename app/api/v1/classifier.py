"""The four endpoints of classification jobs, version 1."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from anyio import to_thread

from app.api.dependencies import ApiCall, Call
from app.api.router import Router
from app.api.v1.schemas import (
    ClassifyJobRequest,
    ClassifyJobResponse,
    ParsingConfigurationResponse,
    ResultResponse,
)
from app.api.wire.idempotency_headers import KeyAndRetry
from app.api.wire.labels import label_response
from app.api.wire.pagination import ListResponse, PageQuery
from app.api.wire.rules import Mode, RuleResponse, check_rule_count, to_examples, to_rules
from app.api.wire.verdicts import file_error_response, verdict_response
from app.api.wire.webhooks import to_webhook
from app.errors import Unprocessable
from app.jobs import idempotency, service
from app.jobs.models import Job, JobStatus
from app.jobs.pages import PageSelection
from app.jobs.service import ItemView, NewJob
from app.jobs.values import ApiVersion
from app.labels import service as labels
from app.settings import Settings
from app.webhooks.policy import make_policy

router = Router(prefix="/api/v1/classifier/jobs", tags=["classifier"])


@router.post("")
def create_job(
    call: ApiCall, body: ClassifyJobRequest, headers: KeyAndRetry
) -> ClassifyJobResponse:
    """Create a job that classifies files by rules.

    The answer comes at once; poll the job until its status is final. A request that an SDK
    retries, or that has the `Idempotency-Key` of an earlier one, returns the existing job.
    """
    services = call.services
    _check_limits(services.settings, body)
    call.require_room(len(body.file_ids))
    job = idempotency.create(
        services.database,
        call.scope,
        services.secrets,
        _new_job(services.settings, body),
        headers.key(services.settings, services.secrets, call.scope, body),
    )
    return job_response(job)


@router.get("")
def list_jobs(call: ApiCall, params: PageQuery) -> ListResponse[ClassifyJobResponse]:
    """List the project's jobs, newest first."""
    return call.page(
        "classify jobs",
        partial(service.find_page, api_version=ApiVersion.V1),
        job_response,
        params,
    )


@router.get("/{classify_job_id}")
async def get_job(call: ApiCall, classify_job_id: UUID) -> ClassifyJobResponse:
    """Return a job."""
    # Clients poll this. A coroutine: FastAPI would serialise the answer of a function in another
    # thread, which costs about as much as the query.
    return await to_thread.run_sync(_read_job, call, classify_job_id)


@router.get("/{classify_job_id}/results")
def get_results(call: ApiCall, classify_job_id: UUID) -> ListResponse[ResultResponse]:
    """Return a result for each entry of `file_ids`, in that order, whatever the job's status.

    All results come in one answer: there is no second page.
    """
    with call.read() as session:
        items = service.results(session, call.scope, classify_job_id, ApiVersion.V1)
        given = labels.find_of_job(session, classify_job_id)
    answers = [result_response(classify_job_id, item) for item in items]
    for answer in answers:
        if answer.file_id in given:
            answer.label = label_response(given[answer.file_id])
    return ListResponse(items=answers)


def _read_job(call: Call, job_id: UUID) -> ClassifyJobResponse:
    with call.read() as session:
        return job_response(service.get(session, call.scope, job_id, ApiVersion.V1))


def _check_limits(settings: Settings, body: ClassifyJobRequest) -> None:
    if len(body.file_ids) > settings.job_max_files:
        raise Unprocessable(
            f"A job takes at most {settings.job_max_files} file_ids, not {len(body.file_ids)}.",
            ("body", "file_ids"),
        )
    check_rule_count(settings, body.rules, ("body",))


def _new_job(settings: Settings, body: ClassifyJobRequest) -> NewJob:
    parsing = body.parsing_configuration
    policy = make_policy(settings)
    return NewJob(
        file_ids=tuple(body.file_ids),
        rules=to_rules(body.rules),
        mode=body.mode,
        lang=parsing.lang,
        given_lang=parsing.given_lang,
        pages=PageSelection.of(parsing.max_pages, parsing.target_pages),
        api_version=ApiVersion.V1,
        deadline=timedelta(seconds=settings.job_deadline_seconds),
        webhooks=tuple(to_webhook(webhook, policy) for webhook in body.webhook_configurations),
        min_confidence=body.min_confidence,
        learn=body.learn,
        examples=to_examples(body.rules),
        max_work=settings.job_max_work,
    )


def job_response(job: Job) -> ClassifyJobResponse:
    """Return the wire form of a job."""
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
        file_count=job.file_count,
        ended_count=job.ended_count,
        failed_count=job.failed_count,
        min_confidence=job.min_confidence,
        learn=job.learn,
        error_message=job.error_message,
    )


def result_response(job_id: UUID, item: ItemView) -> ResultResponse:
    """Return the wire form of an item."""
    return ResultResponse(
        id=item.id,
        classify_job_id=job_id,
        file_id=item.file_id,
        file_name=item.file_name,
        created_at=item.created_at,
        updated_at=item.updated_at,
        result=item.verdict and verdict_response(item.verdict),
        error=item.failure and file_error_response(item.failure),
    )
