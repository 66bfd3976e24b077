"""The wire form of classification jobs, version 2."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, JsonValue, StringConstraints, model_validator

from app.api.wire.configurations import ClassifyConfigurationRequest, ClassifyParsingResponse
from app.api.wire.ids import ConfigurationId
from app.api.wire.labels import LabelResponse
from app.api.wire.rules import RuleResponse
from app.api.wire.verdicts import FileErrorResponse, VerdictResponse
from app.api.wire.webhooks import MAX_JOB_WEBHOOKS, WebhookRequest
from app.files.file_ids import parse_file_id
from app.jobs.single_file import SingleStatus
from app.text import require_storable

PARSE_JOB_PREFIX = "pjb-"
NO_PARSE_JOBS = (
    "This server has no parse jobs. Upload the document and give its file id as file_input."
)
# Pydantic's own `deprecated` would warn when our code reads the field.
DEPRECATED: dict[str, JsonValue] = {"deprecated": True}


def _read_file_id(value: str) -> UUID:
    if value.startswith(PARSE_JOB_PREFIX):
        raise ValueError(NO_PARSE_JOBS)
    return parse_file_id(value)


def _check_input(value: str) -> str:
    _read_file_id(value)
    return value


def _refuse_parse_job(value: str | None) -> str | None:
    if value is not None:
        raise ValueError(NO_PARSE_JOBS)
    return value


def _to_utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("The time is out of range. Use the years 1 to 9999 in UTC.") from None


FileInput = Annotated[str, StringConstraints(max_length=200), AfterValidator(_check_input)]
TransactionId = Annotated[
    str, StringConstraints(min_length=1, max_length=255), AfterValidator(require_storable)
]
Moment = Annotated[datetime, AfterValidator(_to_utc)]


class ClassifyRequest(BaseModel):
    """The body of POST /api/v2/classify: a file, and either a configuration or a saved one's id.

    `file_id` is the older name of `file_input`.
    """

    file_input: FileInput | None = Field(
        None, description="The id of an uploaded file: a UUID, or dfl-<uuid>."
    )
    file_id: FileInput | None = Field(None, json_schema_extra=DEPRECATED)
    parse_job_id: Annotated[str | None, AfterValidator(_refuse_parse_job)] = Field(
        None,
        description="Refused: this server has no parse jobs.",
        json_schema_extra=DEPRECATED,
    )
    configuration: ClassifyConfigurationRequest | None = None
    configuration_id: ConfigurationId | None = Field(
        None, description="The id of a saved configuration: cfg-<uuid>, or a bare UUID."
    )
    transaction_id: TransactionId | None = Field(
        None,
        description="An idempotency key within the project. A second request with the same key "
        "returns the job that the first one created, whatever its other fields are.",
    )
    webhook_configurations: (
        Annotated[list[WebhookRequest], Field(max_length=MAX_JOB_WEBHOOKS)] | None
    ) = None
    webhook_configuration_ids: Annotated[list[UUID], Field(max_length=MAX_JOB_WEBHOOKS)] | None = (
        Field(None, description="Ids of saved webhooks; the job keeps a copy of each.")
    )

    @model_validator(mode="after")
    def _check_choices(self) -> Self:
        given = {_read_file_id(value) for value in (self.file_input, self.file_id) if value}
        if not given:
            raise ValueError("file_input is missing. Give the id of an uploaded file.")
        if len(given) > 1:
            raise ValueError(
                "file_input and file_id name two files. Give one of them: a job has one file."
            )
        if (self.configuration is None) == (self.configuration_id is None):
            raise ValueError("Give either configuration or configuration_id.")
        return self

    @property
    def input_file(self) -> UUID:
        """The id of the file, from `file_input` or its older name."""
        return _read_file_id(self.file_input or self.file_id or "")


class ClassifyConfigurationResponse(BaseModel):
    """A configuration with its defaults filled in; `min_confidence` and `learn` are extensions."""

    rules: list[RuleResponse]
    mode: Literal["FAST"]
    parsing_configuration: ClassifyParsingResponse
    min_confidence: float | None = None
    learn: bool | None = None


class UsageResponse(BaseModel):
    """The cost of the job: always zero, because this server does not bill."""

    credits: float = 0
    parse_credits: float = 0


class ClassifyResponse(BaseModel):
    """A job of one file; COMPLETED, FAILED and CANCELLED are final.

    `document_input_value` is the older name of `file_input`. Extensions: `file_name`; `error` says
    why the file has no result; `warnings` names parts of the request that the server did not
    follow; `label` is what a person says that the file is; and the result has further fields.
    """

    id: UUID
    project_id: UUID
    user_id: str
    status: SingleStatus
    configuration: ClassifyConfigurationResponse
    configuration_id: str | None
    file_input: str
    document_input_type: Literal["file_id"] = "file_id"
    document_input_value: str
    file_name: str
    parse_job_id: None = None
    transaction_id: str | None
    result: VerdictResponse | None
    error_message: str | None
    error: FileErrorResponse | None
    warnings: list[str]
    label: LabelResponse | None = None
    usage: UsageResponse | None = None
    created_at: datetime
    updated_at: datetime


class DeletedResponse(BaseModel):
    """The id and the project of a deleted job."""

    id: UUID
    project_id: UUID
