"""The wire form of classification jobs, version 2."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, JsonValue, StringConstraints, model_validator

from app.api.v1.schemas import (
    DetailedVerdictResponse,
    FileErrorResponse,
    MinConfidence,
    RuleResponse,
    Rules,
    RuleWithExamplesResponse,
    WebhookModel,
)
from app.api.v2.ids import NO_PARSE_JOBS, ConfigurationId, read_file_id
from app.api.wire.text import require_storable
from app.errors import Unprocessable
from app.jobs import language_tags
from app.jobs.page_ranges import parse_ranges
from app.jobs.single import SingleStatus
from app.settings import Settings

MAX_WEBHOOKS = 20
# Pydantic's own mark would warn whenever we look at the field.
OLDER_NAME: dict[str, JsonValue] = {"deprecated": True}


def _check_ranges(value: str) -> str:
    parse_ranges(value)
    return value


def _check_input(value: str) -> str:
    read_file_id(value)
    return value


def _refuse_parse_job(value: str | None) -> str | None:
    if value is not None:
        raise ValueError(NO_PARSE_JOBS)
    return value


def _to_utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment lies outside of the calendar") from None


FileInput = Annotated[str, StringConstraints(max_length=200), AfterValidator(_check_input)]
TransactionId = Annotated[
    str, StringConstraints(min_length=1, max_length=255), AfterValidator(require_storable)
]
Moment = Annotated[datetime, AfterValidator(_to_utc)]


class ParsingConfigurationModel(BaseModel):
    """Which pages are read, and the language that scans are read in."""

    lang: (
        Annotated[str, StringConstraints(max_length=100), AfterValidator(require_storable)] | None
    ) = Field(
        language_tags.DEFAULT,
        description="A language such as en, pt-BR or zh-TW. One that this server does not know "
        "is no error: the answer's `warnings` say so.",
    )
    max_pages: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        None, description="The first so many pages; null means all."
    )
    target_pages: Annotated[str, AfterValidator(_check_ranges)] | None = Field(
        None,
        description="Exactly these pages, counted from 1, such as 1,3-5; max_pages is ignored "
        "then.",
    )


class ClassifyConfigurationModel(BaseModel):
    """Rules, and which pages are read.

    `min_confidence` and the rules' `examples` are extensions.
    """

    rules: Rules
    mode: Literal["FAST"] | None = "FAST"
    parsing_configuration: ParsingConfigurationModel | None = None
    min_confidence: MinConfidence = None


class ClassifyRequest(BaseModel):
    """What POST /api/v2/classify takes: one file, and either a configuration or a saved one's id.

    `file_id` is the older name of `file_input`.
    """

    file_input: FileInput | None = Field(
        None, description="The id of an uploaded file: a UUID, or dfl-<uuid>."
    )
    file_id: FileInput | None = Field(None, json_schema_extra=OLDER_NAME)
    parse_job_id: Annotated[str | None, AfterValidator(_refuse_parse_job)] = Field(
        None,
        description="Refused: this server has no parse jobs.",
        json_schema_extra=OLDER_NAME,
    )
    configuration: ClassifyConfigurationModel | None = None
    configuration_id: ConfigurationId | None = Field(
        None, description="The id of a saved configuration: cfg-<uuid>, or a bare UUID."
    )
    transaction_id: TransactionId | None = Field(
        None,
        description="An idempotency key within the project: used again, it gives the job that it "
        "made, whatever else the request says.",
    )
    webhook_configurations: Annotated[list[WebhookModel], Field(max_length=MAX_WEBHOOKS)] | None = (
        None
    )
    webhook_configuration_ids: Annotated[list[UUID], Field(max_length=MAX_WEBHOOKS)] | None = Field(
        None, description="Ids of saved webhooks; the job keeps a copy of each."
    )

    @model_validator(mode="after")
    def _check_choices(self) -> Self:
        given = {read_file_id(value) for value in (self.file_input, self.file_id) if value}
        if not given:
            raise ValueError("file_input is missing: the id of an uploaded file")
        if len(given) > 1:
            raise ValueError("file_input and file_id name two files: a job takes one")
        if (self.configuration is None) == (self.configuration_id is None):
            raise ValueError("give either configuration or configuration_id")
        return self

    @property
    def input_file(self) -> UUID:
        """The file, whichever field names it."""
        return read_file_id(self.file_input or self.file_id or "")


class ParsingConfigurationResponse(BaseModel):
    lang: str
    max_pages: int | None
    target_pages: str | None


class ClassifyConfigurationResponse(BaseModel):
    """A configuration with its defaults filled in; `min_confidence` is an extension."""

    rules: list[RuleResponse]
    mode: Literal["FAST"]
    parsing_configuration: ParsingConfigurationResponse
    min_confidence: float | None = None


class ParametersResponse(BaseModel):
    """A saved configuration's parameters; `min_confidence` and `examples` are extensions."""

    product_type: Literal["classify_v2"]
    rules: list[RuleWithExamplesResponse]
    mode: Literal["FAST"]
    parsing_configuration: ParsingConfigurationResponse
    min_confidence: float | None = None


class UsageResponse(BaseModel):
    """What the job cost: nothing, because this server does not bill."""

    credits: float = 0
    parse_credits: float = 0


class ClassifyResponse(BaseModel):
    """A job of one file; COMPLETED, FAILED and CANCELLED are final.

    `document_input_value` is the older name of `file_input`. `error` and `warnings` are
    extensions: why the file has no result, and what of the request could not be followed. So are
    `candidates` and `evidence` of the result, as in version 1.
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
    parse_job_id: None = None
    transaction_id: str | None
    result: DetailedVerdictResponse | None
    error_message: str | None
    error: FileErrorResponse | None
    warnings: list[str]
    usage: UsageResponse | None = None
    created_at: datetime
    updated_at: datetime


class ClassifyListResponse(BaseModel):
    items: list[ClassifyResponse]
    next_page_token: str | None = None
    total_size: int | None = None


class DeletedResponse(BaseModel):
    """Which job was deleted, and whose it was."""

    id: UUID
    project_id: UUID


def check_rule_count(settings: Settings, rules: Rules, location: tuple[str, ...]) -> None:
    """Raise Unprocessable when there are more rules than the server's settings allow."""
    if len(rules) > settings.job_max_rules:
        raise Unprocessable(
            f"A job takes at most {settings.job_max_rules} rules, not {len(rules)}.",
            (*location, "rules"),
        )


def dump_configuration(configuration: ClassifyConfigurationModel) -> dict[str, Any]:
    """Return a configuration as it is stored, with every default filled in."""
    parsing = configuration.parsing_configuration or ParsingConfigurationModel()
    return {
        "rules": [rule.model_dump(mode="json", exclude_none=True) for rule in configuration.rules],
        "mode": "FAST",
        "parsing_configuration": {
            "lang": parsing.lang or language_tags.DEFAULT,
            "max_pages": parsing.max_pages,
            "target_pages": parsing.target_pages,
        },
        "min_confidence": configuration.min_confidence,
    }
