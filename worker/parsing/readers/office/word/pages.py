"""Puts the texts of a word processing file together into pages."""

import re
from collections.abc import Iterable, Sequence

from worker.parsing.readers.document_builder import PAGE_CHARACTERS, paginate_text, sanitize

# Page numbers, with or without the number of pages.
_NUMBERS = re.compile(r"[\W_]*(\d{1,4}|[ivxl]{1,7})?[\W_]*\d{0,4}[\W_]*", re.IGNORECASE)


def is_page_number(text: str) -> bool:
    """Tell whether a header or footer has no more than a page number."""
    return _NUMBERS.fullmatch(text) is not None


def make_pages(
    pages: Sequence[str], notes: Iterable[str], headers: Iterable[str], footers: Iterable[str]
) -> list[str]:
    """Return the pages of a document from the texts between its page breaks.

    Empty pages at both ends are dropped, and long ones are cut like running text. Notes come at
    the end; headers come before and footers after the text of the first page.
    """
    texts = [sanitize(page).strip() for page in pages]
    while len(texts) > 1 and not texts[0]:
        texts.pop(0)
    while len(texts) > 1 and not texts[-1]:
        texts.pop()
    texts[-1] = _join([texts[-1], *map(sanitize, notes)])
    if len(texts) == 1:
        cut = paginate_text(texts[0])
    else:
        cut = []
        for text in texts:
            cut += paginate_text(text) if len(text) > 2 * PAGE_CHARACTERS else [text]
    cut[0] = _join(["\n".join(headers), cut[0], "\n".join(footers)])
    return cut


def _join(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text)
