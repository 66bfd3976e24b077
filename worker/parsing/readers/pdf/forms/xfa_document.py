"""Decides whether a PDF's pages or its XFA form are what a person sees."""

from dataclasses import replace
from itertools import islice

import pypdfium2

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.pdf.forms import xfa
from worker.parsing.readers.source import Source

# Pages with more letters are the form itself.
_MAX_COVER_PAGES = 2
_MAX_COVER_LETTERS = 1500
_MAX_COVER_SHARE = 0.3


def read_instead_of_pages(source: Source, document: pypdfium2.PdfDocument) -> Document | None:
    """Return the document of an XFA form whose page is only a cover; None for other files."""
    if len(document) > _MAX_COVER_PAGES or not xfa.has_form(document):
        return None
    try:
        cover = "\n".join(_page_texts(document))
    except pypdfium2.PdfiumError:
        return None
    is_cover = xfa.is_cover(cover)
    letters = sum(map(str.isalpha, cover))
    if not is_cover and letters > _MAX_COVER_LETTERS:
        return None
    form = xfa.read_form(document)
    is_larger = letters < _MAX_COVER_SHARE * sum(map(str.isalpha, form.text))
    if form.text and (is_cover or is_larger or xfa.needs_rendering(document)):
        return replace(build_text_document(source, sanitize(form.text)), form_fields=form.fields)
    return None


def refuse_cover(document: Document) -> Document:
    """Return a document that is more than a page that names the program that shows the rest.

    Raises FileError (`unsupported_type`).
    """
    text = "\n".join(page.text for page in document.pages[: _MAX_COVER_PAGES + 1])
    if document.total_pages <= _MAX_COVER_PAGES and xfa.is_cover(text):
        raise FileError(
            FileErrorCode.UNSUPPORTED_TYPE,
            "the page only says that the document needs Adobe Reader: it is a dynamic form (XFA)"
            " whose content cannot be read; print it to a PDF and upload that",
        )
    return document


def _page_texts(document: pypdfium2.PdfDocument) -> list[str]:
    texts = []
    for page in islice(document, _MAX_COVER_PAGES):
        textpage = page.get_textpage()
        count = min(textpage.count_chars(), 2 * _MAX_COVER_LETTERS)
        texts.append(textpage.get_text_range(0, count) if count > 0 else "")
        textpage.close()
        page.close()
    return texts
