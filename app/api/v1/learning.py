"""How well rules do on labelled files, and which files to label next (extensions)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.wire.ids import ConfigurationId, format_configuration_id
from app.api.wire.pagination import ListResponse, PageQuery
from app.errors import Unprocessable
from app.jobs.values import ApiVersion
from app.labels import assessment, candidates
from app.labels.assessment import Assessment, State
from app.labels.candidates import TriageItem
from app.labels.service import FileLabel
from app.learning.quality import AdviceKind

router = Router(prefix="/api/v1/classifier", tags=["learning (extensions)"])


class _ReportPart(BaseModel):
    """A part of the report with the fields of its counterpart in `app.learning.quality`."""

    model_config = ConfigDict(from_attributes=True)


class ShareResponse(_ReportPart):
    """How many files are right; `low` and `high` bound the 90% interval of the share (Wilson)."""

    files: int
    right: int
    share_right: float | None
    low: float | None
    high: float | None


class CellResponse(_ReportPart):
    """How many files with a label got a type; null means that no rule fits."""

    label: str | None
    type: str | None
    files: int


class BandResponse(_ReportPart):
    """The files whose confidence is from `lowest` to below `highest`.

    Confidences are reliable where `mean_confidence` is near `share.share_right`.
    """

    lowest: float
    highest: float
    mean_confidence: float
    share: ShareResponse


class ThresholdResponse(_ReportPart):
    """The lowest `min_confidence` with which types are right as often as `target`, if any.

    `share` is of the types that reach it, `share_kept` how many of all types do; the others become
    null.
    """

    target: float
    min_confidence: float | None
    share: ShareResponse
    share_kept: float


class QualityResponse(_ReportPart):
    """How good verdicts are before any `min_confidence`."""

    accuracy: ShareResponse
    confusion: list[CellResponse]
    bands: list[BandResponse]
    thresholds: list[ThresholdResponse]


class AdviceResponse(_ReportPart):
    """Files of one label with one wrong verdict, and what to write in the rules."""

    kind: AdviceKind
    label: str | None
    type: str | None
    files: int
    sentence: str


class ConflictResponse(BaseModel):
    """One of several copies of a document that have different labels."""

    file_id: UUID
    file_name: str
    label: str | None


class RulesQualityResponse(BaseModel):
    """How well rules do on the labelled files of the project.

    `state` is `ready`; `off` where the server does not learn; `no_rules` without any job;
    `no_labels`; `fitting` while a worker computes the report, ask again; or `failed`, see `error`.
    `without_learning` and `with_learning` are null unless it is `ready`. Each file is judged by a
    model that has not seen its label. Jobs use the labels only where `is_learning_used`.
    `is_current` is false while labels that were given after `labels_at` do not count yet.
    """

    state: State
    project_id: UUID | None
    configuration_id: str | None
    job_id: UUID | None
    types: list[str]
    labels: int
    error: str | None
    engine_version: str | None
    labels_at: datetime | None
    is_current: bool
    is_learning_used: bool
    without_learning: QualityResponse | None
    with_learning: QualityResponse | None
    advice: list[AdviceResponse]
    conflicts: list[list[ConflictResponse]]


class RunnerUpResponse(BaseModel):
    """The second best outcome; the type null means that no rule fits."""

    type: str | None
    confidence: float


class TriageResponse(BaseModel):
    """The newest result of a file without a label.

    `item_id` is the `id` of the result of the job, which `job_id` names.
    """

    item_id: UUID
    job_id: UUID
    api_version: Literal[1, 2]
    file_id: UUID
    file_name: str
    type: str | None
    confidence: float
    runner_up: RunnerUpResponse | None
    classified_at: datetime


@router.get("/quality")
def get_quality(
    call: ApiCall,
    configuration_id: Annotated[
        ConfigurationId | None, Query(description="The rules of a saved configuration.")
    ] = None,
    job_id: Annotated[
        UUID | None,
        Query(description="The rules of a job. Without both: those of the latest job."),
    ] = None,
) -> RulesQualityResponse:
    """Say how well rules do on the labelled files of the project, and what to write in them.

    Answers at once; until a worker has computed the report, `state` is `fitting`. An extension of
    this server.
    """
    if configuration_id is not None and job_id is not None:
        raise Unprocessable("Give configuration_id or job_id, not both.", ("query", "job_id"))
    services = call.services
    found = assessment.assess(
        services.database,
        call.scope,
        configuration_id,
        job_id,
        is_learning_on=services.settings.learn == "on",
    )
    return _quality_response(found)


@router.get("/triage")
def list_triage(call: ApiCall, params: PageQuery) -> ListResponse[TriageResponse]:
    """List classified files without a label, first those whose label would teach most.

    Of the newest 2,000 results of each version of the API, one for each file. The order is computed
    anew for each page: after labelling, begin with the first page again. An extension of this
    server.
    """
    return call.page("triage", candidates.find_page, _triage_response, params)


def _quality_response(found: Assessment) -> RulesQualityResponse:
    """Return the wire form of an assessment."""
    rules = found.rule_set
    saved_id = rules and rules.configuration_id
    return RulesQualityResponse(
        state=found.state,
        project_id=rules and rules.project_id,
        configuration_id=saved_id and format_configuration_id(saved_id),
        job_id=rules and rules.job_id,
        types=[rule.type for rule in rules.rules] if rules else [],
        labels=found.labels,
        error=found.error,
        engine_version=found.engine_version,
        labels_at=found.labels_at,
        is_current=found.is_current,
        is_learning_used=found.is_learning_used,
        without_learning=found.without and QualityResponse.model_validate(found.without),
        with_learning=found.learned and QualityResponse.model_validate(found.learned),
        advice=[AdviceResponse.model_validate(each) for each in found.advice],
        conflicts=[[_conflict(each) for each in group] for group in found.conflicts],
    )


def _conflict(file: FileLabel) -> ConflictResponse:
    return ConflictResponse(file_id=file.label.file_id, file_name=file.name, label=file.label.type)


def _triage_response(item: TriageItem) -> TriageResponse:
    runner_up = None
    if item.other_confidence is not None:
        runner_up = RunnerUpResponse(type=item.other_type, confidence=item.other_confidence)
    return TriageResponse(
        item_id=item.item_id,
        job_id=item.job_id,
        api_version=2 if item.api_version == ApiVersion.V2 else 1,
        file_id=item.file_id,
        file_name=item.file_name,
        type=item.type,
        confidence=item.confidence,
        runner_up=runner_up,
        classified_at=item.classified_at,
    )
