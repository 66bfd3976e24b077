"""The only module that calls kreuzberg.

kreuzberg starts threads at its first call, and a process that called it must not fork. It is only
called in the process that reads one file and then ends. It never gets source code or plain text:
for some names it tries to download a grammar.
"""

from dataclasses import dataclass
from typing import Any

from kreuzberg import (
    ConcurrencyConfig,
    ContentFilterConfig,
    ExtractionConfig,
    ExtractionResult,
    PageConfig,
    extract_bytes_sync,
)

from app.errors import FileError, FileErrorCode
from worker.parsing.readers.office.ole_padding import fill_allocation

MIME_TYPES = {
    "doc": "application/msword",
    "ppt": "application/vnd.ms-powerpoint",
    "xls": "application/vnd.ms-excel",
}


@dataclass(frozen=True, slots=True)
class Extracted:
    """The whole text; the texts of slides or parts, and of sheets, if there are any."""

    text: str
    parts: tuple[str, ...]
    sheets: tuple[str, ...]


def extract(data: bytes, extension: str) -> Extracted:
    """Read an old Office file; `extension` is a key of `MIME_TYPES`.

    Fetches and caches nothing and uses no OCR. Raises FileError (`corrupt`).
    """
    config = ExtractionConfig(
        use_cache=False,
        disable_ocr=True,  # type: ignore[call-arg]  # missing from the stubs of 4.10.4
        enable_quality_processing=False,
        max_concurrent_extractions=1,
        concurrency=ConcurrencyConfig(max_threads=1),
        pages=PageConfig(extract_pages=True),
        # Letterheads and invoice numbers are often in the header only.
        content_filter=ContentFilterConfig(
            include_headers=True, include_footers=True, strip_repeating_text=False
        ),
    )
    try:
        result = extract_bytes_sync(fill_allocation(data), MIME_TYPES[extension], config)
    except MemoryError:
        raise
    except Exception as error:  # the library raises a dozen types for bad files
        raise damaged(extension) from error
    return Extracted(result.content, _parts(result, extension), _sheets(result))


def damaged(extension: str) -> FileError:
    """Return the error for a file from which nothing could be read."""
    return FileError(
        FileErrorCode.CORRUPT, f"the file is damaged: no text could be read from the {extension}"
    )


def _parts(result: ExtractionResult, extension: str) -> tuple[str, ...]:
    boundaries = (result.metadata.get("pages") or {}).get("boundaries") or ()
    if boundaries and extension == "ppt":
        # kreuzberg's pages merge slides, while its byte boundaries of slides are right.
        encoded = result.content.encode()
        spans = [(bounds["byte_start"], bounds["byte_end"]) for bounds in boundaries]
        return tuple(encoded[start:end].decode("utf-8", "replace") for start, end in spans)
    return tuple(page["content"] for page in result.pages or ())


def _sheets(result: ExtractionResult) -> tuple[str, ...]:
    """Return a text for each sheet of a workbook, also for empty ones: its name, then its rows."""
    metadata: Any = result.metadata
    names = metadata.get("sheet_names")
    if not names:
        return ()
    lines = [[name] for name in names]
    for page in result.pages or ():
        number = page["page_number"] - 1
        if 0 <= number < len(lines):
            for table in page["tables"]:
                lines[number] += [_row(cells) for cells in table.cells]
    return tuple("\n".join(line for line in sheet if line) for sheet in lines)


def _row(cells: list[str]) -> str:
    return " ".join(" ".join(cells).split())
