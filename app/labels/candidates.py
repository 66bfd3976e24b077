"""Files of a project that nobody has labelled, in the order in which their labels teach most."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from app.files.models import File
from app.jobs.models import Item, Job, Result
from app.jobs.values import ApiVersion
from app.labels.models import Label
from app.labels.service import count_by_type
from app.learning.triage import Candidate, order_candidates
from app.paging import Page, PageRequest, cut
from app.projects.scope import Scope

# The newest results of each version of the API: a large project costs no more than a small one.
MAX_RESULTS = 2000


@dataclass(frozen=True, slots=True)
class TriageItem:
    """The newest result of a file without a label; `position` counts from 0.

    `type` and `confidence` are the verdict; `other_type` and `other_confidence` the second best
    outcome, which there may not be: then the confidence is None.
    """

    position: int
    item_id: UUID
    job_id: UUID
    api_version: int
    file_id: UUID
    file_name: str
    type: str | None
    confidence: float
    other_type: str | None
    other_confidence: float | None
    classified_at: datetime


def find_page(session: Session, scope: Scope, request: PageRequest) -> Page[TriageItem]:
    """Return a page of the files of the project to label, the best one first.

    The order is computed anew for each page. The page after a file that has a label by now begins
    where that file was.
    """
    items = _order(
        _find_results(session, scope.project_id),
        count_by_type(session, scope.project_id),
        _find_labelled_digests(session, scope.project_id),
    )
    start = 0
    if request.after is not None:
        position, item_id = request.after
        places = {item.item_id: item.position for item in items}
        start = places[item_id] + 1 if item_id in places else int(str(position))
    total = len(items) if request.include_total else None
    rows = items[start : start + request.size + 1]
    return cut(rows, request, total, lambda item: (str(item.position), item.item_id))


def _find_results(session: Session, project_id: UUID) -> list[Row[*tuple[Any, ...]]]:
    """Return the newest result of each file without a label."""
    newest: dict[UUID, Row[*tuple[Any, ...]]] = {}
    for version in ApiVersion:
        query = (
            select(
                Item.id,
                Item.job_id,
                Item.file_id,
                Item.file_name,
                Job.api_version,
                Result.type,
                Result.confidence,
                Result.candidates,
                Result.created_at,
                File.sha256,
            )
            .join(Item, Item.job_id == Job.id)
            .join(Result, Result.item_id == Item.id)
            .join(File, File.id == Item.file_id)
            .outerjoin(
                Label, and_(Label.file_id == Item.file_id, Label.project_id == Job.project_id)
            )
            .where(Job.id.in_(_find_jobs(session, project_id, version)), Label.id.is_(None))
        )
        for row in session.execute(query):
            first = newest.get(row.file_id)
            if first is None or first.created_at < row.created_at:
                newest[row.file_id] = row
    return list(newest.values())


def _find_labelled_digests(session: Session, project_id: UUID) -> frozenset[str]:
    """Return the digests of the files with a label: their copies have nothing to teach."""
    query = select(File.sha256).join(Label, Label.file_id == File.id)
    return frozenset(session.scalars(query.where(Label.project_id == project_id)))


def _find_jobs(session: Session, project_id: UUID, version: ApiVersion) -> list[UUID]:
    """Return the newest jobs that together have MAX_RESULTS files, by an index."""
    query = (
        select(Job.id, Job.file_count)
        .where(Job.project_id == project_id, Job.api_version == version)
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(MAX_RESULTS)
    )
    found: list[UUID] = []
    files = 0
    for row in session.execute(query):
        found.append(row.id)
        files += row.file_count
        if files >= MAX_RESULTS:
            break
    return found


def _order(
    rows: Sequence[Row[*tuple[Any, ...]]],
    labelled: Mapping[str | None, int],
    labelled_digests: Collection[str],
) -> list[TriageItem]:
    by_id = {row.id: row for row in rows}
    ordered = order_candidates((_candidate(row) for row in rows), labelled, labelled_digests)
    return [_item(position, by_id[each.id]) for position, each in enumerate(ordered)]


def _candidate(row: Row[*tuple[Any, ...]]) -> Candidate:
    other = _second(row.candidates or ())
    runner_up = 0.0 if other is None else other["confidence"]
    return Candidate(row.id, row.type, row.confidence, runner_up, group=row.sha256)


def _item(position: int, row: Row[*tuple[Any, ...]]) -> TriageItem:
    other = _second(row.candidates or ())
    return TriageItem(
        position=position,
        item_id=row.id,
        job_id=row.job_id,
        api_version=row.api_version,
        file_id=row.file_id,
        file_name=row.file_name,
        type=row.type,
        confidence=row.confidence,
        other_type=None if other is None else other["type"],
        other_confidence=None if other is None else other["confidence"],
        classified_at=row.created_at,
    )


def _second(candidates: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the second of stored candidates, which have the verdict first."""
    _, second, *_ = [*candidates, None, None]
    return second
