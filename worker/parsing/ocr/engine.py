"""What an OCR engine does with one picture, and what it returns."""

from dataclasses import dataclass
from typing import Protocol

from PIL import Image


@dataclass(frozen=True, slots=True)
class Recognised:
    """The text of a picture and the mean confidence in its words, 0 to 100; 0 without words.

    `is_whole` is false if the time was up before the end.
    """

    text: str
    confidence: float
    is_whole: bool = True

    @property
    def weight(self) -> float:
        """The amount of text and the confidence in it, for comparing readings of one picture."""
        return self.confidence * sum(character.isalnum() for character in self.text)


@dataclass(frozen=True, slots=True)
class Orientation:
    """How far a picture must be turned counter-clockwise, in degrees, and its script.

    The confidences are the detector's, from 0 up, without a unit.
    """

    degrees: int
    confidence: float
    script: str
    script_confidence: float


# A word, and the left, top, right and bottom of its place in pixels.
FoundWord = tuple[str, tuple[int, int, int, int]]

NOTHING = Recognised("", 0.0)


class OcrFailed(Exception):
    """The engine cannot work on this machine; the message is a sentence for the reasoning."""


class OcrEngine(Protocol):
    """Reads grey pictures (mode `L`) in one language and one thread."""

    def read(
        self, picture: Image.Image, dpi: int, seconds: float, *, is_shaded: bool
    ) -> Recognised:
        """Return the text that is read within about `seconds`.

        `is_shaded` pictures are not evenly lit and need a local threshold. Raises OcrFailed.
        """
        ...

    def find_words(self, picture: Image.Image, dpi: int, seconds: float) -> list[FoundWord]:
        """Return the words of a picture and their places. Raises OcrFailed."""
        ...

    def detect_orientation(self, picture: Image.Image) -> Orientation | None:
        """Return the orientation and script of the text, or None if they are not clear."""
        ...
