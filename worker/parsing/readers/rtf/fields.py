"""Fields of RTF that have no result: what they show by their codes and form data.

Microsoft RTF 1.9.1, sections on fields and form fields.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from worker.parsing.readers.field_codes import CHECKED, UNCHECKED, field_text

# `\ffres` of a box or list that nobody has touched.
_UNTOUCHED = 25
_CHECK_BOX, _LIST = 1, 2
_MAX_PIECES = 300
# Word nests few; in damaged files fields never end.
_MAX_FIELDS = 50


@dataclass(slots=True)
class FieldCodes:
    """The codes, and the properties and entries of the form field among them."""

    codes: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    properties: dict[bytes, int] = field(default_factory=dict)

    def add_code(self, text: str) -> None:
        """Add to the codes."""
        if len(self.codes) < _MAX_PIECES:
            self.codes.append(text)

    def add_entry(self, text: str) -> None:
        """Add an entry of a list."""
        if len(self.entries) < _MAX_PIECES:
            self.entries.append(text)

    def text(self) -> str:
        """Return what the field shows without a result."""
        kind = self.properties.get(b"fftype", 0)
        chosen = self.properties.get(b"ffres", _UNTOUCHED)
        if chosen == _UNTOUCHED:
            chosen = self.properties.get(b"ffdefres", 0)
        if kind == _CHECK_BOX:
            return CHECKED if chosen else UNCHECKED
        if kind == _LIST:
            return self.entries[chosen] if 0 <= chosen < len(self.entries) else ""
        return field_text("".join(self.codes))


class OpenField(NamedTuple):
    """What a field shows without a result, how many groups are around it, and its first piece."""

    text: str
    depth: int
    start: int


class OpenFields:
    """The fields whose codes are read and whose result may follow; `codes` are the next one's."""

    def __init__(self) -> None:
        self.codes = FieldCodes()
        self._open: list[OpenField] = []

    def begin_result(self, depth: int, start: int) -> None:
        """Keep what the field shows in case that no result follows from the piece `start` on."""
        text, self.codes = self.codes.text(), FieldCodes()
        if text:
            self._open.append(OpenField(text, depth, start))
            del self._open[:-_MAX_FIELDS]

    def pop_ended(self, depth: int) -> OpenField | None:
        """Return and forget a field that ends where so many groups are open, None without any."""
        return self._open.pop() if self._open and depth < self._open[-1].depth else None
