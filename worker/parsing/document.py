"""The result of reading a file: its pages as text, and their layouts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from worker.parsing.layout.features import PageLayout

# Increase it whenever the same file can give another text, page, layout or warning than before.
# Workers report it among their capabilities, and cached documents of other versions are not used.
PARSER_VERSION = "14"


class TextSource(StrEnum):
    """Where a page's text came from."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    NONE = "none"
    NOT_NEEDED = "not_needed"
    """Only OCR can read the page, and the pages before have enough text."""


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page. `index` counts from 0 in the document; sizes are in points, if known.

    `confidence` is the mean confidence of OCR in the page's words, 0 to 100; None for pages
    that OCR did not read. `headings` are the lines that stand out by their size, weight or
    markup; it is empty where none does and where the look of lines is not known.
    """

    index: int
    text: str
    source: TextSource = TextSource.TEXT_LAYER
    width: float | None = None
    height: float | None = None
    confidence: float | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The pages that were read of a document of `total_pages`.

    `format` is the canonical extension of the file's content (`pdf`, `docx`, `eml`, ...).
    `form_fields` counts the form widgets on the first three pages read.
    `warnings` are sentences for the reasoning: pages cut, text cut, pages that failed.
    `lost_parts` counts the parts that could not be read: pages, sheets, charts, attachments.
    `layouts` has one entry for each page that was measured, which only happens in MULTIMODAL
    mode.
    """

    format: str
    pages: tuple[DocumentPage, ...]
    total_pages: int
    form_fields: int = 0
    lost_parts: int = 0
    warnings: tuple[str, ...] = ()
    layouts: tuple[PageLayout, ...] = ()

    def with_loss(self, sentence: str) -> "Document":
        """Return the document with one more part that could not be read, and a warning of it."""
        return replace(self, warnings=(*self.warnings, sentence), lost_parts=self.lost_parts + 1)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Document":
        """Rebuild a document from the result of `to_json`.

        Raises KeyError, TypeError or ValueError on invalid data, which a process that a hostile
        file has taken over may send.
        """
        pages = tuple(_page_from_json(page) for page in data["pages"])
        warnings = tuple(str(warning) for warning in data["warnings"])
        layouts = tuple(PageLayout.from_json(layout) for layout in data["layouts"])
        document = cls(**{**data, "pages": pages, "warnings": warnings, "layouts": layouts})
        _check(document.format, str)
        _check(document.total_pages, int)
        _check(document.form_fields, int)
        _check(document.lost_parts, int)
        return document


def name_pages(indices: Sequence[int]) -> str:
    """Return the pages by their numbers from 1: `page 3`, `pages 1, 2 and 7 more`."""
    numbers = [str(index + 1) for index in indices]
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    if len(numbers) <= 5:
        return f"pages {', '.join(numbers[:-1])} and {numbers[-1]}"
    return f"pages {', '.join(numbers[:5])} and {len(numbers) - 5} more"


def storable(text: str) -> str:
    """Return text that every database and every answer takes: no NUL, no lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _page_from_json(data: dict[str, Any]) -> DocumentPage:
    headings = data["headings"]
    _check(headings, (list, tuple))
    for heading in headings:
        _check(heading, str)
    page = DocumentPage(
        **{**data, "source": TextSource(data["source"]), "headings": tuple(headings)}
    )
    _check(page.index, int)
    _check(page.text, str)
    for number in (page.width, page.height, page.confidence):
        if number is not None:
            _check(number, (int, float))
    return page


def _check(value: object, kind: type | tuple[type, ...]) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} instead of {kind}")
