"""What RTF prints around its pages: headers and footers by their kinds (Microsoft RTF 1.9.1)."""

from collections.abc import Collection

from worker.parsing.readers.rtf.words import FOOTERS, HEADERS, SWITCHED


class PrintedTexts:
    """Headers and footers; some show only where the document or a section says so by a word."""

    def __init__(self) -> None:
        self._texts: list[tuple[bytes, str]] = []
        self._switches: set[bytes] = set()

    def add(self, kind: bytes, text: str) -> None:
        """Add a header or footer of a kind."""
        self._texts.append((kind, text))

    def switch_on(self, word: bytes) -> None:
        """Show the kinds that this word of `SWITCHED` makes different from others."""
        self._switches.add(word)

    def headers(self) -> list[str]:
        """Return the headers that show on some page."""
        return self._shown(HEADERS)

    def footers(self) -> list[str]:
        """Return the footers that show on some page."""
        return self._shown(FOOTERS)

    def _shown(self, kinds: Collection[bytes]) -> list[str]:
        return [
            text
            for kind, text in self._texts
            if kind in kinds and SWITCHED.get(kind) in (None, *self._switches)
        ]
