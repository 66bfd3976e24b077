"""Reads HTML: the visible text, without markup, scripts and hidden parts."""

import html
import re

from worker.parsing.document import Document
from worker.parsing.readers.decoding import decode
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.source import Source

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w:-]+)", re.IGNORECASE)
_CHARSET_WITHIN = 4096
# Inline XBRL reports (SEC filings) hold hundreds of kilobytes of facts in a hidden header.
_HIDDEN = frozenset({"script", "style", "noscript", "template", "svg", "ix:header"})
_PARAGRAPHS = frozenset(
    {"blockquote", "div", "p", "section", "table", "title", "ul", "ol"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)
_LINES = frozenset(
    {"address", "article", "aside", "body", "br", "caption", "center", "dd", "details", "dialog"}
    | {"dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "li"}
    | {"main", "nav", "option", "pre", "summary", "tbody", "tfoot", "thead", "tr"}
)
_BREAKS = {
    **dict.fromkeys(("td", "th"), " "),
    **dict.fromkeys(_LINES, "\n"),
    **dict.fromkeys(_PARAGRAPHS, "\n\n"),
}
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_HIDDEN_TAGS = {name: re.compile(rf"<(/?){name}(?=[\s/>])", re.IGNORECASE) for name in _HIDDEN}
_RAW = frozenset({"script", "style"})
_HEADINGS = frozenset({"title", "h1", "h2", "h3"})
# A longer one was never closed.
_MAX_HEADINGS, _MAX_HEADING_CHARACTERS = 60, 200
_SPACE = re.compile(r"\s+")
# A quoted value may contain `>`; after this many, the quote counts as never closed.
_MAX_QUOTED_ENDS = 20


def read_html(source: Source) -> Document:
    """Read an HTML file; a page has about 3000 characters of its visible text.

    Raises FileError (`no_such_pages`).
    """
    data = source.read_all()
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    hint = declared.group(1).decode("ascii", "replace") if declared else None
    text, headings = visible_text(sanitize(decode(data, hint)))
    return build_text_document(source, text, headings)


def visible_text(markup: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of HTML markup, the title and the body, and its headings.

    The text has one line for each block. At most 60 headings are returned. Takes time in
    proportion to the length, also for tags and quotes that are never closed.
    """
    pieces: list[str] = []
    headings: list[str] = []
    heading_start: int | None = None
    position = 0
    preformatted = 0
    while (start := markup.find("<", position)) >= 0:
        _add_text(pieces, markup[position:start], preformatted)
        tag = _TAG.match(markup, start)
        if tag is None:
            position = _skip_markup(markup, start, pieces)
            continue
        is_end, name = tag.group(1) == "/", tag.group(2).lower()
        position = _find_tag_end(markup, tag.end())
        if name in _HIDDEN and not is_end:
            if markup[position - 2] != "/":
                position = _find_element_end(markup, position, name)
            continue
        if name == "pre":
            preformatted = max(0, preformatted + (-1 if is_end else 1))
        if name in _HEADINGS:
            if heading_start is not None and len(headings) < _MAX_HEADINGS:
                headings.append("".join(pieces[heading_start:]))
            heading_start = None if is_end else len(pieces)
        pieces.append(_BREAKS.get(name, ""))
    _add_text(pieces, markup[position:], preformatted)
    return _tidy("".join(pieces)), tuple(
        heading for heading in map(_tidy, headings) if 0 < len(heading) <= _MAX_HEADING_CHARACTERS
    )


def _tidy(text: str) -> str:
    text = re.sub(r"[ \t\xa0]+", " ", html.unescape(text))
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _add_text(pieces: list[str], text: str, preformatted: int) -> None:
    if text:
        pieces.append(text if preformatted else _SPACE.sub(" ", text))


def _skip_markup(markup: str, start: int, pieces: list[str]) -> int:
    """Return the end of a comment or declaration; any other `<` is text."""
    if markup.startswith("<!--", start):
        end = markup.find("-->", start + 4)
        return len(markup) if end < 0 else end + 3
    if markup.startswith(("<!", "<?", "</"), start):
        return _find_tag_end(markup, start)
    pieces.append("<")
    return start + 1


def _find_tag_end(markup: str, start: int) -> int:
    """Return the position after a tag's `>`, skipping those within quoted values."""
    end = start
    for _ in range(_MAX_QUOTED_ENDS):
        end = markup.find(">", end) + 1
        if not end:
            return len(markup)
        if markup.count('"', start, end) % 2 == 0:
            return end
    return end


def _find_element_end(markup: str, start: int, name: str) -> int:
    """Return the position after the end tag of a hidden element, which may be nested."""
    depth = 1
    for tag in _HIDDEN_TAGS[name].finditer(markup, start):
        # The text of a script may contain anything except its end tag.
        depth += -1 if tag.group(1) else name not in _RAW
        if depth == 0:
            return _find_tag_end(markup, tag.end())
    return len(markup)
