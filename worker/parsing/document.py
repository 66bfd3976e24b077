"""What reading a file gives: its pages as text, and how it looks."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class TextSource(StrEnum):
    """Where a page's text came from."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `index` counts from 0 in the document; sizes are in points, if known."""

    index: int
    text: str
    source: TextSource = TextSource.TEXT_LAYER
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The pages that were read, of a document of `total_pages`.

    `format` is the canonical extension of what the file really is (`pdf`, `docx`, `eml`, ...).
    `form_fields` counts the form widgets on the first three pages read.
    `warnings` are sentences for the reasoning: pages cut, text cut, pages that failed.
    """

    format: str
    pages: tuple[Page, ...]
    total_pages: int
    form_fields: int = 0
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Document":
        """Rebuild what `to_json` gave; raises KeyError or TypeError on anything else."""
        pages = tuple(
            Page(**{**page, "source": TextSource(page["source"])}) for page in data["pages"]
        )
        return cls(**{**data, "pages": pages, "warnings": tuple(data["warnings"])})
