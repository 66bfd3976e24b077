"""Reads pages that are skewed, turned or unevenly lit in several ways, of which the best counts."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image

from worker.parsing.ocr.engine import OcrEngine, Orientation, Recognised
from worker.parsing.ocr.light import (
    even_out,
    has_print_on_print,
    hides_parts,
    keep_darkest,
)
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.ocr.skew import Skew, level, measure_skew

# Pages in the right language and orientation are above this, except for the worst photographs.
SURE = 60.0
# Pages in another script are below this, but so are many receipts.
_SURE_OF_LANGUAGE = 80.0
# Letters that a large picture has lost by its reduction are below this.
_SURE_OF_SIZE = 88.0
# The least confidences in orientation and script at which Tesseract's detector is right: on pages
# that are hard to read the first pair, against a fair reading the second.
_LIKELY = (1.0, 0.5)
_EVIDENT = (10.0, 2.0)


@dataclass(frozen=True, slots=True)
class Pose:
    """How a picture is turned before it is read: levelled by its skew, then by `turn` degrees."""

    skew: Skew | None = None
    turn: int = 0

    def apply(self, picture: Image.Image) -> Image.Image:
        """Return the turned picture."""
        if self.skew is not None:
            picture = level(picture, self.skew)
        return picture.rotate(self.turn, expand=True) if self.turn else picture


@dataclass(frozen=True, slots=True)
class StraightReading:
    """The best reading of a page, and the picture that it was read from, upright and level.

    `script` is that of the letters if it is certain, otherwise None.
    """

    found: Recognised
    prepared: OcrPicture
    script: str | None = None


class _Attempts:
    """Reads a page in several ways, and keeps the best reading."""

    def __init__(
        self, engine: OcrEngine, page: OcrPicture, dpi: int, deadline: float, first: Pose
    ) -> None:
        self._engine = engine
        self._page = page
        self._dpi = dpi
        self._deadline = deadline
        self.pose = first
        self.prepared = self._turn(page, first)
        self.best = self._read(self.prepared)

    def add(self, pose: Pose, *, is_shaded: bool = False) -> bool:
        """Read the page in a pose; tell whether this is the best reading so far."""
        prepared = self.prepared if pose == self.pose else self._turn(self._page, pose)
        return self._compare(prepared, pose, is_shaded=is_shaded)

    def add_changed(self, change: Callable[[Image.Image], Image.Image]) -> bool:
        """Read the picture of the best reading so far in other shades, as `add` does."""
        prepared = OcrPicture(change(self.prepared.picture), self.prepared.enlarged)
        return self._compare(prepared, self.pose)

    def add_finer(self) -> None:
        """Read the page in a finer size, if it has one, in the best pose so far."""
        finer = self._page.refine()
        if finer is not None:
            self._compare(self._turn(finer, self.pose), self.pose)

    def _turn(self, page: OcrPicture, pose: Pose) -> OcrPicture:
        return OcrPicture(pose.apply(page.picture), page.enlarged)

    def _compare(self, prepared: OcrPicture, pose: Pose, *, is_shaded: bool = False) -> bool:
        found = self._read(prepared, is_shaded=is_shaded)
        is_better = found.weight > self.best.weight
        if is_better:
            self.best, self.prepared, self.pose = found, prepared, pose
        return is_better

    def _read(self, prepared: OcrPicture, *, is_shaded: bool = False) -> Recognised:
        dpi = round(self._dpi * prepared.enlarged)
        seconds = self._deadline - time.monotonic()
        return self._engine.read(prepared.picture, dpi, seconds, is_shaded=is_shaded)


def read_straight(
    engine: OcrEngine, page: OcrPicture, dpi: int, deadline: float
) -> StraightReading:
    """Read the picture of a page, at a resolution of `dpi`, until `deadline`. Raises OcrFailed.

    A page that is clearly skewed is levelled first: OCR leaves out lines of it and is confident
    of the others. A page that has parts in a shadow, or faint ones, is read once more with even
    light for the same reason, or without what is lighter than its letters. A page that is hard to
    read is turned upright, and read with a threshold for uneven light and in a finer size.
    """
    skew = measure_skew(page.picture)
    attempts = _Attempts(engine, page, dpi, deadline, Pose(skew if skew.is_clear else None))
    if attempts.best.is_whole:
        _show_hidden_parts(attempts)
    if attempts.best.confidence >= _SURE_OF_LANGUAGE or not attempts.best.is_whole:
        if attempts.best.is_whole and attempts.best.confidence < _SURE_OF_SIZE:
            attempts.add_finer()
        return StraightReading(attempts.best, attempts.prepared)
    if skew.is_likely and not skew.is_clear:
        attempts.add(Pose(skew))
    seen = engine.detect_orientation(attempts.prepared.picture)
    is_upright = seen is None or seen.degrees == 0
    if attempts.best.confidence < SURE:
        # Without a result the page may be upside down: Tesseract recognises sideways pages itself.
        turn = seen.degrees if seen else 180
        is_upright = not turn or attempts.add(replace(attempts.pose, turn=turn))
    if attempts.best.confidence < SURE:
        attempts.add(attempts.pose, is_shaded=True)
    if attempts.best.confidence < SURE and skew.is_clear:
        attempts.add(Pose())
    if attempts.best.confidence < _SURE_OF_LANGUAGE:
        attempts.add_finer()
    found = attempts.best
    # A detector that is wrong about the orientation is wrong about the script.
    is_sure = seen is not None and is_upright and _is_sure(seen, found)
    return StraightReading(found, attempts.prepared, seen.script if seen and is_sure else None)


def _show_hidden_parts(attempts: _Attempts) -> None:
    """Read what lies in a shadow, is faint, or stands on a watermark or on ruled paper."""
    picture, confidence = attempts.prepared.picture, attempts.best.confidence
    is_hidden = confidence >= SURE and hides_parts(picture)
    if is_hidden and attempts.add_changed(even_out):
        return
    if (is_hidden or confidence < _SURE_OF_SIZE) and has_print_on_print(picture):
        attempts.add_changed(keep_darkest)


def _is_sure(seen: Orientation, found: Recognised) -> bool:
    """Whether the detected script is more credible than the reading."""
    least = _LIKELY if found.confidence < SURE else _EVIDENT
    return seen.confidence >= least[0] and seen.script_confidence >= least[1]
