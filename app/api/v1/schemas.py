"""The wire form of classification jobs, version 1."""

import re
from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.api.wire.ids import FileId
from app.api.wire.text import Text, require_storable
from app.errors import FileErrorCode
from app.jobs.languages import LANGUAGES
from app.jobs.models import JobStatus
from app.jobs.values import Example

TYPE_PATTERN = re.compile(r"[\w \-]*[^\W_][\w \-]*")


def _check_type(value: str) -> str:
    if not TYPE_PATTERN.fullmatch(value):
        raise ValueError(
            "a type consists of letters, digits, spaces, hyphens and underscores, at least one "
            "of them a letter or digit"
        )
    return value


def _check_text(value: str) -> str:
    require_storable(value)
    if not value.strip():
        raise ValueError("a description of blanks says nothing")
    return value


class RuleModel(BaseModel):
    """One document type in the user's words."""

    type: Annotated[
        str, StringConstraints(min_length=1, max_length=50), AfterValidator(_check_type)
    ]
    description: Annotated[
        str, StringConstraints(min_length=10, max_length=500), AfterValidator(_check_text)
    ]


def _check_unique(rules: list[RuleModel]) -> list[RuleModel]:
    repeated = [name for name, count in Counter(rule.type for rule in rules).items() if count > 1]
    if repeated:
        raise ValueError(f"each type may have one rule only; repeated: {', '.join(repeated)}")
    return rules


class Mode(StrEnum):
    """FAST reads the text; MULTIMODAL also looks at the page."""

    FAST = "FAST"
    MULTIMODAL = "MULTIMODAL"


def _check_language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"unknown language; one of: {' '.join(LANGUAGES)}")
    return value


Language = Annotated[
    str, AfterValidator(_check_language), Field(json_schema_extra={"enum": list(LANGUAGES)})
]
PageIndex = Annotated[int, Field(ge=0)]


class ParsingConfigurationModel(BaseModel):
    """Which pages are read, and the language that scans are read in."""

    lang: Language = "en"
    max_pages: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(
        5, description="The first so many pages; null or 0 means all."
    )
    target_pages: Annotated[list[PageIndex], Field(min_length=1, max_length=10_000)] | None = Field(
        None, description="Exactly these pages, counted from 0; max_pages is ignored then."
    )


WebhookUrl = Annotated[
    str, StringConstraints(max_length=2083, pattern=r"^https?:"), AfterValidator(require_storable)
]


class WebhookModel(BaseModel):
    """Where to send events, and how. Unknown keys are refused, as the original API did.

    `webhook_payload` is an extension: "results" adds the job's status, counts and verdicts.
    """

    model_config = ConfigDict(extra="forbid")

    webhook_url: WebhookUrl | None = None
    webhook_headers: dict[str, Any] | None = None
    webhook_events: list[Text] | None = None
    webhook_output_format: Literal["string", "json"] | None = None
    webhook_signing_secret: Text | None = None
    webhook_payload: Literal["ids", "results"] | None = None


MAX_RULE_EXAMPLES = 5
MAX_JOB_EXAMPLES = 60
MAX_EXAMPLE_TEXT = 4000


class ExampleModel(BaseModel):
    """A document of a rule's type: a file by its id, or the text of one."""

    file_id: FileId | None = None
    text: (
        Annotated[str, StringConstraints(max_length=MAX_EXAMPLE_TEXT), AfterValidator(_check_text)]
        | None
    ) = None

    @model_validator(mode="after")
    def _check_choice(self) -> Self:
        if (self.file_id is None) == (self.text is None):
            raise ValueError("an example has either file_id or text")
        return self


class RuleWithExamplesModel(RuleModel):
    """One document type in the user's words, and what such documents look like (an extension)."""

    examples: Annotated[list[ExampleModel], Field(max_length=MAX_RULE_EXAMPLES)] | None = None


def _check_rules(rules: list[RuleWithExamplesModel]) -> list[RuleWithExamplesModel]:
    _check_unique([*rules])
    if sum(len(rule.examples or ()) for rule in rules) > MAX_JOB_EXAMPLES:
        raise ValueError(f"a job takes at most {MAX_JOB_EXAMPLES} examples")
    return rules


Rules = Annotated[list[RuleWithExamplesModel], Field(min_length=1), AfterValidator(_check_rules)]
MinConfidence = Annotated[
    Annotated[float, Field(ge=0, le=1)] | None,
    Field(description="A type that is less sure than this becomes null."),
]


class ClassifyJobRequest(BaseModel):
    """What POST /api/v1/classifier/jobs takes.

    `min_confidence` and the rules' `examples` are extensions.
    """

    file_ids: Annotated[list[FileId], Field(min_length=1)]
    rules: Rules
    mode: Mode = Mode.FAST
    parsing_configuration: ParsingConfigurationModel = Field(
        default_factory=ParsingConfigurationModel
    )
    webhook_configurations: Annotated[list[WebhookModel], Field(max_length=20)] = Field(
        default_factory=list
    )
    min_confidence: MinConfidence = None

    def all_examples(self) -> tuple[Example, ...]:
        """Return the examples of every rule, in order."""
        return tuple(
            Example(rule.type, example.file_id, example.text or "")
            for rule in self.rules
            for example in rule.examples or ()
        )


class RuleResponse(BaseModel):
    type: str
    description: str


class ExampleResponse(BaseModel):
    """An example, as it was given: one of the two is null."""

    file_id: UUID | None = None
    text: str | None = None


class RuleWithExamplesResponse(RuleResponse):
    examples: list[ExampleResponse] | None = None


class ParsingConfigurationResponse(BaseModel):
    lang: str
    max_pages: int | None
    target_pages: list[int] | None


class ClassifyJobResponse(BaseModel):
    """A job; every status but PENDING is final."""

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
    min_confidence: float | None = None
    error_message: str | None = None


class ClassifyJobListResponse(BaseModel):
    items: list[ClassifyJobResponse]
    next_page_token: str | None = None
    total_size: int | None = None


class VerdictResponse(BaseModel):
    """The best type, or null when no rule fits, how sure that is (0 to 1), and why."""

    type: str | None
    confidence: float
    reasoning: str


class CandidateResponse(BaseModel):
    """A possible outcome, null for "no rule fits", and its share of the probability."""

    type: str | None
    confidence: float


class QuoteResponse(BaseModel):
    """Words of the document that speak for its type; pages are counted from 0."""

    page: int
    quote: str


class DetailedVerdictResponse(VerdictResponse):
    """A verdict with two extensions: what else it could be, and words that speak for it.

    Both are empty where nothing could be read.
    """

    candidates: list[CandidateResponse]
    evidence: list[QuoteResponse]


class FileErrorResponse(BaseModel):
    """Why one file has no result: a code for programs, a sentence for people."""

    code: FileErrorCode
    message: str


class ResultResponse(BaseModel):
    """One entry of `file_ids`; `result` is null while it waits, and when the file failed.

    `error` is an extension: the original API told failures in the job's error_message only.
    """

    id: UUID
    classify_job_id: UUID
    file_id: UUID
    created_at: datetime
    updated_at: datetime
    result: DetailedVerdictResponse | None = None
    error: FileErrorResponse | None = None


class ResultListResponse(BaseModel):
    """Every item of a job, in the order of its `file_ids`; there is never a second page."""

    items: list[ResultResponse]
    next_page_token: None = None
    total_size: int | None = None
