"""Verdicts and errors of single files on the wire."""

from typing import Any

from pydantic import BaseModel

from app.errors import FileErrorCode


class CandidateResponse(BaseModel):
    """A possible type and its probability; the type null stands for "no rule fits"."""

    type: str | None
    confidence: float


class QuoteResponse(BaseModel):
    """Words of the document that support its type; pages are counted from 0."""

    page: int
    quote: str


class VerdictResponse(BaseModel):
    """The type of a document, or null when no rule fits, with its confidence (0 to 1) and reasons.

    `candidates` (the possible types) and `evidence` (words that support the type) are extensions.
    Both are empty when the document has no readable text.
    """

    type: str | None
    confidence: float
    reasoning: str
    candidates: list[CandidateResponse]
    evidence: list[QuoteResponse]


class FileErrorResponse(BaseModel):
    """Why a file has no result: a code for programs and a sentence for people."""

    code: FileErrorCode
    message: str


def verdict_response(
    verdict: tuple[str | None, float, str],
    candidates: list[dict[str, Any]] | None,
    evidence: list[dict[str, Any]] | None,
) -> VerdictResponse:
    """Return the wire form of a verdict (type, confidence, reasoning) and its extensions."""
    type_, confidence, reasoning = verdict
    return VerdictResponse(
        type=type_,
        confidence=confidence,
        reasoning=reasoning,
        candidates=[CandidateResponse(**each) for each in candidates or ()],
        evidence=[QuoteResponse(**each) for each in evidence or ()],
    )


def file_error_response(error: tuple[str, str]) -> FileErrorResponse:
    """Return the wire form of a file's error (code, sentence)."""
    code, message = error
    return FileErrorResponse(code=FileErrorCode(code), message=message)
