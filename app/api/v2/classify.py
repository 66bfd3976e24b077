"""The five endpoints of classification jobs, version 2: a job has one file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from app.addresses import is_loopback
from app.api.dependencies import ApiCall, Call
from app.api.v1.classifier import new_webhook, render_verdict
from app.api.v1.schemas import FileErrorResponse, RuleResponse
from app.api.v2.ids import ConfigurationId, show_configuration_id
from app.api.v2.schemas import (
    ClassifyConfigurationResponse,
    ClassifyListResponse,
    ClassifyRequest,
    ClassifyResponse,
    DeletedResponse,
    Moment,
    ParsingConfigurationResponse,
    UsageResponse,
    check_rule_count,
    dump_configuration,
)
from app.api.wire.idempotency_headers import IdempotencyHeaders, RequestRetry
from app.api.wire.pagination import (
    MAX_JOBS_PAGE,
    IncludeTotal,
    PageSize,
    PageToken,
    encode_token,
    read_page,
)
from app.configurations import service as configurations
from app.errors import FileErrorCode
from app.jobs import idempotency, language_tags, single
from app.jobs.page_ranges import format_ranges, parse_ranges
from app.jobs.pages import PageSelection
from app.jobs.service import NewJob
from app.jobs.single import JobFilter, SingleJob, SingleStatus
from app.jobs.values import Example
from app.projects.scope import Scope
from app.webhooks import saved as saved_webhooks
from app.webhooks.service import NewWebhook

router = APIRouter(prefix="/api/v2/classify", tags=["classify"])

# For a webhook that names no events: the ends that a job of one file can have.
DEFAULT_EVENTS = ("classify.success", "classify.error", "classify.cancelled")

Expand = Annotated[list[str] | None, Query(description="`usage` adds what the job cost.")]


@router.post("")
def create_job(call: ApiCall, body: ClassifyRequest, headers: RequestRetry) -> ClassifyResponse:
    """Classify a file by rules. Answers at once; the job's status tells when it is done.

    A request that is sent again, with its `transaction_id` or by an SDK itself, gives the same job.
    """
    services = call.services
    if body.configuration is not None:
        check_rule_count(services.settings, body.configuration.rules, ("body", "configuration"))
    scope = call.scope()
    with services.database.read() as session:
        if body.transaction_id is not None:
            first = single.find_by_transaction(session, scope, body.transaction_id)
            if first is not None:
                return _render(first)
        new = _new_job(session, scope, call, body)
    job, is_new = _create(call, scope, body, new, headers)
    if is_new:
        services.notifier.notify(1)
    return _render(job)


@router.get("")
def list_jobs(
    call: ApiCall,
    page_size: PageSize = None,
    page_token: PageToken = None,
    status: SingleStatus | None = None,
    job_ids: Annotated[list[UUID] | None, Query()] = None,
    configuration_id: ConfigurationId | None = None,
    created_at_on_or_after: Moment | None = None,
    created_at_on_or_before: Moment | None = None,
    include_total: IncludeTotal = False,
) -> ClassifyListResponse:
    """List the project's jobs, the newest first."""
    scope, secrets = call.scope(), call.services.secrets
    wanted = JobFilter(
        status,
        None if job_ids is None else tuple(job_ids),
        configuration_id,
        created_at_on_or_after,
        created_at_on_or_before,
    )
    purpose = f"v2 classify jobs {scope.project_id} {wanted}"
    request = read_page(
        secrets,
        purpose,
        page_size,
        page_token,
        include_total=include_total,
        max_size=MAX_JOBS_PAGE,
    )
    with call.services.database.read() as session:
        page = single.find_page(session, scope, wanted, request)
    return ClassifyListResponse(
        items=[_render(job) for job in page.rows],
        next_page_token=encode_token(secrets, purpose, page.next_after),
        total_size=page.total,
    )


@router.get("/{job_id}")
def get_job(call: ApiCall, job_id: UUID, expand: Expand = None) -> ClassifyResponse:
    """Return a job, with its result when it has one."""
    scope = call.scope()
    with call.services.database.read() as session:
        answer = _render(single.get(session, scope, job_id))
    if expand and "usage" in expand:
        answer.usage = UsageResponse()
    return answer


@router.post("/{job_id}/cancel")
def cancel_job(call: ApiCall, job_id: UUID) -> ClassifyResponse:
    """End a job now, as CANCELLED. 409 when it has ended already."""
    scope = call.scope()
    with call.services.database.write() as session:
        return _render(single.cancel(session, scope, job_id))


@router.delete("/{job_id}")
def delete_job(call: ApiCall, job_id: UUID) -> DeletedResponse:
    """Delete an ended job with its result; its file stays. 409 while it runs: cancel it first."""
    scope = call.scope()
    with call.services.database.write() as session:
        job = single.remove(session, scope, job_id)
    return DeletedResponse(id=job.id, project_id=job.project_id)


def _create(
    call: Call, scope: Scope, body: ClassifyRequest, new: NewJob, headers: IdempotencyHeaders
) -> tuple[SingleJob, bool]:
    """Create the job, or find the one that the same request made; tell whether it is new."""
    services = call.services
    deadline = timedelta(seconds=services.settings.job_deadline_seconds)
    if body.transaction_id is not None:
        return single.create(services.database, scope, services.secrets, new, deadline)
    made, is_new = idempotency.create(
        services.database,
        scope,
        services.secrets,
        new,
        deadline,
        headers.key(services, scope, body),
    )
    with services.database.read() as session:
        return single.get(session, scope, made.id), is_new


def _new_job(session: Session, scope: Scope, call: Call, body: ClassifyRequest) -> NewJob:
    if body.configuration is not None:
        parameters = dump_configuration(body.configuration)
        configuration_id = None
    else:
        assert body.configuration_id is not None  # noqa: S101  # the request has one of the two
        saved = configurations.get(session, scope, body.configuration_id)
        parameters, configuration_id = saved.parameters, saved.id
    parsing: dict[str, Any] = parameters["parsing_configuration"]
    given_lang: str = parsing["lang"]
    lang = language_tags.resolve(given_lang) or language_tags.DEFAULT
    target = parsing["target_pages"]
    return NewJob(
        file_ids=(body.input_file,),
        rules=tuple((rule["type"], rule["description"]) for rule in parameters["rules"]),
        mode=parameters["mode"],
        lang=lang,
        pages=PageSelection(parsing["max_pages"], None if target is None else parse_ranges(target)),
        webhooks=tuple(_webhooks(session, scope, call, body)),
        api_version=single.API_VERSION,
        transaction_id=body.transaction_id,
        configuration_id=configuration_id,
        given_lang=None if lang == given_lang else given_lang,
        min_confidence=parameters.get("min_confidence"),
        examples=tuple(_examples(parameters["rules"])),
    )


def _examples(rules: list[dict[str, Any]]) -> Iterator[Example]:
    for rule in rules:
        for example in rule.get("examples", ()):
            file_id = example.get("file_id")
            yield Example(rule["type"], file_id and UUID(file_id), example.get("text", ""))


def _webhooks(
    session: Session, scope: Scope, call: Call, body: ClassifyRequest
) -> list[NewWebhook]:
    settings = call.services.settings
    inline = [new_webhook(settings, webhook) for webhook in body.webhook_configurations or ()]
    saved = saved_webhooks.copy_for_job(
        session,
        scope,
        call.services.secrets,
        body.webhook_configuration_ids or (),
        loopback_allowed=is_loopback(settings.host),
    )
    return [replace(webhook, events=webhook.events or DEFAULT_EVENTS) for webhook in inline + saved]


def _render(single_job: SingleJob) -> ClassifyResponse:
    job, verdict, error = single_job.job, single_job.verdict, single_job.error
    lang = job.given_lang or job.lang
    return ClassifyResponse(
        id=job.id,
        project_id=job.project_id,
        user_id=job.user_id,
        status=single_job.status,
        configuration=ClassifyConfigurationResponse(
            rules=[RuleResponse(**rule) for rule in job.rules],
            mode="FAST",
            parsing_configuration=ParsingConfigurationResponse(
                lang=lang,
                max_pages=job.max_pages,
                target_pages=None if job.target_pages is None else format_ranges(job.target_pages),
            ),
            min_confidence=job.min_confidence,
        ),
        configuration_id=job.configuration_id and show_configuration_id(job.configuration_id),
        file_input=str(single_job.file_id),
        document_input_value=str(single_job.file_id),
        transaction_id=job.transaction_id,
        result=verdict and render_verdict(verdict, single_job.candidates, single_job.evidence),
        error_message=error and f"{single_job.file_name}: {error[1]}",
        error=error and FileErrorResponse(code=FileErrorCode(error[0]), message=error[1]),
        warnings=_warnings(lang),
        created_at=job.created_at,
        updated_at=job.updated_at,
    )


def _warnings(lang: str) -> list[str]:
    if language_tags.resolve(lang) is not None:
        return []
    return [f"This server does not know the language {lang!r}: scans are read as English."]
