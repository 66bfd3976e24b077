"""The one module that speaks to kreuzberg.

kreuzberg starts threads at its first call: a process that called it must never fork. It is
only called in the process that reads one file and then ends.
"""

from dataclasses import dataclass

from kreuzberg import (
    ConcurrencyConfig,
    ContentFilterConfig,
    ExtractionConfig,
    PageConfig,
    extract_bytes_sync,
)

from app.errors import FileError, FileErrorCode

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_MIME_TYPES = {
    "docx": _OPEN_XML + "wordprocessingml.document",
    "pptx": _OPEN_XML + "presentationml.presentation",
    "xlsx": _OPEN_XML + "spreadsheetml.sheet",
    "doc": "application/msword",
    "ppt": "application/vnd.ms-powerpoint",
    "xls": "application/vnd.ms-excel",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "rtf": "application/rtf",
    "epub": "application/epub+zip",
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
}


@dataclass(frozen=True, slots=True)
class Extracted:
    """The whole text, and the texts of its pages where the format has any."""

    text: str
    pages: tuple[str, ...]


def extract(data: bytes, extension: str) -> Extracted:
    """Read an office, mail or book file of a known type.

    Nothing is fetched, cached or recognised by OCR. Raises FileError (`corrupt`).
    """
    config = ExtractionConfig(
        use_cache=False,
        disable_ocr=True,  # type: ignore[call-arg]  # missing from the stubs of 4.10.4
        enable_quality_processing=False,
        max_concurrent_extractions=1,
        concurrency=ConcurrencyConfig(max_threads=1),
        pages=PageConfig(extract_pages=True),
        # A letterhead or an invoice number often stands in the header only.
        content_filter=ContentFilterConfig(
            include_headers=True, include_footers=True, strip_repeating_text=False
        ),
    )
    try:
        result = extract_bytes_sync(data, _MIME_TYPES[extension], config)
    except MemoryError:
        raise
    except Exception as error:  # the library raises a dozen types for bad files
        raise FileError(
            FileErrorCode.CORRUPT,
            f"the file is damaged: no text could be read from the {extension}",
        ) from error
    boundaries = (result.metadata.get("pages") or {}).get("boundaries") or ()
    if boundaries:
        # The pages that kreuzberg gives merge slides; the byte boundaries are right.
        encoded = result.content.encode()
        pages = [
            encoded[b["byte_start"] : b["byte_end"]].decode("utf-8", "replace") for b in boundaries
        ]
    else:
        pages = [page["content"] for page in result.pages or ()]
    return Extracted(result.content, tuple(pages))
