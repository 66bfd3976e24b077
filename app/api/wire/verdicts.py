"""Verdicts and errors of single files on the wire."""

from pydantic import BaseModel

from app.errors import FileErrorCode
from app.jobs.reasoning import Reasoning
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

    `reasoning` is a text in three layers. All other fields are extensions: `candidates` are the
    possible types and `evidence` is words that support the type, both empty when the document has
    no readable text. `summary`, `reasons` and `details` are the layers of the reasoning: the
    verdict and what to do, the evidence in words, and the numbers. In results that are older than
    the layers, `summary` and `details` are null.
    """

    type: str | None
    confidence: float
    reasoning: str
    summary: str | None
    reasons: list[str]
    details: str | None
    candidates: list[CandidateResponse]
    evidence: list[QuoteResponse]


class FileErrorResponse(BaseModel):
    """Why a file has no result: a code for programs and a sentence for people."""

    code: FileErrorCode
    message: str


def verdict_response(verdict: Verdict) -> VerdictResponse:
    """Return the wire form of a verdict."""
    layers = Reasoning.from_text(verdict.reasoning)
    return VerdictResponse(
        type=verdict.type,
        confidence=verdict.confidence,
        reasoning=verdict.reasoning,
        summary=layers and layers.summary,
        reasons=list(layers.reasons) if layers else [],
        details=layers and layers.details,
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
