"""The readings beside ruby texts (HTML, 4.5.10), which follow these in brackets."""

RUBY = frozenset({"ruby", "rb", "rt", "rtc", "rp"})
"""The elements of a ruby text: the text, what is beside it, and brackets for old browsers."""

# A longer one was never closed, and is text.
_MAX_READING, _MAX_BRACKET = 100, 3


class Rubies:
    """Takes the readings out of the pieces of a text, and puts them after the whole word."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._depth = 0
        # The open element beside the text, and the piece with which it begins.
        self._beside: tuple[str, int] | None = None
        self._readings: list[str] = []

    @property
    def is_open(self) -> bool:
        """Whether a ruby text has begun and not ended."""
        return self._depth > 0

    def follow(self, name: str, *, is_end: bool) -> None:
        """Take note of a tag of one of the elements `RUBY`."""
        if self._beside is not None:
            kind, start = self._beside
            self._beside = None
            text = "".join(self._pieces[start:]).strip()
            if len(text) <= (_MAX_READING if kind == "rt" else _MAX_BRACKET):
                del self._pieces[start:]
                if kind == "rt":
                    self._readings.append(text)
        if name == "ruby":
            self._depth = max(0, self._depth + (-1 if is_end else 1))
        elif name in ("rt", "rp") and self._depth and not is_end:
            self._beside = name, len(self._pieces)

    def end_readings(self) -> None:
        """Put the readings, if there are any, after the text that they belong to."""
        if any(self._readings):
            self._pieces.append(f"({''.join(self._readings)})")
        self._readings.clear()
