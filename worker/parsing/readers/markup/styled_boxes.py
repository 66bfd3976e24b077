"""Elements of web pages that a style makes boxes, which breaks the line or sets words apart."""

import re

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
