"""Reads pages that are skewed, turned or unevenly lit in several ways, of which the best counts."""

import time
from dataclasses import dataclass

from PIL import Image

from worker.parsing.ocr.engine import OcrEngine, Orientation, Recognised
from worker.parsing.ocr.skew import level, measure_skew

# Pages in the right language and orientation are above this, except for the worst photographs.
SURE = 60.0
# Pages in another script are below this, but so are many receipts.
_SURE_OF_LANGUAGE = 80.0
# The least confidences in orientation and script at which Tesseract's detector is right: on pages
# that are hard to read the first pair, against a fair reading the second.
_LIKELY = (1.0, 0.5)
_EVIDENT = (10.0, 2.0)


@dataclass(frozen=True, slots=True)
class StraightReading:
    """The best reading of a page, and the picture that it was read from, upright and level.

    `script` is that of the letters if it is certain, otherwise None.
    """

    found: Recognised
    picture: Image.Image
    script: str | None = None


class _Attempts:
    """Reads pictures of one page, and keeps the best reading."""

    def __init__(self, engine: OcrEngine, dpi: int, deadline: float, first: Image.Image) -> None:
        self._engine = engine
        self._dpi = dpi
        self._deadline = deadline
        self.picture = first
        self.best = self._read(first)

    def add(self, picture: Image.Image, *, is_shaded: bool = False) -> bool:
        """Read another picture; tell whether this is the best reading so far."""
        found = self._read(picture, is_shaded=is_shaded)
        is_better = found.weight > self.best.weight
        if is_better:
            self.best, self.picture = found, picture
        return is_better

    def _read(self, picture: Image.Image, *, is_shaded: bool = False) -> Recognised:
        seconds = self._deadline - time.monotonic()
        return self._engine.read(picture, self._dpi, seconds, is_shaded=is_shaded)


def read_straight(
    engine: OcrEngine, picture: Image.Image, dpi: int, deadline: float
) -> StraightReading:
    """Read a grey picture of a page until `deadline`. Raises OcrFailed.

    A page that is clearly skewed is levelled first: OCR leaves out lines of it and is confident
    of the others. A page that is hard to read is turned upright, and read with a threshold for
    uneven light.
    """
    skew = measure_skew(picture)
    first = level(picture, skew) if skew.is_clear else picture
    attempts = _Attempts(engine, dpi, deadline, first)
    if attempts.best.confidence >= _SURE_OF_LANGUAGE or not attempts.best.is_whole:
        return _result(attempts)
    if skew.is_likely and not skew.is_clear:
        attempts.add(level(picture, skew))
    seen = engine.detect_orientation(attempts.picture)
    if attempts.best.confidence >= SURE:
        return _result(attempts, seen if seen and seen.degrees == 0 else None)
    # Without a result the page may be upside down: Tesseract recognises sideways pages itself.
    turn = seen.degrees if seen else 180
    is_upright = not turn or attempts.add(attempts.picture.rotate(turn, expand=True))
    if attempts.best.confidence < SURE:
        attempts.add(attempts.picture, is_shaded=True)
    if attempts.best.confidence < SURE and skew.is_clear:
        attempts.add(picture)
    # A detector that is wrong about the orientation is wrong about the script.
    return _result(attempts, seen if is_upright else None)


def _result(attempts: _Attempts, seen: Orientation | None = None) -> StraightReading:
    found = attempts.best
    script = seen.script if seen and _is_sure(seen, found) else None
    return StraightReading(found, attempts.picture, script)


def _is_sure(seen: Orientation, found: Recognised) -> bool:
    """Whether the detected script is more credible than the reading."""
    least = _LIKELY if found.confidence < SURE else _EVIDENT
    return seen.confidence >= least[0] and seen.script_confidence >= least[1]
