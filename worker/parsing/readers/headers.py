"""The headers and footers of files whose running text has no pages of its own."""

import re
from collections.abc import Iterable, Sequence

_LETTER = re.compile(r"[^\W\d_]")


def add_headers(pages: Sequence[str], headers: Iterable[str], footers: Iterable[str]) -> list[str]:
    """Put the headers before the text of the first page, and the footers after it.

    Those without a letter, such as page numbers, and those that repeat are left out.
    """
    before = dict.fromkeys(text for text in headers if _LETTER.search(text))
    after = dict.fromkeys(text for text in footers if _LETTER.search(text))
    first = "\n\n".join(text for text in (*before, pages[0], *after) if text)
    return [first, *pages[1:]]
