"""Pages of files that have none: a running text is cut every 3000 characters or so."""

PAGE_CHARACTERS = 3000

_CUTS = ("\n\n", "\n", ". ", " ")


def split_flow(text: str) -> list[str]:
    """Cut a running text into pages of at most 3000 characters; at least one page.

    The cut is at the end of a paragraph where the second half of the page has one, else of a
    line, a sentence, a word. White space at the ends of the text and of pages is dropped.
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


def _find_cut(text: str, start: int) -> int:
    end = start + PAGE_CHARACTERS
    for mark in _CUTS:
        at = text.rfind(mark, start + PAGE_CHARACTERS // 2, end)
        if at >= 0:
            return at + len(mark)
    return end
