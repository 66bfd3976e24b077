"""The likeliest outcomes of a document and their probabilities."""

import math

from app.jobs.values import Candidate
from worker.classification.explanation.evidence import ScoringEvidence
from worker.classification.scoring.calibration import STEEPNESS

MAX_CANDIDATES = 3


def find_candidates(
    scoring: ScoringEvidence, chosen: str | None, catch_all: str | None
) -> tuple[Candidate, ...]:
    """Return up to three possible outcomes, the chosen one first, then the likeliest.

    The best rule and null have their own probabilities. The rest is divided among the other
    rules by their scores. Null is named like the catch-all where there is one.
    """
    top, *others = scoring.ranking
    left = max(0.0, 1 - scoring.match_probability - scoring.null_probability)
    weights = [math.exp(STEEPNESS * (rule.score - top.score)) for rule in others]
    found = [
        Candidate(top.type, scoring.match_probability),
        Candidate(catch_all, scoring.null_probability),
        *(
            Candidate(rule.type, left * weight / sum(weights))
            for rule, weight in zip(others, weights, strict=True)
        ),
    ]
    found.sort(key=lambda each: (each.type != chosen, -each.confidence))
    return tuple(rounded(each) for each in found[:MAX_CANDIDATES])


def rounded(candidate: Candidate) -> Candidate:
    """Return the candidate with four decimals."""
    return Candidate(candidate.type, round(candidate.confidence, 4))
