"""Elements of web pages that are boxes, by themselves or by a style: they set texts apart."""

import re

_PARAGRAPHS = frozenset(
    {"blockquote", "div", "p", "section", "table", "title", "ul", "ol"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)
_LINES = frozenset(
    {"address", "article", "aside", "body", "br", "caption", "center", "dd", "details", "dialog"}
    | {"dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "legend"}
    | {
        "iframe",
        "li",
        "main",
        "menu",
        "nav",
        "noframes",
        "optgroup",
        "option",
        "pre",
        "summary",
        "svg",
    }
    | {"tbody", "text", "tfoot", "thead", "tr"}
)
_BOXES = frozenset({"td", "th", "button", "input", "select", "textarea", "img", "tspan"})
BREAKS = {
    **dict.fromkeys(_BOXES, " "),
    **dict.fromkeys(_LINES, "\n"),
    **dict.fromkeys(_PARAGRAPHS, "\n\n"),
}
"""What stands at both tags of an element."""

# As programs write it; most pages have none.
_PROPERTY = "display"
_BOX = re.compile(
    r"display\s*:\s*(?:(inline-(?:block|flex|grid|table)|table-cell)"
    r"|block|flex|grid|table|list-item|table-row)",
    re.IGNORECASE,
)
_MAX_OPEN = 100


class StyledBoxes:
    """Follows the tags of some markup and gives the breaks that stand for the edges of boxes.

    `is_used` tells whether any tag may have such a style.
    """

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self.is_used = _PROPERTY in markup
        # Of each open box: its name, the elements of that name open since, and its break.
        self._open: list[tuple[str, int, str]] = []

    def follow(self, name: str, is_end: bool, start: int, end: int) -> str:
        """Return what stands at a tag whose attributes are between two positions."""
        if not is_end and self._markup.find(_PROPERTY, start, end) >= 0:
            box = _BOX.search(self._markup, start, end)
            if box:
                edge = " " if box[1] else "\n"
                self._open.append((name, 0, edge))
                del self._open[:-_MAX_OPEN]
                return edge
        if not self._open or self._open[-1][0] != name:
            return ""
        _, depth, edge = self._open.pop()
        depth += -1 if is_end else 1
        if depth < 0:
            return edge
        self._open.append((name, depth, edge))
        return ""
