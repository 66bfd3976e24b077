"""The verdict from the evidence: reasoning, candidates, quote, and null below `min_confidence`."""

import math
from collections.abc import Iterator
from dataclasses import replace

from app.jobs.values import Candidate, Verdict
from worker.classification.explanation.evidence import Evidence, ScoringEvidence
from worker.classification.explanation.reasoning import write_reasoning
from worker.classification.scoring.calibration import STEEPNESS

MAX_CANDIDATES = 3


def write_verdict(
    evidence: Evidence, chosen: str | None, confidence: float, min_confidence: float | None
) -> Verdict:
    """Return the verdict for the outcome `chosen`.

    A type with less than `min_confidence` becomes null and keeps its confidence.
    """
    scoring = evidence.scoring
    found = [Candidate(chosen, confidence)]
    if scoring is not None:
        found = sorted(
            _outcomes(scoring, evidence.catch_all),
            key=lambda each: (each.type != chosen, -each.confidence),
        )
    verdict = Verdict(
        type=chosen,
        confidence=confidence,
        reasoning=write_reasoning(evidence, chosen),
        candidates=tuple(
            replace(each, confidence=round(each.confidence, 4)) for each in found[:MAX_CANDIDATES]
        ),
        evidence=() if scoring is None or scoring.quote is None else (scoring.quote,),
    )
    return _require_confidence(verdict, min_confidence)


def _outcomes(scoring: ScoringEvidence, catch_all: str | None) -> Iterator[Candidate]:
    """Yield every possible outcome; null is named like the catch-all where there is one.

    The best rule and null have their own probabilities. The rest is divided among the other
    rules by their scores.
    """
    top, *others = scoring.ranking
    yield Candidate(top.type, scoring.match_probability, top.understood_as)
    yield Candidate(catch_all, scoring.null_probability)
    rest = max(0.0, 1 - scoring.match_probability - scoring.null_probability)
    weights = [math.exp(STEEPNESS * (rule.score - top.score)) for rule in others]
    for rule, weight in zip(others, weights, strict=True):
        yield Candidate(rule.type, rest * weight / sum(weights), rule.understood_as)


def _require_confidence(verdict: Verdict, minimum: float | None) -> Verdict:
    if verdict.type is None or minimum is None or verdict.confidence >= minimum:
        return verdict
    # Rounded down: 0.799 must not read 0.80.
    stated = math.floor(verdict.confidence * 100) / 100
    reasoning = (
        f'No type assigned: "{verdict.type}" has a confidence of {stated:.2f}, and the job asks'
        f" for at least {minimum:g} (min_confidence).\n{verdict.reasoning}"
    )
    return replace(verdict, type=None, reasoning=reasoning)
