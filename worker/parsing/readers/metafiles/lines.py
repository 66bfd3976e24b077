"""Texts that are drawn at places, as lines."""

from dataclasses import dataclass, field

_MAX_TEXTS = 10_000
_MAX_CHARACTERS = 64 * 1024
# The gap between two pieces of a word, in widths of a letter.
_MAX_GAP = 0.3
# Stands between texts that are further apart; drawn texts are never empty.
_GAP = ""


@dataclass(slots=True)
class DrawnLines:
    """Texts in the order in which they are drawn: those at one height are a line.

    `is_lost` tells that there is text whose letters the file does not say.
    """

    is_lost: bool = False
    _lines: list[list[str]] = field(default_factory=list)
    _height: int | None = None
    _end: float | None = None
    _texts: int = 0
    _room: int = _MAX_CHARACTERS
    _last: tuple[int, int, str] | None = None

    @property
    def is_full(self) -> bool:
        """Whether no further text is taken."""
        return self._texts >= _MAX_TEXTS or self._room <= 0

    def add(self, left: int, height: int, text: str, width: int | None) -> None:
        """Add a text that begins at a place; `width` is None where the file does not say it."""
        text = text.replace("\0", "")
        place = (left, height, text)
        # Shadows and outlines draw a text again.
        if not text or self.is_full or place == self._last:
            return
        self._texts += 1
        self._room -= len(text)
        self._last = place
        if height != self._height or not self._lines:
            self._lines.append([text])
        else:
            letter = width / len(text) if width else 0
            is_word = self._end is not None and abs(left - self._end) <= letter * _MAX_GAP
            self._lines[-1] += [text] if is_word else [_GAP, text]
        self._height = height
        self._end = left + width if width is not None else None

    def text(self) -> str:
        """Return the lines; a line that the one before it repeats counts once."""
        lines = (" ".join(_join(line).split()) for line in self._lines)
        return "\n".join(dict.fromkeys(line for line in lines if line))


def _join(texts: list[str]) -> str:
    """Return a line; its gaps are spaces, unless it is drawn by letters with spaces among them."""
    if " " in texts and all(len(text) <= 1 for text in texts):
        return "".join(texts)
    return "".join(text or " " for text in texts)
