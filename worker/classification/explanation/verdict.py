"""The verdict from the evidence: reasoning, candidates, quote, and null below `min_confidence`."""

from app.jobs.values import Verdict
from worker.classification.explanation.evidence import Evidence
from worker.classification.explanation.outcome import find_outcome
from worker.classification.explanation.reasoning import write_reasoning

MAX_CANDIDATES = 3


def write_verdict(
    evidence: Evidence, chosen: str | None, confidence: float, min_confidence: float | None
) -> Verdict:
    """Return the verdict for the outcome `chosen`.

    A type with less than `min_confidence` becomes null and keeps its confidence.
    """
    outcome = find_outcome(evidence, chosen, confidence, min_confidence)
    scoring = evidence.scoring
    return Verdict(
        type=outcome.type,
        confidence=confidence,
        reasoning=write_reasoning(evidence, outcome).text,
        candidates=outcome.candidates[:MAX_CANDIDATES],
        evidence=() if scoring is None or scoring.quote is None else (scoring.quote,),
    )
