"""The reasoning in three layers, written from the evidence only."""

from app.jobs.reasoning import Reasoning
from worker.classification.explanation.details import write_details
from worker.classification.explanation.evidence import Evidence
from worker.classification.explanation.outcome import Outcome
from worker.classification.explanation.reasons import write_reasons
from worker.classification.explanation.summary import write_summary


def write_reasoning(evidence: Evidence, outcome: Outcome) -> Reasoning:
    """Return the summary, the reasons and the details of an outcome."""
    return Reasoning.of(
        write_summary(evidence, outcome),
        write_reasons(evidence, outcome),
        write_details(evidence, outcome.confidence),
    )
