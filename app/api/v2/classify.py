"""The endpoints of classification jobs, version 2: a job has one file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.orm import Session

from app.api.dependencies import ApiCall, Call
from app.api.router import Router
from app.api.v2.schemas import (
    ClassifyConfigurationResponse,
    ClassifyRequest,
    ClassifyResponse,
    DeletedResponse,
    Moment,
    UsageResponse,
)
from app.api.wire.configurations import ClassifyConfigurationRequest, ClassifyParsingResponse
from app.api.wire.idempotency_headers import IdempotencyHeaders, RetryOnly
from app.api.wire.ids import ConfigurationId, format_configuration_id
from app.api.wire.labels import LabelRequest, LabelResponse, label_response
from app.api.wire.pagination import ListResponse, PageQuery
from app.api.wire.rules import RuleResponse, check_rule_count, to_examples, to_rules
from app.api.wire.verdicts import file_error_response, verdict_response
from app.api.wire.webhooks import to_webhook
from app.configurations import service as configurations
from app.jobs import idempotency, single_file
from app.jobs.languages import DEFAULT_LANGUAGE, resolve_language
from app.jobs.pages import PageSelection, format_ranges, parse_ranges
from app.jobs.service import NewJob
from app.jobs.single_file import JobFilter, SingleJob, SingleStatus
from app.jobs.values import ApiVersion
from app.labels import labelling
from app.labels import service as labels
from app.labels.models import Label
from app.paging import Page, PageRequest
from app.projects.scope import Scope
from app.webhooks import saved as saved_webhooks
from app.webhooks.policy import make_policy
from app.webhooks.service import NewWebhook

router = Router(prefix="/api/v2/classify", tags=["classify"])

# The final events of a job of one file, for a webhook that names no events.
DEFAULT_EVENTS = ("classify.success", "classify.error", "classify.cancelled")

Expand = Annotated[list[str] | None, Query(description="`usage` adds the cost of the job.")]


@router.post("")
def create_job(call: ApiCall, body: ClassifyRequest, headers: RetryOnly) -> ClassifyResponse:
    """Create a job that classifies a file by rules.

    The answer comes at once; poll the job until its status is final. A request that an SDK
    retries, or that has the `transaction_id` of an earlier one, returns the existing job.
    """
    services = call.services
    if body.configuration is not None:
        check_rule_count(services.settings, body.configuration.rules, ("body", "configuration"))
    with call.read() as session:
        if body.transaction_id is not None:
            first = single_file.find_by_transaction(session, call.scope, body.transaction_id)
            if first is not None:
                return _job_response(first)
        new = _new_job(session, call, body)
    call.require_room(1)
    return _job_response(_create(call, body, new, headers))


@router.get("")
def list_jobs(
    call: ApiCall,
    params: PageQuery,
    status: SingleStatus | None = None,
    job_ids: Annotated[list[UUID] | None, Query()] = None,
    configuration_id: ConfigurationId | None = None,
    created_at_on_or_after: Moment | None = None,
    created_at_on_or_before: Moment | None = None,
) -> ListResponse[ClassifyResponse]:
    """List the project's jobs, newest first."""
    wanted = JobFilter(
        status,
        None if job_ids is None else tuple(job_ids),
        configuration_id,
        created_at_on_or_after,
        created_at_on_or_before,
    )
    given: dict[UUID, Label] = {}

    def find(session: Session, scope: Scope, request: PageRequest) -> Page[SingleJob]:
        page = single_file.find_page(session, scope, wanted, request)
        given.update(_find_labels(session, page.rows))
        return page

    return call.page(
        f"v2 classify jobs {wanted}", find, lambda single: _job_response(single, given), params
    )


@router.get("/{job_id}")
def get_job(call: ApiCall, job_id: UUID, expand: Expand = None) -> ClassifyResponse:
    """Return a job, with its result when it has one."""
    with call.read() as session:
        single = single_file.get(session, call.scope, job_id)
        answer = _job_response(single, _find_labels(session, [single]))
    if expand and "usage" in expand:
        answer.usage = UsageResponse()
    return answer


@router.post("/{job_id}/cancel")
def cancel_job(call: ApiCall, job_id: UUID) -> ClassifyResponse:
    """Cancel a job. 409 if it has ended already."""
    with call.write() as session:
        return _job_response(single_file.cancel(session, call.scope, job_id))


@router.delete("/{job_id}")
def delete_job(call: ApiCall, job_id: UUID) -> DeletedResponse:
    """Delete an ended job and its result; its file stays. 409 while it runs: cancel it first."""
    with call.write() as session:
        job = single_file.remove(session, call.scope, job_id)
    return DeletedResponse(id=job.id, project_id=job.project_id)


@router.put("/{job_id}/label")
def put_label(call: ApiCall, job_id: UUID, body: LabelRequest) -> LabelResponse:
    """Say what the file of a job really is. A file has one label: a later one replaces it.

    An extension of this server.
    """
    with call.read() as session:
        item_id = single_file.get(session, call.scope, job_id).item.id
    label = labelling.put(call.services.database, call.scope, job_id, item_id, body.type)
    return label_response(label)


@router.delete("/{job_id}/label", status_code=204)
def delete_label(call: ApiCall, job_id: UUID) -> Response:
    """Delete the label of a job's file. An extension of this server."""
    with call.write() as session:
        item_id = single_file.get(session, call.scope, job_id).item.id
        labelling.remove(session, call.scope, job_id, item_id)
    return Response(status_code=204)


def _find_labels(session: Session, jobs: Sequence[SingleJob]) -> dict[UUID, Label]:
    """Return the labels of the files of jobs of one project, by the files' ids."""
    if not jobs:
        return {}
    file_ids = {single.item.file_id for single in jobs}
    return labels.find_of_files(session, jobs[0].job.project_id, file_ids)


def _create(
    call: Call, body: ClassifyRequest, new: NewJob, headers: IdempotencyHeaders
) -> SingleJob:
    """Create the job, or return the job that the same request created before."""
    services = call.services
    if body.transaction_id is not None:
        return single_file.create(services.database, call.scope, services.secrets, new)
    key = headers.key(services.settings, services.secrets, call.scope, body)
    job = idempotency.create(services.database, call.scope, services.secrets, new, key)
    with call.read() as session:
        return single_file.get(session, call.scope, job.id)


def _new_job(session: Session, call: Call, body: ClassifyRequest) -> NewJob:
    configuration, configuration_id = body.configuration, None
    if configuration is None:
        assert body.configuration_id is not None  # noqa: S101  # the request has one of the two
        saved = configurations.get(session, call.scope, body.configuration_id)
        configuration = ClassifyConfigurationRequest.model_validate(saved.parameters)
        configuration_id = saved.id
    parsing = configuration.parsing
    lang = resolve_language(parsing.given_lang or DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE
    target = parsing.target_pages
    return NewJob(
        file_ids=(body.input_file,),
        rules=to_rules(configuration.rules),
        mode="FAST",
        lang=lang,
        pages=PageSelection(parsing.max_pages, None if target is None else parse_ranges(target)),
        webhooks=tuple(_webhooks(session, call, body)),
        api_version=ApiVersion.V2,
        deadline=timedelta(seconds=call.services.settings.job_deadline_seconds),
        transaction_id=body.transaction_id,
        configuration_id=configuration_id,
        given_lang=parsing.given_lang,
        min_confidence=configuration.min_confidence,
        learn=configuration.learn,
        examples=to_examples(configuration.rules),
        max_work=call.services.settings.job_max_work,
    )


def _webhooks(session: Session, call: Call, body: ClassifyRequest) -> list[NewWebhook]:
    policy = make_policy(call.services.settings)
    inline = [to_webhook(webhook, policy) for webhook in body.webhook_configurations or ()]
    saved = saved_webhooks.copy_for_job(
        session,
        call.scope,
        call.services.secrets,
        body.webhook_configuration_ids or (),
    )
    return [
        replace(
            webhook,
            events=webhook.events or DEFAULT_EVENTS,
            loopback_allowed=policy.loopback,
        )
        for webhook in inline + saved
    ]


def _job_response(
    single_job: SingleJob, given: Mapping[UUID, Label] = MappingProxyType({})
) -> ClassifyResponse:
    job, item = single_job.job, single_job.item
    label = given.get(item.file_id)
    failure = item.failure
    lang = job.given_lang or job.lang
    return ClassifyResponse(
        id=job.id,
        project_id=job.project_id,
        user_id=job.user_id,
        status=single_job.status,
        configuration=ClassifyConfigurationResponse(
            rules=[RuleResponse(**rule) for rule in job.rules],
            mode="FAST",
            parsing_configuration=ClassifyParsingResponse(
                lang=lang,
                max_pages=job.max_pages,
                target_pages=None if job.target_pages is None else format_ranges(job.target_pages),
            ),
            min_confidence=job.min_confidence,
            learn=job.learn,
        ),
        configuration_id=job.configuration_id and format_configuration_id(job.configuration_id),
        file_input=str(item.file_id),
        document_input_value=str(item.file_id),
        file_name=item.file_name,
        transaction_id=job.transaction_id,
        result=item.verdict and verdict_response(item.verdict),
        error_message=failure and f"{item.file_name}: {failure.sentence}",
        error=failure and file_error_response(failure),
        warnings=_warnings(lang),
        label=label and label_response(label),
        created_at=job.created_at,
        updated_at=job.updated_at,
    )


def _warnings(lang: str) -> list[str]:
    if resolve_language(lang) is not None:
        return []
    return [f"This server does not know the language {lang!r}: scans are read as English."]
