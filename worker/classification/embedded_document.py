"""A document as the classifier sees it: its text and how it compares with what is known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from worker.classification.scoring.comparison import Comparison
from worker.classification.scoring.document_text import DocumentText
from worker.parsing.document import Document

T = TypeVar("T")


class Store(Protocol):
    """Keeps bytes that were computed from one document."""

    def find(self, name: str, unpack: Callable[[bytes], T]) -> T | None:
        """Return what was added under a name, in this process or an earlier one.

        `unpack` raises ValueError for bytes that are not its own; they are forgotten then.
        """
        ...

    def add(self, name: str, data: bytes) -> None:
        """Keep bytes under a name."""
        ...


class NoStore:
    """Keeps nothing."""

    def find(self, name: str, unpack: Callable[[bytes], T]) -> T | None:  # noqa: ARG002  # the protocol's signature
        """Return None."""
        return None

    def add(self, name: str, data: bytes) -> None:
        """Do nothing."""


@dataclass(slots=True)
class EmbeddedDocument:
    """A document, what its text says, and its comparisons; none of it depends on rules.

    A later stage compares more of the document. It is computed by `compare` when it is first
    needed; `comparisons` are those that are known.
    """

    document: Document
    text: DocumentText
    compare: Callable[["EmbeddedDocument", int], Comparison]
    comparisons: dict[int, Comparison]

    def comparison(self, stage: int) -> Comparison:
        """Return the comparison of a stage; the document must have chunks."""
        if stage not in self.comparisons:
            self.comparisons[stage] = self.compare(self, stage)
        return self.comparisons[stage]
