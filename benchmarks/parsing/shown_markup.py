"""Leaves out of web pages what attributes hide, which text browsers such as w3m show."""

import re
from html.parser import HTMLParser

_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})


class _Shown(HTMLParser):
    """Keeps the markup outside of hidden elements, whose end tags are there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []
        self._hidden = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        hides = "hidden" in named or bool(_HIDING.search(named.get("style") or ""))
        if not self._hidden and hides and tag not in _VOID:
            self._hidden, self._depth = tag, 0
        if self._hidden:
            self._depth += tag == self._hidden
        elif not hides:
            self.pieces.append(self.get_starttag_text() or "")

    def handle_startendtag(self, _tag: str, _attributes: object) -> None:
        if not self._hidden:
            self.pieces.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if not self._hidden:
            self.pieces.append(f"</{tag}>")
        elif tag == self._hidden:
            self._depth -= 1
            self._hidden = self._hidden if self._depth else ""

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def _keep(self, text: str) -> None:
        if not self._hidden:
            self.pieces.append(text)


def without_hidden(page: bytes) -> bytes:
    """Return a web page in an encoding that extends ASCII without its hidden elements."""
    shown = _Shown()
    shown.feed(page.decode("latin-1"))
    shown.close()
    return "".join(shown.pieces).encode("latin-1")
