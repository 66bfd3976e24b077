"""What is stored of a verdict: its words, what else it could be, and what speaks for it."""

import math
from collections.abc import Mapping, Sequence

from app.jobs.completion import Classified
from worker.classification.scoring.calibration import STEEPNESS
from worker.classification.verdict import Verdict

CANDIDATES = 3


def outcome_of(verdict: Verdict, min_confidence: float | None, version: str) -> Classified:
    """Return the outcome of a file, its type null where that is less sure than the job asks.

    The confidence stays that of the type which was the best.
    """
    type_, reasoning = verdict.type, verdict.reasoning
    if type_ is not None and min_confidence is not None and verdict.confidence < min_confidence:
        reasoning = (
            f'No type assigned: "{type_}" has a confidence of {_floored(verdict.confidence)}, and'
            f" the job asks for at least {min_confidence:g} (min_confidence).\n{reasoning}"
        )
        type_ = None
    scoring = verdict.evidence.scoring
    quote = None if scoring is None else scoring.quote
    return Classified(
        type=type_,
        confidence=verdict.confidence,
        reasoning=storable(reasoning),
        engine_version=version,
        candidates=candidates_of(verdict),
        evidence=[] if quote is None else [{"page": quote.page, "quote": storable(quote.text)}],
    )


def candidates_of(verdict: Verdict) -> Sequence[Mapping[str, object]]:
    """Return up to three possible outcomes, the chosen one first, then the likeliest.

    The best rule and null have their own probabilities; what they leave is shared out among the
    other rules by their scores. Null has the name of the catch-all where there is one.
    """
    scoring = verdict.evidence.scoring
    if scoring is None:
        return [_candidate(verdict.type, verdict.confidence)]
    top, *others = scoring.ranking
    left = max(0.0, 1 - scoring.match_probability - scoring.null_probability)
    weights = [math.exp(STEEPNESS * (rule.score - top.score)) for rule in others]
    shares = [left * weight / sum(weights) for weight in weights]
    found = [
        (top.type, scoring.match_probability),
        (verdict.evidence.catch_all, scoring.null_probability),
        *zip((rule.type for rule in others), shares, strict=True),
    ]
    found.sort(key=lambda each: (each[0] != verdict.type, -each[1]))
    return [_candidate(*each) for each in found[:CANDIDATES]]


def storable(text: str) -> str:
    """Return text that every database takes: no NUL, no lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _candidate(type_: str | None, confidence: float) -> Mapping[str, object]:
    return {"type": type_, "confidence": round(confidence, 4)}


def _floored(confidence: float) -> str:
    """Return two digits that are never more than the number: 0.799 must not read 0.80."""
    return f"{math.floor(confidence * 100) / 100:.2f}"
