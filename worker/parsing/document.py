"""What reading a file gives: its pages as text, and how it looks."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from worker.parsing.layout.features import PageLook


class TextSource(StrEnum):
    """Where a page's text came from."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `index` counts from 0 in the document; sizes are in points, if known.

    `confidence` is OCR's mean confidence in the words of a page that it read, 0 to 100; None
    for other pages.
    """

    index: int
    text: str
    source: TextSource = TextSource.TEXT_LAYER
    width: float | None = None
    height: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The pages that were read, of a document of `total_pages`.

    `format` is the canonical extension of what the file really is (`pdf`, `docx`, `eml`, ...).
    `form_fields` counts the form widgets on the first three pages read.
    `warnings` are sentences for the reasoning: pages cut, text cut, pages that failed.
    `looks` has one for each page whose look was taken, which is only done in MULTIMODAL mode.
    """

    format: str
    pages: tuple[Page, ...]
    total_pages: int
    form_fields: int = 0
    warnings: tuple[str, ...] = ()
    looks: tuple[PageLook, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Document":
        """Rebuild what `to_json` gave.

        Raises KeyError, TypeError or ValueError on anything else: the data may come from a
        process that a file took over.
        """
        pages = tuple(_page_from_json(page) for page in data["pages"])
        warnings = tuple(str(warning) for warning in data["warnings"])
        looks = tuple(PageLook.from_json(look) for look in data["looks"])
        document = cls(**{**data, "pages": pages, "warnings": warnings, "looks": looks})
        _check(document.format, str)
        _check(document.total_pages, int)
        _check(document.form_fields, int)
        return document


def _page_from_json(data: dict[str, Any]) -> Page:
    page = Page(**{**data, "source": TextSource(data["source"])})
    _check(page.index, int)
    _check(page.text, str)
    for number in (page.width, page.height, page.confidence):
        if number is not None:
            _check(number, (int, float))
    return page


def _check(value: object, kind: type | tuple[type, ...]) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} where {kind} belongs")
