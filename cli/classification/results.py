"""The result of one file, and what classifies files."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from app.jobs.reasoning import Reasoning

DEFAULT_MIN_CONFIDENCE = 0.8
"""An answer below it, null included, is one to check where neither rules nor options say more."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """The outcome of one file: a verdict, or `error`, a sentence to stand after its name.

    `type` None without an error means that no rule fits, or that the best one has less than the
    rules' `min_confidence`; `confidence` is 0 to 1. `reasoning` is several lines, `summary` one:
    the verdict, and what lessens its worth. `error_code` is one of FileErrorCode. `file_id` is the
    id of a file that stays on a server. Texts may hold control characters of the document: escape
    them before they reach a terminal (app.text).
    """

    path: Path
    type: str | None
    confidence: float | None
    summary: str
    reasoning: str
    error: str | None = None
    error_code: str | None = None
    file_id: str | None = None

    @property
    def has_failed(self) -> bool:
        """Whether the file has no verdict."""
        return self.error is not None

    @property
    def why(self) -> str:
        """One line to stand beside the type and the confidence."""
        layers = Reasoning.from_text(self.reasoning)
        return self.summary if layers is None else layers.why

    def is_unsure(self, threshold: float) -> bool:
        """Whether a person should look: a failure, or a confidence below the threshold.

        The answer that no rule fits has a confidence, too.
        """
        return self.confidence is None or self.confidence < threshold

    @classmethod
    def of(cls, path: Path, type_: str | None, confidence: float | None, reasoning: str) -> Self:
        """Return the result of a file with a verdict."""
        layers = Reasoning.from_text(reasoning)
        summary = reasoning.partition("\n")[0] if layers is None else layers.summary
        return cls(path, type_, confidence, summary.replace("\n", " "), reasoning)

    @classmethod
    def failed(cls, path: Path, error: str, code: str) -> Self:
        """Return the result of a file without a verdict."""
        return cls(path, None, None, "", "", error, code)


class Classifier(AbstractContextManager["Classifier"], Protocol):
    """Classifies files by the rules that it was opened with; the context starts and ends it."""

    def describe(self) -> str:
        """Return one line that says where the documents go."""
        ...

    def classify(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        """Return a result for each file, in the order in which they end.

        Takes few paths ahead, so that 10,000 need no more memory than ten. A file's failure is
        its result; raises PigeonholeError or StartupError when nothing more can be classified.
        """
        ...
