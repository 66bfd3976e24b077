"""Reads web pages that were saved with all their parts in one file (MHTML, RFC 2557)."""

from collections.abc import Iterator

from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.mail.charsets import decode_markup, decode_text
from worker.parsing.readers.mail.content import Room
from worker.parsing.readers.mail.message import MAX_DEPTH
from worker.parsing.readers.mail.mime import Part, normalize_lines, parse_part, split_parts
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.source import Source

_MARKUP = frozenset({"text/html", "application/xhtml+xml"})
_MAX_PAGES = 200


def read_mhtml(source: Source) -> Document:
    """Read a saved web page: the page that the file names as its root, then those of its frames.

    A page has about 3000 characters of the visible text. Raises FileError (`no_such_pages`).
    """
    text, headings, lost = mhtml_text(source.read_all())
    return build_text_document(source, text, headings, lost)


def mhtml_text(data: bytes) -> tuple[str, list[str], list[str]]:
    """Return the visible text of a saved web page, its headings, and sentences of what is lost."""
    whole = parse_part(normalize_lines(data).lstrip())
    lost: list[str] = []
    pages = _order(whole, list(_find_pages(whole, lost)))
    if len(pages) > _MAX_PAGES:
        lost.append(f"only the first {_MAX_PAGES} of {len(pages)} pages within were read")
    texts: list[str] = []
    headings: list[str] = []
    room = Room()
    for page in pages[:_MAX_PAGES]:
        text, found = _page_text(page, room.cut(page.content(), lost))
        if text and text not in texts:
            texts.append(text)
            headings += found
    if not texts:
        texts = [decode_text(whole.body)] if not pages else []
    return sanitize("\n\n".join(texts)), headings, lost


def _find_pages(part: Part, lost: list[str], depth: int = 0) -> Iterator[Part]:
    """Yield the texts among the parts: HTML, or plain text where it has no file name."""
    if not part.type.startswith("multipart/"):
        is_plain = part.type == "text/plain" and not part.name and depth <= 1
        if part.type in _MARKUP or is_plain:
            yield part
        return
    parts, is_complete = split_parts(part)
    if parts and not is_complete and depth == 0:
        lost.append("the end of the saved page is missing")
    if depth < MAX_DEPTH:
        for child in parts:
            yield from _find_pages(child, lost, depth + 1)


def _order(whole: Part, pages: list[Part]) -> list[Part]:
    """Put the root first: the `start` part, that of the saved address, or the first of HTML."""
    start = whole.parameters.get("start", "").strip("<> ")
    address = whole.headers.text("snapshot-content-location")
    markup = [page for page in pages if page.type in _MARKUP] or pages
    for page in markup:
        if start and page.content_id == start:
            return [page, *(each for each in pages if each is not page)]
    for page in markup:
        if address and page.headers.text("content-location") == address:
            return [page, *(each for each in pages if each is not page)]
    return [*markup[:1], *(each for each in pages if each is not markup[0])]


def _page_text(page: Part, data: bytes) -> tuple[str, tuple[str, ...]]:
    if page.type in _MARKUP:
        return visible_text(sanitize(decode_markup(data, page.charset)), shows_pictures=True)
    return decode_text(data, page.charset).strip(), ()
