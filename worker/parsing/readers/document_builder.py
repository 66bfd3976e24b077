"""Builds documents: cleans and cuts texts to the limits, and warns of what was left out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.layout.features import PageLayout
from worker.parsing.limits import KIB
from worker.parsing.readers.source import Source
from worker.parsing.request import PLENTY, PLENTY_PAGES

PAGE_CHARACTERS = 3000
"""The size of a page of files that have no pages."""

_BREAKS = ("\n\n", "\n", ". ", " ")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\f\x0b\x1c-\x1e]")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def sanitize(text: str) -> str:
    r"""Return text that every database and JSON parser accepts.

    Line ends, vertical tabs and separators of records become `\n`. NUL and other control
    characters are removed. Lone surrogates, which come from broken PDFs and mails, become U+FFFD.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _UNWANTED.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


class DocumentBuilder:
    """Takes the pages of one file in order, up to the text limits, with a warning for each cut."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pages: list[DocumentPage] = []
        self._layouts: list[PageLayout] = []
        self._warnings: list[str] = []
        self._room = source.limits.document_text_bytes
        self._in_words = 0
        self._cut_pages: list[int] = []
        self._lost_parts = 0

    def add_page(self, page: DocumentPage, layout: PageLayout | None = None) -> bool:
        """Add a page, its text sanitized and cut; False if there is no room for another page."""
        if layout is not None:
            self._layouts.append(layout)
        text, was_cut = _cut(sanitize(page.text), self._source.limits.page_text_bytes)
        if was_cut:
            self._cut_pages.append(page.index)
        text, is_full = _cut(text, self._room)
        self._room -= len(text.encode())
        headings = tuple(sanitize(heading) for heading in page.headings)
        self._pages.append(replace(page, text=text, headings=headings))
        if self._source.request.enough is not None:
            # Pages may be long. Half of a text that is cut may be blanks and leaders.
            self._in_words += _count_in_words(text[: 2 * self._source.request.enough])
        if is_full:
            self.add_warning(
                f"the text was cut at {self._source.limits.document_text_bytes // KIB} KB,"
                f" on page {page.index + 1}"
            )
        return not is_full

    @property
    def has_text(self) -> bool:
        """Whether any page so far has text."""
        return any(page.text.strip() for page in self._pages)

    @property
    def has_enough(self) -> bool:
        """Whether the pages so far have as much text as a verdict needs, see `ParseRequest`."""
        enough = self._source.request.enough
        return enough is not None and self._in_words >= enough

    @property
    def has_plenty(self) -> bool:
        """Whether the pages so far have all text that a verdict uses, see `ParseRequest`."""
        request = self._source.request
        if request.enough is None or request.selection.target_pages is not None:
            return False
        return len(self._pages) >= PLENTY_PAGES and self._in_words >= PLENTY * request.enough

    def add_warning(self, sentence: str) -> None:
        """Add a sentence for the reasoning."""
        self._warnings.append(sentence)

    def add_loss(self, sentence: str, parts: int = 1) -> None:
        """Add a warning of parts that could not be read, which lowers the verdict's confidence."""
        self._lost_parts += parts
        self._warnings.append(sentence)

    def build(self, total_pages: int, form_fields: int = 0) -> Document:
        """Return the document with the pages added so far."""
        warnings = list(self._warnings)
        limits, selection = self._source.limits, self._source.request.selection
        if self._cut_pages:
            warnings.append(
                f"the text of {name_pages(self._cut_pages)} was cut at"
                f" {limits.page_text_bytes // KIB} KB"
            )
        if selection.is_cut_by(total_pages, limits.max_pages) and not self.has_plenty:
            warnings.append(
                f"the document has {total_pages} pages and only {limits.max_pages} of them"
                " were read, which is the limit"
            )
        return Document(
            format=self._source.type.extension,
            pages=tuple(self._pages),
            total_pages=total_pages,
            form_fields=form_fields,
            lost_parts=self._lost_parts,
            warnings=tuple(warnings),
            layouts=tuple(self._layouts),
        )


def read_texts(source: Source, total: int, read: Callable[[int], str]) -> list[str]:
    """Return the texts of all pages: those that the request chooses, and empty ones.

    `read` returns the text of a page. It is no longer called when the text limit of a document is
    exceeded. Raises FileError (`no_such_pages`).
    """
    limits = source.limits
    texts = [""] * total
    room = limits.document_text_bytes
    for index in source.request.selection.choose(total, limits.max_pages):
        texts[index] = read(index).strip()
        room -= min(len(texts[index].encode("utf-8", "replace")), limits.page_text_bytes)
        if room < 0:
            break
    return texts


def build_document(
    source: Source,
    texts: Sequence[str],
    read_pictures: Callable[[int], list[str]] | None = None,
    headings: Sequence[str] = (),
    lost: Sequence[str] = (),
) -> Document:
    """Return the document of the pages that the request chooses among all page texts of a file.

    `headings` are those at the beginning of the file, for the first page that has text.
    `read_pictures` returns the texts on the pictures of a page, which are added to its text.
    `lost` are sentences that name the parts that could not be read.
    Raises FileError (`no_such_pages`).
    """
    builder = DocumentBuilder(source)
    for sentence in lost:
        builder.add_loss(sentence)
    for index in source.request.selection.choose(len(texts), source.limits.max_pages):
        text = texts[index]
        own = () if builder.has_text else tuple(each for each in headings if each in text)
        page = DocumentPage(index=index, text=text, headings=own)
        if read_pictures is not None:
            page = append_texts(page, read_pictures(index))
        if not builder.add_page(page):
            break
    if read_pictures is not None:
        for sentence in source.ocr.warnings():
            builder.add_warning(sentence)
    return builder.build(total_pages=len(texts))


def build_text_document(
    source: Source, text: str, headings: Sequence[str] = (), lost: Sequence[str] = ()
) -> Document:
    """Return the document of a sanitized running text, with pages of about 3000 characters.

    Raises FileError (`no_such_pages`).
    """
    return build_document(source, paginate_text(text), headings=headings, lost=lost)


def paginate_text(text: str) -> list[str]:
    """Cut a running text into pages of at most 3000 characters; at least one page.

    Cuts at the end of a paragraph if the second half of the page has one, otherwise of a line, a
    sentence, a word. White space at the ends of the text and of the pages is dropped.
    """
    text = text.strip()
    pages = []
    start = 0
    while len(text) - start > PAGE_CHARACTERS:
        cut = _find_cut(text, start)
        pages.append(text[start:cut].strip())
        start = cut
        while start < len(text) and text[start].isspace():
            start += 1
    pages.append(text[start:])
    return pages


def append_texts(page: DocumentPage, texts: Sequence[str]) -> DocumentPage:
    """Append the texts that OCR read on a page's pictures, except those that the page contains."""
    new = [text for text in texts if text not in page.text]
    if not new:
        return page
    source = page.source if page.text.strip() else TextSource.OCR
    return replace(page, text="\n\n".join([page.text, *new]).strip(), source=source)


def _count_in_words(text: str) -> int:
    """Return how many characters the words of a text have, with a blank after each.

    Leaders and rules of dots and strokes are no words.
    """
    words = (word for word in text.split() if any(map(str.isalnum, word)))
    return sum(len(word) + 1 for word in words)


def _find_cut(text: str, start: int) -> int:
    end = start + PAGE_CHARACTERS
    for mark in _BREAKS:
        at = text.rfind(mark, start + PAGE_CHARACTERS // 2, end)
        if at >= 0:
            return at + len(mark)
    return end


def _cut(text: str, limit: int) -> tuple[str, bool]:
    """Cut text to at most `limit` bytes of UTF-8, never inside a character; tell if it was cut."""
    if len(text) * 4 <= limit:
        return text, False
    encoded = text.encode()
    if len(encoded) <= limit:
        return text, False
    return encoded[:limit].decode("utf-8", "ignore"), True
