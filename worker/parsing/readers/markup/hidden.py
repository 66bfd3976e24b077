"""Elements of web pages that say themselves that nobody sees them.

HTML Living Standard: 6.1 (the attribute `hidden`), 6.12 (`popover`), 13.1.2.4 (tags that may
be left out), and the properties `display` and `visibility` of CSS in the attribute `style` and in
style sheets.
"""

import html
import re
import sys
from collections import Counter
from collections.abc import Mapping

from worker.parsing.readers.markup.style_sheets import HiddenNames

# As programs write them; looking at all letters regardless of case takes as long as reading.
_MAY_HIDE = tuple(
    spelling
    for word in ("none", "hidden", "collapse", "popover")
    for spelling in (word, word.upper(), word.title())
)
_HIDING_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE
)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)|<!--")
_WORD = re.compile(r"[^\W_]+")
_RAW = frozenset({"script", "style", "textarea", "title"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr"}
)
# Stray end tags of these close nothing around them.
_INLINE = frozenset(
    {"a", "b", "big", "br", "code", "em", "font", "i", "nobr", "p", "s", "small", "strike"}
    | {"strong", "sub", "sup", "tt", "u"}
)
_CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"tr"})
_ROW_GROUPS = frozenset({"tbody", "tfoot", "thead"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "center", "details", "div", "dl", "fieldset"}
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main"}
    | {"menu", "nav", "ol", "p", "pre", "section", "table", "ul"}
)
# The start tags that end an element whose own end tag is left out.
_ENDED_BY = {
    "p": _BLOCKS,
    "li": frozenset({"li"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd"})),
    **dict.fromkeys(("option", "optgroup"), frozenset({"option", "optgroup"})),
    **dict.fromkeys(_CELLS, _CELLS | _ROWS | _ROW_GROUPS),
    "tr": _ROWS | _ROW_GROUPS,
    **dict.fromkeys(_ROW_GROUPS, _ROW_GROUPS),
}


class HidingTags:
    """Finds the tags of markup whose attributes may hide their element, from the first on."""

    def __init__(self, markup: str, names: HiddenNames) -> None:
        self._markup = markup
        self._next = dict.fromkeys((*_MAY_HIDE, *names.words), -1)
        self._first = -1

    def has(self, start: int, end: int) -> bool:
        """Tell whether the attributes between two positions may hide their element."""
        if self._first < start:
            for word, place in self._next.items():
                if place < start:
                    found = self._markup.find(word, start)
                    self._next[word] = sys.maxsize if found < 0 else found
            self._first = min(self._next.values())
        return self._first < end


def is_hiding(attributes: Mapping[str, str], names: HiddenNames) -> bool:
    """Tell whether attributes hide their element, by a style or a name of a style sheet."""
    if "note" in attributes.get("epub:type", ""):
        return False  # Programs show notes of books where one taps their number.
    if "hidden" in attributes or "popover" in attributes:
        return True
    if names.hide(attributes.get("class", ""), attributes.get("id", "")):
        return True
    return _HIDING_STYLE.search(html.unescape(attributes.get("style", ""))) is not None


def find_hidden_end(markup: str, position: int, name: str) -> tuple[int, int] | None:
    """Return where an element ends whose start tag ends at a position, and its letters.

    An end tag of an element around it ends it, too. None if nothing does.
    """
    if name in _VOID:
        return position, 0
    inside = _Elements(name)
    letters = 0
    while tag := _TAG.search(markup, position):
        letters += _count_letters(markup[position : tag.start()])
        if tag[2] is None:
            position = _find(markup, "-->", tag.end())
            continue
        inner, after = tag[2].lower(), _find(markup, ">", tag.end())
        if tag[1]:
            if not inside.end(inner) and inner not in _INLINE:
                return tag.start(), letters
            if not inside.names:
                return after, letters
        elif not inside.begin(inner, is_whole=markup.startswith("/", after - 2)):
            return tag.start(), letters
        elif inner in _RAW:
            after = _find_raw_end(markup, after, inner)
            inside.end(inner)
        position = after
    return None


class _Elements:
    """The names of the elements that are open."""

    def __init__(self, name: str) -> None:
        self.names = [name]
        self._counts = Counter(self.names)

    def begin(self, name: str, *, is_whole: bool) -> bool:
        """Open an element, after those that its start tag ends; False if that leaves none."""
        while self.names and name in _ENDED_BY.get(self.names[-1], ()):
            self._counts[self.names.pop()] -= 1
        if self.names and name not in _VOID and not is_whole:
            self.names.append(name)
            self._counts[name] += 1
        return bool(self.names)

    def end(self, name: str) -> bool:
        """Close the last element of a name and those in it; False if none is open."""
        if not self._counts[name]:
            return False
        while True:
            last = self.names.pop()
            self._counts[last] -= 1
            if last == name:
                return True


def _count_letters(text: str) -> int:
    if not text or text.isspace():
        return 0
    return sum(map(len, _WORD.findall(html.unescape(text))))


def _find(markup: str, mark: str, start: int) -> int:
    at = markup.find(mark, start)
    return len(markup) if at < 0 else at + len(mark)


def _find_raw_end(markup: str, start: int, name: str) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(markup, start)
    return len(markup) if found is None else _find(markup, ">", found.end())
