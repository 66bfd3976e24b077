"""The outcome of a verdict among the possible ones."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.jobs.values import Candidate
from worker.classification.explanation.bands import Band, band_of
from worker.classification.explanation.evidence import Evidence, ScoringEvidence
from worker.classification.scoring.calibration import STEEPNESS

# An outcome that is less probable is not worth a word in the summary.
_CLOSE = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was chosen: a type, or None when no rule fits and there is no catch-all.

    `confidence` is the probability that it is right. `candidates` has every possible outcome, the
    chosen one first, then the most probable ones. `minimum` is the least confidence that the job
    asks for.
    """

    chosen: str | None
    confidence: float
    candidates: tuple[Candidate, ...]
    minimum: float | None

    @property
    def type(self) -> str | None:
        """The type that the client gets: null below the minimum."""
        return None if self.is_below_minimum else self.chosen

    @property
    def is_below_minimum(self) -> bool:
        """Whether the chosen type is not sure enough for the job."""
        return (
            self.chosen is not None and self.minimum is not None and self.confidence < self.minimum
        )

    @property
    def band(self) -> Band:
        """The word for the confidence."""
        return band_of(self.confidence)

    @property
    def runner_up(self) -> Candidate | None:
        """The second most probable outcome, if it is probable enough to be checked."""
        second = next(iter(self.candidates[1:]), None)
        return second if second is not None and second.confidence >= _CLOSE else None


def find_outcome(
    evidence: Evidence, chosen: str | None, confidence: float, minimum: float | None
) -> Outcome:
    """Return the outcome `chosen` beside the other possible ones."""
    scoring = evidence.scoring
    found: Sequence[Candidate] = (Candidate(chosen, confidence),)
    if scoring is not None:
        found = sorted(
            _outcomes(evidence, scoring),
            key=lambda each: (each.type != chosen, -each.confidence),
        )
    rounded = tuple(
        Candidate(each.type, round(each.confidence, 4), each.understood_as) for each in found
    )
    return Outcome(chosen, confidence, rounded, minimum)


def _outcomes(evidence: Evidence, scoring: ScoringEvidence) -> Iterator[Candidate]:
    """Yield every possible outcome; null is named like the catch-all where there is one.

    The best rule and null have their own probabilities, which two models state: the outcome that
    was not chosen has at most what the chosen one leaves. The rest is divided among the other
    rules by their scores; what lost parts may change is given to none.
    """
    top, *others = scoring.ranking
    known, match, null = evidence.known_share, scoring.match_probability, scoring.null_probability
    if scoring.is_null:
        match = min(match, max(0.0, known - null))
    else:
        null = min(null, max(0.0, known - match))
    yield Candidate(top.type, match, top.understood_as)
    yield Candidate(evidence.catch_all, null)
    rest = max(0.0, known - match - null)
    weights = [math.exp(STEEPNESS * (rule.score - top.score)) for rule in others]
    total = sum(weights)
    for rule, weight in zip(others, weights, strict=True):
        # No rule is more probable than the best one.
        probability = min(rest * weight / total, match)
        yield Candidate(rule.type, probability, rule.understood_as)
