"""How often rules are right on labelled documents, with an interval, and from which confidence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.learning import quality

TARGET = 0.95


@dataclass(frozen=True, slots=True)
class Answer:
    """What the classifier said about one labelled document. A type of None means that none fits."""

    file: str
    expected: str | None
    answered: str | None
    confidence: float

    @property
    def is_right(self) -> bool:
        """Whether the answer is the label."""
        return self.expected == self.answered


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many documents of a type got an answer."""

    expected: str | None
    answered: str | None
    files: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """A min_confidence: how many typed answers reach it, and the share of them that is right."""

    min_confidence: float
    files: int
    share_right: float


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be read, and why."""

    file: str
    error: str


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The result of a test of rules; files that could not be read do not count.

    `low` and `high` bound the 95% interval of `share_right`. `threshold` is the lowest
    min_confidence whose typed answers were right 95% of the time, null if there is none.
    """

    files: int
    right: int
    share_right: float | None
    low: float | None
    high: float | None
    min_confidence: float | None
    threshold: Threshold | None
    confusion: list[Confusion]
    mistakes: list[Answer]
    failed: list[FailedFile]


def measure(
    answers: Sequence[Answer], failed: Sequence[FailedFile], min_confidence: float | None
) -> Accuracy:
    """Return how good answers are; they were given without a min_confidence.

    `min_confidence` is that of the rules: types below it count as null, as in a job.
    """
    judged = [
        answer
        if answer.confidence >= (min_confidence or 0)
        else Answer(answer.file, answer.expected, None, answer.confidence)
        for answer in answers
    ]
    right = sum(answer.is_right for answer in judged)
    low, high = quality.wilson_interval(right, len(judged), quality.Z95) if judged else (None, None)
    pairs = Counter((answer.expected, answer.answered) for answer in judged)
    return Accuracy(
        files=len(judged),
        right=right,
        share_right=right / len(judged) if judged else None,
        low=low,
        high=high,
        min_confidence=min_confidence,
        threshold=find_threshold(answers),
        confusion=[
            Confusion(expected, answered, count)
            for (expected, answered), count in sorted(
                pairs.items(), key=lambda pair: (str(pair[0][0]), -pair[1], str(pair[0][1]))
            )
        ],
        mistakes=sorted(
            (answer for answer in judged if not answer.is_right),
            key=lambda answer: -answer.confidence,
        ),
        failed=list(failed),
    )


def find_threshold(answers: Sequence[Answer], target: float = TARGET) -> Threshold | None:
    """Return the lowest confidence from which on typed answers were right at least so often.

    The confidence is rounded down to three digits, as a rules file would have it.
    """
    found = quality.find_threshold(
        ((answer.confidence, answer.is_right) for answer in answers if answer.answered is not None),
        target,
    )
    if found is None:
        return None
    confidence, files, right = found
    return Threshold(confidence, files, right / files)
