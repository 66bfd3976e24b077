"""Rules and their examples on the wire, and what a job makes of them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from app.api.wire.ids import FileId
from app.api.wire.text import MAX_LIST
from app.errors import Unprocessable
from app.jobs.languages import LANGUAGES
from app.jobs.rule_checks import (
    MAX_DESCRIPTION,
    MAX_EXAMPLE_TEXT,
    MAX_JOB_EXAMPLES,
    MAX_RULE_EXAMPLES,
    MAX_TYPE,
    MIN_DESCRIPTION,
    check_text,
    check_type,
    find_repeated,
)
from app.jobs.values import Example, Rule
from app.settings import Settings

TypeName = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_TYPE), AfterValidator(check_type)
]


class ExampleRequest(BaseModel):
    """An example document of a rule's type: the id of an uploaded file, or a text."""

    file_id: FileId | None = None
    text: (
        Annotated[str, StringConstraints(max_length=MAX_EXAMPLE_TEXT), AfterValidator(check_text)]
        | None
    ) = None

    @model_validator(mode="after")
    def _check_choice(self) -> Self:
        if (self.file_id is None) == (self.text is None):
            raise ValueError("Give an example either file_id or text.")
        return self


class RuleRequest(BaseModel):
    """A document type and its description in plain language; `examples` is an extension."""

    type: TypeName
    description: Annotated[
        str,
        StringConstraints(min_length=MIN_DESCRIPTION, max_length=MAX_DESCRIPTION),
        AfterValidator(check_text),
    ]
    examples: Annotated[list[ExampleRequest], Field(max_length=MAX_RULE_EXAMPLES)] | None = None


def _check_rules(rules: list[RuleRequest]) -> list[RuleRequest]:
    if not rules:
        raise ValueError("Give at least one rule.")
    repeated = find_repeated([rule.type for rule in rules])
    if repeated:
        raise ValueError(f"Give each type one rule only. Repeated: {', '.join(repeated)}.")
    if sum(len(rule.examples or ()) for rule in rules) > MAX_JOB_EXAMPLES:
        raise ValueError(f"A job takes at most {MAX_JOB_EXAMPLES} examples. Leave some out.")
    return rules


def _check_language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"Unknown language. Use one of: {' '.join(LANGUAGES)}.")
    return value


Rules = Annotated[
    list[RuleRequest],
    Field(max_length=MAX_LIST, json_schema_extra={"minItems": 1}),
    AfterValidator(_check_rules),
]
Language = Annotated[
    str, AfterValidator(_check_language), Field(json_schema_extra={"enum": list(LANGUAGES)})
]
MinConfidence = Annotated[
    Annotated[float, Field(ge=0, le=1)] | None,
    Field(description="A type with a lower confidence becomes null."),
]
Learn = Annotated[
    bool | None,
    Field(
        description="Whether the labels of the project count: true always, false never, null only"
        " where a check over the labels finds that they help."
    ),
]


class Mode(StrEnum):
    """FAST reads the text; MULTIMODAL also looks at the layout of the page."""

    FAST = "FAST"
    MULTIMODAL = "MULTIMODAL"


class RuleResponse(BaseModel):
    type: str
    description: str


class ExampleResponse(BaseModel):
    """An example as the client gave it; either `file_id` or `text` is null."""

    file_id: UUID | None = None
    text: str | None = None


class RuleWithExamplesResponse(RuleResponse):
    examples: list[ExampleResponse] | None = None


def to_rules(rules: Sequence[RuleRequest]) -> tuple[Rule, ...]:
    """Return the rules of a job."""
    return tuple(Rule(rule.type, rule.description) for rule in rules)


def to_examples(rules: Sequence[RuleRequest]) -> tuple[Example, ...]:
    """Return the examples of all rules, in order."""
    return tuple(
        Example(rule.type, example.file_id, example.text or "")
        for rule in rules
        for example in rule.examples or ()
    )


def check_rule_count(
    settings: Settings, rules: Sequence[RuleRequest], location: tuple[str, ...]
) -> None:
    """Raise Unprocessable if there are more rules than the settings allow."""
    if len(rules) > settings.job_max_rules:
        raise Unprocessable(
            f"A job takes at most {settings.job_max_rules} rules, not {len(rules)}.",
            (*location, "rules"),
        )
