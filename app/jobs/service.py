"""Jobs: create, find, list, and read their results."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.db import announce, new_id, now
from app.errors import Conflict, FileErrorCode, NotFound, Unprocessable
from app.files import service as files
from app.jobs import completion
from app.jobs.models import Item, ItemStatus, Job, JobStatus, Result
from app.jobs.pages import PageSelection
from app.jobs.values import (
    ApiVersion,
    Candidate,
    Example,
    FileFailure,
    Quote,
    Rule,
    Verdict,
    group_examples,
)
from app.observability.logging import bound
from app.paging import Page, PageRequest, find_newest
from app.projects.scope import Scope, reach
from app.secrets import Secrets
from app.webhooks.events import JobState, choose_name, enqueue_deliveries
from app.webhooks.payload import FileSummary, JobSummary
from app.webhooks.service import NewWebhook, store

# The topic of `Database.on_commit` for items that wait for a worker.
ITEMS = "items"
# No reader returns more text of a file: larger files do not take more work.
MAX_TEXT_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a client asks for, in either version of the API.

    `deadline` counts from the creation. `lang` is the code of `given_lang`, which is the language
    as the client wrote it; None where it gave none. `transaction_id` is the client's idempotency
    key. `max_work` bounds rules times examples times bytes of files; 0 sets no limit. `learn` tells
    whether the project's labels count; None: where they are known to help.
    """

    file_ids: tuple[UUID, ...]
    rules: tuple[Rule, ...]
    mode: str
    lang: str
    pages: PageSelection
    api_version: ApiVersion
    deadline: timedelta
    webhooks: tuple[NewWebhook, ...] = ()
    transaction_id: str | None = None
    configuration_id: UUID | None = None
    given_lang: str | None = None
    request_digest: str | None = None
    min_confidence: float | None = None
    learn: bool | None = None
    examples: tuple[Example, ...] = ()
    max_work: int = 0


@dataclass(frozen=True, slots=True)
class ItemView:
    """One file of a job, with its verdict or its failure once it has ended."""

    id: UUID
    file_id: UUID
    file_name: str
    status: ItemStatus
    created_at: datetime
    updated_at: datetime
    verdict: Verdict | None
    failure: FileFailure | None


# What `view_item` reads; a query joins `Result` by an outer join.
ITEM_COLUMNS = (
    Item.id.label("item_id"),
    Item.file_id,
    Item.file_name,
    Item.status,
    Item.created_at,
    Item.updated_at,
    Item.error_code,
    Item.error_message,
    Result.item_id.label("result_id"),
    Result.type,
    Result.confidence,
    Result.reasoning,
    Result.candidates,
    Result.evidence,
)


def create(session: Session, scope: Scope, secrets: Secrets, new: NewJob) -> Job:
    """Insert a job, one item for each entry of `file_ids`, and its webhook configurations.

    Announces ITEMS. Before anything is inserted, raises NotFound when a file does not exist, and
    Unprocessable when the job is too large.
    """
    example_ids = [example.file_id for example in new.examples if example.file_id is not None]
    names = files.find_names(session, scope, [*new.file_ids, *example_ids])
    _check_work(session, new)
    job = _make_job(scope, new)
    session.add(job)
    session.flush()
    _insert_items(session, job, new.file_ids, names)
    announce(session, ITEMS, len(new.file_ids))
    store(session, secrets, job.id, new.webhooks)
    if new.webhooks:
        enqueue_deliveries(session, job.id, JobState.PENDING)
    record(
        session,
        Action.JOB_CREATED,
        actor=scope.principal.actor,
        project_id=job.project_id,
        subject=job.id,
        details={"files": job.file_count, "api_version": job.api_version},
    )
    return job


def _check_work(session: Session, new: NewJob) -> None:
    """Raise Unprocessable if rules, examples and files together take too much work."""
    if not (new.max_work and new.examples):
        return
    total = sum(min(size, MAX_TEXT_BYTES) for size in files.find_sizes(session, new.file_ids))
    if len(new.rules) * len(new.examples) * total > new.max_work:
        raise Unprocessable(
            f"This job is too large for the server: {len(new.rules)} rules times "
            f"{len(new.examples)} examples times {total} bytes of files exceed {new.max_work}. "
            "Use fewer files, rules or examples in one job.",
            ("body",),
        )


def _make_job(scope: Scope, new: NewJob) -> Job:
    moment = now()
    return Job(
        id=new_id(),
        project_id=scope.project_id,
        user_id=scope.principal.user_id,
        status=JobStatus.PENDING,
        mode=new.mode,
        rules=[rule.to_json() for rule in new.rules],
        lang=new.lang,
        max_pages=new.pages.max_pages,
        target_pages=(None if new.pages.target_pages is None else list(new.pages.target_pages)),
        file_count=len(new.file_ids),
        ended_count=0,
        failed_count=0,
        notify_running=any(choose_name(JobState.RUNNING, hook.events) for hook in new.webhooks),
        request_id=bound("request_id"),
        api_version=new.api_version,
        transaction_id=new.transaction_id,
        configuration_id=new.configuration_id,
        given_lang=new.given_lang,
        request_digest=new.request_digest,
        min_confidence=new.min_confidence,
        learn=new.learn,
        examples=group_examples(new.examples),
        created_at=moment,
        updated_at=moment,
        deadline_at=moment + new.deadline,
    )


def _insert_items(
    session: Session, job: Job, file_ids: Sequence[UUID], names: Mapping[UUID, str]
) -> None:
    session.execute(
        insert(Item),
        [
            {
                "job_id": job.id,
                "project_id": job.project_id,
                "ordinal": ordinal,
                "file_id": file_id,
                "file_name": names[file_id],
                "created_at": job.created_at,
                "updated_at": job.created_at,
            }
            for ordinal, file_id in enumerate(file_ids)
        ],
    )


def not_found(job_id: UUID) -> NotFound:
    """Return the error for a job that does not exist, or that the caller may not see."""
    return NotFound(f"Classify job {job_id} does not exist.")


def get(session: Session, scope: Scope, job_id: UUID, api_version: ApiVersion) -> Job:
    """Return a job of one version of the API; raises NotFound."""
    job = session.scalars(
        _one_job(scope.is_narrow),
        {"job_id": job_id, "version": api_version, "reach": scope.reach},
    ).one_or_none()
    if job is None:
        raise not_found(job_id)
    return job


@cache
def _one_job(narrow: bool) -> Select[Job]:
    return select(Job).where(
        Job.id == bindparam("job_id"),
        Job.api_version == bindparam("version"),
        reach(Job.project_id, bindparam("reach"), narrow=narrow),
    )


def get_any(session: Session, scope: Scope, job_id: UUID) -> Job:
    """Return a job of any version of the API; raises NotFound."""
    query = select(Job).where(Job.id == job_id, scope.covers(Job.project_id))
    job = session.scalars(query).one_or_none()
    if job is None:
        raise not_found(job_id)
    return job


def find_page(
    session: Session, scope: Scope, request: PageRequest, api_version: ApiVersion
) -> Page[Job]:
    """Return a page of the project's jobs of one version of the API, newest first."""
    query = select(Job).where(Job.project_id == scope.project_id, Job.api_version == api_version)
    return find_newest(session, query, Job.created_at, Job.id, request)


def results(
    session: Session, scope: Scope, job_id: UUID, api_version: ApiVersion
) -> Sequence[ItemView]:
    """Return every item of a job in the order of its `file_ids`; raises NotFound."""
    get(session, scope, job_id, api_version)
    return list_items(session, job_id)


def list_items(
    session: Session, job_id: UUID, changed_since: datetime | None = None
) -> Sequence[ItemView]:
    """Return the items of any job in order; with `changed_since`, those that changed after it."""
    query = (
        select(*ITEM_COLUMNS)
        .outerjoin(Result, Result.item_id == Item.id)
        .where(Item.job_id == job_id)
        .order_by(Item.ordinal)
    )
    if changed_since is not None:
        query = query.where(Item.updated_at > changed_since)
    return [view_item(row) for row in session.execute(query)]


def find_file_ids(session: Session, job_id: UUID) -> Sequence[UUID]:
    """Return the ids of the files of any job, also of files that have been deleted."""
    return session.scalars(select(Item.file_id).where(Item.job_id == job_id)).all()


@dataclass(frozen=True, slots=True)
class FoundItem:
    """A file that was looked for, and the job that it is in."""

    job_id: UUID
    created_at: datetime
    item: ItemView


def find_by_name(session: Session, scope: Scope, part: str, limit: int) -> Sequence[FoundItem]:
    """Return files of the project's jobs with `part` in their names, of the newest jobs first.

    It reads the names of all items of the project.
    """
    query = (
        select(*ITEM_COLUMNS, Job.id.label("job_id"), Job.created_at.label("job_created_at"))
        .join(Job, Job.id == Item.job_id)
        .outerjoin(Result, Result.item_id == Item.id)
        .where(Job.project_id == scope.project_id, Item.file_name.icontains(part, autoescape=True))
        .order_by(Job.created_at.desc(), Job.id, Item.ordinal)
        .limit(limit)
    )
    return [
        FoundItem(row.job_id, row.job_created_at, view_item(row)) for row in session.execute(query)
    ]


def find_first_names(session: Session, job_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the name of the first file of each job, by the job's id."""
    query = select(Item.job_id, Item.file_name).where(Item.job_id.in_(job_ids), Item.ordinal == 0)
    return {row.job_id: row.file_name for row in session.execute(query)}


def view_item(row: Row[*tuple[Any, ...]]) -> ItemView:
    """Return the item of a row that has ITEM_COLUMNS."""
    verdict = failure = None
    if row.result_id is not None:
        verdict = Verdict(
            row.type,
            row.confidence,
            row.reasoning,
            tuple(Candidate.from_json(each) for each in row.candidates or ()),
            tuple(Quote.from_json(each) for each in row.evidence or ()),
        )
    if row.error_code is not None:
        failure = FileFailure(FileErrorCode(row.error_code), row.error_message or "")
    return ItemView(
        id=row.item_id,
        file_id=row.file_id,
        file_name=row.file_name,
        status=ItemStatus(row.status),
        created_at=row.created_at,
        updated_at=row.updated_at,
        verdict=verdict,
        failure=failure,
    )


def cancel(session: Session, scope: Scope, job_id: UUID, api_version: ApiVersion) -> Job:
    """End a job now and return it; a job that has ended is returned unchanged. Raises NotFound."""
    job = get(session, scope, job_id, api_version)
    completion.cancel(session, job_id, actor=scope.principal.actor)
    # Not `refresh`, which would fail with another error if the job was deleted meanwhile.
    session.expire(job)
    return get(session, scope, job_id, api_version)


def remove(session: Session, scope: Scope, job_id: UUID, api_version: ApiVersion) -> Job:
    """Delete an ended job with its items and results, and return its last state.

    Raises NotFound, or Conflict if it has not ended.
    """
    job = get(session, scope, job_id, api_version)
    if job.status == JobStatus.PENDING:
        raise Conflict(f"Classify job {job_id} is still running: cancel it before you delete it.")
    discard(session, job_id, actor=scope.principal.actor)
    return job


def require(session: Session, scope: Scope, job_id: UUID) -> None:
    """Raise NotFound unless the scope has the job, of any version of the API."""
    found = session.scalar(select(Job.id).where(Job.id == job_id, scope.covers(Job.project_id)))
    if found is None:
        raise not_found(job_id)


def summarise(session: Session, job_id: UUID) -> JobSummary | None:
    """Return what webhooks say about a job of any project; None if it does not exist."""
    job = session.get(Job, job_id)
    if job is None:
        return None
    rows = session.execute(
        select(Item.file_id, Item.error_code, Result.type, Result.confidence)
        .outerjoin(Result, Result.item_id == Item.id)
        .where(Item.job_id == job_id)
        .order_by(Item.ordinal)
    )
    files = [FileSummary(row.file_id, row.type, row.confidence, row.error_code) for row in rows]
    return JobSummary(job.file_count, job.failed_count, files)


def discard(session: Session, job_id: UUID, *, actor: str) -> bool:
    """Delete a job of any project and status; False when it does not exist."""
    project_id = session.scalar(delete(Job).where(Job.id == job_id).returning(Job.project_id))
    if project_id is None:
        return False
    record(session, Action.JOB_DELETED, actor=actor, project_id=project_id, subject=job_id)
    return True
