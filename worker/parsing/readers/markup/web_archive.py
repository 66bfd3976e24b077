"""Reads web pages that Safari saved in one file: a property list with the page and its parts."""

import plistlib
from collections.abc import Iterator
from typing import Any

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.encodings.decoding import decode
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.source import Source

_PAGE, _FRAMES = "WebMainResource", "WebSubframeArchives"
_DATA, _TYPE, _ENCODING = "WebResourceData", "WebResourceMIMEType", "WebResourceTextEncodingName"
_MARKUP = frozenset({"text/html", "application/xhtml+xml"})
_MAX_PAGES = 200


def read_web_archive(source: Source) -> Document:
    """Read a saved web page, then those of its frames; a page has about 3000 characters.

    Raises FileError (`corrupt`, `no_such_pages`; `unsupported_type` if no page is in the file).
    """
    try:
        archive = plistlib.loads(source.read_all(), fmt=plistlib.FMT_BINARY)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # the library raises a dozen types for bad files
        raise FileError(
            FileErrorCode.CORRUPT, "the file is damaged: the saved page cannot be read"
        ) from error
    texts: list[str] = []
    headings: list[str] = []
    for resource in _pages(archive):
        encoding = resource.get(_ENCODING)
        markup = decode(resource[_DATA], encoding if isinstance(encoding, str) else None)
        text, found = visible_text(sanitize(markup), shows_pictures=True)
        if text and text not in texts:
            texts.append(text)
            headings += found
    if not texts and not _is_page(archive):
        raise FileError(
            FileErrorCode.UNSUPPORTED_TYPE,
            "the web archive holds no web page: save what it shows as PDF",
        )
    return build_text_document(source, sanitize("\n\n".join(texts)), headings)


def _pages(archive: object) -> Iterator[dict[str, Any]]:
    """Yield the pages of an archive and of its frames, each object once."""
    waiting, seen, count = [archive], set[int](), 0
    while waiting and count < _MAX_PAGES:
        each = waiting.pop()
        if not isinstance(each, dict) or id(each) in seen:
            continue
        seen.add(id(each))
        if _is_page(each):
            count += 1
            yield each[_PAGE]
        frames = each.get(_FRAMES)
        if isinstance(frames, list) and id(frames) not in seen:
            seen.add(id(frames))
            waiting += reversed(frames)


def _is_page(archive: object) -> bool:
    page = archive.get(_PAGE) if isinstance(archive, dict) else None
    return (
        isinstance(page, dict)
        and isinstance(page.get(_DATA), bytes)
        and page.get(_TYPE, "text/html") in _MARKUP
    )
