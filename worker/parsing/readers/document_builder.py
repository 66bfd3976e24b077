"""Collecting pages into a document within the text limits, and saying what was left out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.layout.features import PageLayout
from worker.parsing.limits import KIB
from worker.parsing.readers.source import Source

_SURROGATES = re.compile("[\ud800-\udfff]")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def clean(text: str) -> str:
    r"""Return text that every database and JSON reader takes.

    Line ends become `\n`; NUL and other control characters go; lone surrogates, which
    broken PDFs and mails hold, become U+FFFD.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    text = _UNWANTED.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


class Collector:
    """Takes pages in order until the document's limit; remembers each cut as a warning."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pages: list[DocumentPage] = []
        self._layouts: list[PageLayout] = []
        self._warnings: list[str] = []
        self._room = source.limits.document_text_bytes
        self._cut_pages: list[int] = []

    def add(self, page: DocumentPage, layout: PageLayout | None = None) -> bool:
        """Take a page, its text cleaned and cut; False when no further page has room."""
        if layout is not None:
            self._layouts.append(layout)
        text, was_cut = _cut(clean(page.text), self._source.limits.page_text_bytes)
        if was_cut:
            self._cut_pages.append(page.index)
        text, is_full = _cut(text, self._room)
        self._room -= len(text.encode())
        self._pages.append(replace(page, text=text))
        if is_full:
            self.warn(
                f"the text was cut at {self._source.limits.document_text_bytes // KIB} KB,"
                f" on page {page.index + 1}"
            )
        return not is_full

    def warn(self, sentence: str) -> None:
        """Remember a sentence for the reasoning."""
        self._warnings.append(sentence)

    def finish(self, total_pages: int, form_fields: int = 0) -> Document:
        """Return the document of the pages taken so far."""
        warnings = list(self._warnings)
        limits, selection = self._source.limits, self._source.request.selection
        if self._cut_pages:
            warnings.append(
                f"the text of {name_pages(self._cut_pages)} was cut at"
                f" {limits.page_text_bytes // KIB} KB"
            )
        if selection.is_cut_by(total_pages, limits.max_pages):
            warnings.append(
                f"the document has {total_pages} pages and only {limits.max_pages} of them"
                " were read, which is the limit"
            )
        return Document(
            format=self._source.type.extension,
            pages=tuple(self._pages),
            total_pages=total_pages,
            form_fields=form_fields,
            warnings=tuple(warnings),
            layouts=tuple(self._layouts),
        )


def collect_texts(
    source: Source, texts: Sequence[str], read_pictures: Callable[[int], list[str]] | None = None
) -> Document:
    """Return the document of all a file's page texts, of which the request chooses some.

    `read_pictures` gives what is written on the pictures of a page, which follows its text.
    Raises FileError (`no_such_pages`).
    """
    collector = Collector(source)
    for index in source.request.selection.choose(len(texts), source.limits.max_pages):
        page = DocumentPage(index=index, text=texts[index])
        if read_pictures is not None:
            page = add_texts(page, read_pictures(index))
        if not collector.add(page):
            break
    if read_pictures is not None:
        for sentence in source.ocr.warnings():
            collector.warn(sentence)
    return collector.finish(total_pages=len(texts))


def add_texts(page: DocumentPage, texts: Sequence[str]) -> DocumentPage:
    """Put what OCR read on a page's pictures after its own text, unless it says that already."""
    new = [text for text in texts if text not in page.text]
    if not new:
        return page
    source = page.source if page.text.strip() else TextSource.OCR
    return replace(page, text="\n\n".join([page.text, *new]).strip(), source=source)


def _cut(text: str, most: int) -> tuple[str, bool]:
    """Cut text to at most `most` bytes of UTF-8, never inside a character."""
    if len(text) * 4 <= most:
        return text, False
    encoded = text.encode()
    if len(encoded) <= most:
        return text, False
    return encoded[:most].decode("utf-8", "ignore"), True
