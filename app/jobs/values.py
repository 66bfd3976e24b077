"""The values that the API, the store and the workers pass to each other: rules, verdicts, errors.

`to_json` and `from_json` are the forms in which rows store them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self
from uuid import UUID

from app.errors import FileErrorCode


class ApiVersion(IntEnum):
    """The version of the API that a job was made with; the other version does not show it."""

    V1 = 1
    V2 = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """One document type in the user's words."""

    type: str
    description: str

    def to_json(self) -> dict[str, str]:
        """Return the form in which a job stores the rule."""
        return {"type": self.type, "description": self.description}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the rule that a job or a configuration stores; other fields are ignored."""
        return cls(stored["type"], stored["description"])


@dataclass(frozen=True, slots=True)
class Example:
    """What a document of a type looks like: an uploaded file, or a text if `file_id` is None."""

    type: str
    file_id: UUID | None = None
    text: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the form in which a job stores the example, below its type."""
        return {"text": self.text} if self.file_id is None else {"file_id": str(self.file_id)}

    @classmethod
    def from_json(cls, type_: str, stored: Mapping[str, str]) -> Self:
        """Return the example that a job or a configuration stores below a type."""
        file_id = stored.get("file_id")
        return cls(type_, None if file_id is None else UUID(file_id), stored.get("text", ""))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible outcome and its probability, 0 to 1. The type None means that no rule fits.

    `understood_as` names the built-in types that the rule means; empty if it means none of them.
    """

    type: str | None
    confidence: float
    understood_as: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the form in which a result stores the candidate."""
        return {
            "type": self.type,
            "confidence": self.confidence,
            "understood_as": list(self.understood_as),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the candidate that a result stores; older results lack `understood_as`."""
        return cls(stored["type"], stored["confidence"], tuple(stored.get("understood_as") or ()))


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the document that support the verdict, and their page, counted from 0."""

    page: int
    quote: str

    def to_json(self) -> dict[str, object]:
        """Return the form in which a result stores the quote."""
        return {"page": self.page, "quote": self.quote}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the quote that a result stores."""
        return cls(stored["page"], stored["quote"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """The type as the rule spells it, or None when no rule fits and there is no catch-all.

    `confidence` is the calibrated probability, 0 to 1, that the type is right. `reasoning` is
    a text in layers (`app.jobs.reasoning`). `candidates` has the chosen outcome first, then the
    most probable ones.
    """

    type: str | None
    confidence: float
    reasoning: str
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class FileFailure:
    """Why a file has no verdict: a code for programs and a sentence to stand after its name."""

    code: FileErrorCode
    sentence: str


def group_examples(examples: Sequence[Example]) -> dict[str, list[dict[str, str]]] | None:
    """Return the examples as a job stores them: by type, None when there are none."""
    by_type: dict[str, list[dict[str, str]]] = {}
    for example in examples:
        by_type.setdefault(example.type, []).append(example.to_json())
    return by_type or None


def read_examples(
    stored: Mapping[str, Iterable[Mapping[str, str]]] | None,
) -> tuple[Example, ...]:
    """Return the examples that a job stores, those of one type together."""
    return tuple(
        Example.from_json(type_, each) for type_, group in (stored or {}).items() for each in group
    )
