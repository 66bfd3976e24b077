"""Documents with scores that are easy to reckon with."""

from benchmarks.accuracy.folds import Scored
from tests.unit.worker.classification.plain_scores import logistic_of_top, plain_scores
from worker.classification.fitting.corpus import LabelledDocument
from worker.classification.fitting.random_rules import ScoredDocument
from worker.classification.scoring.calibration import Calibration
from worker.parsing.document import Document

TYPES = ["invoice", "recipe", "letter"]
# Scores above 0 are matches, below 0 nulls.
CALIBRATION = Calibration(match=logistic_of_top(1.0), null=logistic_of_top(-1.0), null_share=0.3)


def scored(label: str, *scores: float, source: str = "a") -> Scored:
    item = LabelledDocument(Document("txt", (), 1), label, source)
    by_rules = {"rules": ScoredDocument(plain_scores(*scores), label, source)}
    return Scored(item, by_rules, CALIBRATION)
