"""What the two published descriptions of the original API say of each answer, as strict models.

They are written by hand from the contract, not derived from the program, so that a mistake of the
program cannot hide in them. A field that is not here is refused. Fields below "extensions" exist
in this server only. JSON is read strictly: numbers are not texts, and times have an offset. A field
with a default may be missing; one that is not `| None` may never be null.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Item = TypeVar("Item")
Moment = AwareDatetime | None
Share = Annotated[float, Field(ge=0, le=1)]
Link = Annotated[str, StringConstraints(pattern=r"^https?://")]
FileErrorCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Page(Shape, Generic[Item]):
    items: list[Item]
    next_page_token: str | None
    total_size: int | None


class Sentence(Shape):
    """The body of every error but 422."""

    detail: Annotated[str, StringConstraints(min_length=1)]


class Problem(Shape):
    loc: list[str | int]
    msg: str
    type: str
    input: Any = None
    ctx: dict[str, Any] | None = None


class Problems(Shape):
    """The body of 422: the oldest client reads nothing else."""

    detail: Annotated[list[Problem], Field(min_length=1)]


class Candidate(Shape):
    type: str | None
    confidence: Share
    understood_as: list[str]


class Quote(Shape):
    page: Annotated[int, Field(ge=0)]
    quote: str


class Verdict(Shape):
    type: str | None
    confidence: Share
    reasoning: str
    # extensions
    candidates: Annotated[list[Candidate], Field(max_length=3)]
    evidence: list[Quote]
    summary: str | None
    reasons: list[str]
    details: str | None


class FileError(Shape):
    code: FileErrorCode
    message: str


class Rule(Shape):
    type: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    description: Annotated[str, StringConstraints(min_length=10, max_length=500)]


class ParsingV1(Shape):
    lang: str
    max_pages: int | None
    target_pages: Annotated[list[int], Field(min_length=1)] | None


class JobV1(Shape):
    id: UUID
    project_id: UUID
    user_id: str
    status: Literal["PENDING", "SUCCESS", "ERROR", "PARTIAL_SUCCESS", "CANCELLED"]
    rules: Annotated[list[Rule], Field(min_length=1)]
    mode: Literal["FAST", "MULTIMODAL"]
    parsing_configuration: ParsingV1
    created_at: Moment
    updated_at: Moment
    effective_at: AwareDatetime
    job_record_id: str | None
    error_message: str | None
    # extensions
    min_confidence: Share | None
    learn: bool | None
    file_count: Annotated[int, Field(ge=1)]
    ended_count: Annotated[int, Field(ge=0)]
    failed_count: Annotated[int, Field(ge=0)]


class Label(Shape):
    type: str | None
    author: str
    created_at: Moment
    updated_at: Moment


class ItemV1(Shape):
    id: UUID
    classify_job_id: UUID
    file_id: UUID
    created_at: Moment
    updated_at: Moment
    result: Verdict | None
    # extensions
    file_name: str
    error: FileError | None
    label: Label | None


class ResultsV1(Shape):
    """All items at once: no client asks for a second page."""

    items: list[ItemV1]
    next_page_token: None
    total_size: int | None


class Presigned(Shape):
    url: Link
    expires_at: AwareDatetime
    form_fields: dict[str, str] | None


class PresignedUpload(Presigned):
    file_id: UUID


class FileV1(Shape):
    id: UUID
    name: str
    project_id: UUID
    external_file_id: str | None
    file_size: Annotated[int, Field(ge=0)] | None
    file_type: str | None
    created_at: Moment
    updated_at: Moment
    last_modified_at: Moment
    expires_at: Moment
    purpose: str | None
    data_source_id: UUID | None
    resource_info: dict[str, Any] | None
    permission_info: dict[str, Any] | None


class FileV2(Shape):
    id: UUID
    name: str
    project_id: UUID
    external_file_id: str | None
    file_type: str | None
    purpose: str | None
    expires_at: Moment
    last_modified_at: Moment
    download_url: Presigned | None


class Project(Shape):
    id: UUID
    name: str
    organization_id: UUID
    is_default: bool
    created_at: Moment
    updated_at: Moment


class Organization(Shape):
    id: UUID
    name: str


class ParsingV2(Shape):
    lang: str
    max_pages: Annotated[int, Field(ge=1)] | None
    target_pages: str | None


class ConfigurationV2(Shape):
    rules: Annotated[list[Rule], Field(min_length=1)]
    mode: Literal["FAST"]
    parsing_configuration: ParsingV2
    # extensions
    min_confidence: Share | None
    learn: bool | None


class Usage(Shape):
    credits: float
    parse_credits: float


class JobV2(Shape):
    id: UUID
    project_id: UUID
    user_id: str
    status: Literal["PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"]
    configuration: ConfigurationV2
    configuration_id: Annotated[str, StringConstraints(pattern=r"^cfg-[0-9a-f-]{36}$")] | None
    file_input: str
    document_input_type: Literal["file_id", "parse_job_id", "url"]
    document_input_value: str
    parse_job_id: str | None
    transaction_id: str | None
    error_message: str | None
    result: Verdict | None
    usage: Usage | None
    created_at: Moment
    updated_at: Moment
    # extensions
    file_name: str
    error: FileError | None
    warnings: list[str]
    label: Label | None


class DeletedV2(Shape):
    id: UUID
    project_id: UUID


class Example(Shape):
    file_id: UUID | None
    text: str | None


class SavedRule(Rule):
    # extensions
    examples: list[Example] | None


class Parameters(Shape):
    product_type: Literal["classify_v2"]
    rules: Annotated[list[SavedRule], Field(min_length=1)]
    mode: Literal["FAST"]
    parsing_configuration: ParsingV2
    # extensions
    min_confidence: Share | None
    learn: bool | None


class SavedConfiguration(Shape):
    id: Annotated[str, StringConstraints(pattern=r"^cfg-[0-9a-f-]{36}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    product_type: Literal["classify_v2"]
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT.*[+]00:00$")]
    parameters: Parameters
    created_at: Moment
    updated_at: Moment


class SavedWebhook(Shape):
    id: UUID
    tenant_id: UUID
    tenant_type: Literal["project"]
    webhook_url: str
    has_secret: bool
    webhook_events: Annotated[list[str], Field(min_length=1)] | None
    webhook_headers: None
    webhook_output_format: Literal["string", "json"] | None
    created_at: Moment
    updated_at: Moment
    # extensions
    webhook_payload: Literal["ids", "results"]
    has_headers: bool
