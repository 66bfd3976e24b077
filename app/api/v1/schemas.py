"""The wire form of classification jobs, version 1."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from app.api.wire.ids import FileId
from app.api.wire.labels import LabelResponse
from app.api.wire.rules import Language, Learn, MinConfidence, Mode, RuleResponse, Rules
from app.api.wire.text import MAX_LIST
from app.api.wire.verdicts import FileErrorResponse, VerdictResponse
from app.api.wire.webhooks import MAX_JOB_WEBHOOKS, WebhookRequest
from app.jobs.languages import DEFAULT_LANGUAGE
from app.jobs.models import JobStatus

PageIndex = Annotated[int, Field(ge=0)]


class ParsingConfigurationRequest(BaseModel):
    """Which pages are read, and the language of scans."""

    lang: Language = Field(
        DEFAULT_LANGUAGE,
        description="Without it, scans are read as English, or in the language that their pages"
        " show.",
    )
    max_pages: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(
        5, description="The number of pages to read from the beginning; null or 0 means all."
    )
    target_pages: Annotated[list[PageIndex], Field(min_length=1, max_length=MAX_LIST)] | None = (
        Field(None, description="The pages to read, counted from 0; max_pages is ignored then.")
    )

    @property
    def given_lang(self) -> str | None:
        """The language that the client gave, None if it gave none."""
        return self.lang if "lang" in self.model_fields_set else None


def _check_file_ids(file_ids: list[UUID]) -> list[UUID]:
    if not file_ids:
        raise ValueError("Give at least one file id.")
    return file_ids


class ClassifyJobRequest(BaseModel):
    """The body of POST /api/v1/classifier/jobs.

    `min_confidence`, `learn` and the rules' `examples` are extensions.
    """

    file_ids: Annotated[
        list[FileId],
        Field(max_length=MAX_LIST, json_schema_extra={"minItems": 1}),
        AfterValidator(_check_file_ids),
    ]
    rules: Rules
    mode: Mode = Mode.FAST
    parsing_configuration: ParsingConfigurationRequest = Field(
        default_factory=ParsingConfigurationRequest
    )
    webhook_configurations: Annotated[list[WebhookRequest], Field(max_length=MAX_JOB_WEBHOOKS)] = (
        Field(default_factory=list)
    )
    min_confidence: MinConfidence = None
    learn: Learn = None


class ParsingConfigurationResponse(BaseModel):
    lang: str
    max_pages: int | None
    target_pages: list[int] | None


class ClassifyJobResponse(BaseModel):
    """A job; every status but PENDING is final.

    Extensions: `file_count`, the number of entries of `file_ids`; `ended_count`, how many of them
    have a result or an error; `failed_count`, how many have an error; `min_confidence`;
    `learn`.
    """

    id: UUID
    project_id: UUID
    user_id: str
    status: JobStatus
    rules: list[RuleResponse]
    mode: Mode
    parsing_configuration: ParsingConfigurationResponse
    created_at: datetime
    updated_at: datetime
    effective_at: datetime
    job_record_id: str | None = None
    file_count: int
    ended_count: int
    failed_count: int
    min_confidence: float | None = None
    learn: bool | None = None
    error_message: str | None = None


class ResultResponse(BaseModel):
    """The result of one entry of `file_ids`.

    `result` is null until the file is classified, and when it failed. `file_name`, `error` and
    `label` (what a person says that the file is) are extensions: the original API names failed
    files in the job's error_message only.
    """

    id: UUID
    classify_job_id: UUID
    file_id: UUID
    file_name: str
    created_at: datetime
    updated_at: datetime
    result: VerdictResponse | None = None
    error: FileErrorResponse | None = None
    label: LabelResponse | None = None
