"""Verdicts and errors of single files on the wire."""

from pydantic import BaseModel

from app.errors import FileErrorCode
from app.jobs.values import FileFailure, Verdict


class CandidateResponse(BaseModel):
    """A possible type and its probability; the type null stands for "no rule fits".

    `understood_as` names the built-in types that the rule was taken to mean.
    """

    type: str | None
    confidence: float
    understood_as: list[str]


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


def verdict_response(verdict: Verdict) -> VerdictResponse:
    """Return the wire form of a verdict."""
    return VerdictResponse(
        type=verdict.type,
        confidence=verdict.confidence,
        reasoning=verdict.reasoning,
        candidates=[
            CandidateResponse(
                type=each.type,
                confidence=each.confidence,
                understood_as=list(each.understood_as),
            )
            for each in verdict.candidates
        ],
        evidence=[QuoteResponse(page=each.page, quote=each.quote) for each in verdict.evidence],
    )


def file_error_response(failure: FileFailure) -> FileErrorResponse:
    """Return the wire form of a file's error."""
    return FileErrorResponse(code=failure.code, message=failure.sentence)
