"""What the classifier answers."""

from dataclasses import dataclass

from worker.classification.explanation.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """The type as the rule spelt it, or None when no rule fits and there is no catch-all.

    `confidence` is the calibrated probability, 0 to 1, that this outcome is right; `reasoning`
    is text in steps, its first line a summary; `evidence` holds the numbers in it.
    """

    type: str | None
    confidence: float
    reasoning: str
    evidence: Evidence
