"""A document as the classifier sees it: its text and how it compares with what is known."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from worker.classification.scoring.comparison import Comparison
from worker.classification.scoring.document_text import DocumentText
from worker.parsing.document import Document


class Store(Protocol):
    """Keeps bytes that were computed for one document."""

    def find(self, name: str) -> bytes | None:
        """Return the bytes that were added under a name, in this process or an earlier one."""
        ...

    def add(self, name: str, data: bytes) -> None:
        """Keep bytes under a name."""
        ...


class NoStore:
    """Keeps nothing."""

    def find(self, _: str) -> bytes | None:
        """Return None."""
        return None

    def add(self, _: str, __: bytes) -> None:
        """Do nothing."""


@dataclass(slots=True)
class EmbeddedDocument:
    """A document, what its text says, and its comparisons; none of it depends on rules.

    A later stage compares more of the document. It is computed when it is first needed.
    """

    document: Document
    text: DocumentText
    compare: Callable[["EmbeddedDocument", int], Comparison]
    _comparisons: dict[int, Comparison] = field(default_factory=dict)

    def comparison(self, stage: int) -> Comparison:
        """Return the comparison of a stage; the document must have chunks."""
        if stage not in self._comparisons:
            self._comparisons[stage] = self.compare(self, stage)
        return self._comparisons[stage]
