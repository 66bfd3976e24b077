"""HTML as a reader of the page sees it: text without markup, scripts and hidden parts."""

import re
from html.parser import HTMLParser

from worker.parsing.collect import clean, collect_texts
from worker.parsing.decoding import decode
from worker.parsing.document import Document
from worker.parsing.flow import split_flow
from worker.parsing.source import Source

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
_CELLS = frozenset({"td", "th"})


def read_html(source: Source) -> Document:
    """Read an HTML file; a page is 3000 characters of its visible text.

    Raises FileError (`no_such_pages`).
    """
    data = source.read_all()
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    hint = declared.group(1).decode("ascii", "replace") if declared else None
    return collect_texts(source, split_flow(visible_text(clean(decode(data, hint)))))


def visible_text(markup: str) -> str:
    """Return the text of HTML markup: the title and the body, one line for each block."""
    parser = _TextParser()
    parser.feed(markup)
    parser.close()
    text = re.sub(r"[ \t\xa0]+", " ", "".join(parser.pieces))
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _TextParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden_in: str | None = None
        self._hidden_depth = 0
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if self._hidden_in:
            self._hidden_depth += tag == self._hidden_in
        elif tag in _HIDDEN:
            self._hidden_in, self._hidden_depth = tag, 1
        else:
            self._preformatted += tag == "pre"
            self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if not self._hidden_in:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden_in:
            self._hidden_depth -= tag == self._hidden_in
            if self._hidden_depth == 0:
                self._hidden_in = None
            return
        if tag == "pre" and self._preformatted:
            self._preformatted -= 1
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden_in:
            self.pieces.append(data if self._preformatted else re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag in _LINES:
            self.pieces.append("\n")
        elif tag in _CELLS:
            self.pieces.append(" ")
