"""A configuration of a job of version 2, given with the job or saved for later ones."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from app.api.wire.rules import Learn, MinConfidence, Rules
from app.jobs.languages import DEFAULT_LANGUAGE
from app.jobs.pages import parse_ranges
from app.text import require_storable


def _check_ranges(value: str) -> str:
    parse_ranges(value)
    return value


class ClassifyParsingRequest(BaseModel):
    """Which pages are read, and the language of scans."""

    lang: (
        Annotated[str, StringConstraints(max_length=100), AfterValidator(require_storable)] | None
    ) = Field(
        DEFAULT_LANGUAGE,
        description="A language such as en, pt-BR or zh-TW. For a language that this server does "
        "not know, scans are read as English and the answer's `warnings` say so. Without it, scans "
        "are read as English, or in the language that their pages show.",
    )
    max_pages: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        None, description="The number of pages to read from the beginning; null means all."
    )
    target_pages: Annotated[str, AfterValidator(_check_ranges)] | None = Field(
        None,
        description="The pages to read, counted from 1, such as 1,3-5; max_pages is ignored then.",
    )

    @property
    def given_lang(self) -> str | None:
        """The language that the client gave, None if it gave none."""
        return self.lang or None if "lang" in self.model_fields_set else None


class ClassifyConfigurationRequest(BaseModel):
    """Rules, and which pages are read.

    `min_confidence`, `learn` and the rules' `examples` are extensions.
    """

    rules: Rules
    mode: Literal["FAST"] | None = "FAST"
    parsing_configuration: ClassifyParsingRequest | None = None
    min_confidence: MinConfidence = None
    learn: Learn = None

    @property
    def parsing(self) -> ClassifyParsingRequest:
        """The parsing configuration, or its defaults."""
        return self.parsing_configuration or ClassifyParsingRequest()

    def to_parameters(self) -> dict[str, Any]:
        """Return the configuration as it is stored, with the defaults of all but the language."""
        parsing = self.parsing
        return {
            "rules": [rule.model_dump(mode="json", exclude_none=True) for rule in self.rules],
            "mode": "FAST",
            "parsing_configuration": {
                "lang": parsing.given_lang,
                "max_pages": parsing.max_pages,
                "target_pages": parsing.target_pages,
            },
            "min_confidence": self.min_confidence,
            "learn": self.learn,
        }


def _fill_language(value: str | None) -> str:
    return value or DEFAULT_LANGUAGE


class ClassifyParsingResponse(BaseModel):
    lang: Annotated[str, BeforeValidator(_fill_language)]
    max_pages: int | None
    target_pages: str | None
