"""Measures by how much the lines of a page are not level, and levels them.

The edges of the letters are projected along lines of many angles: along the lines of the text
they fall into narrow bands with nothing between them (projection profiles).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Points = npt.NDArray[np.float64]

# Tesseract loses words from about 3 degrees on, and the whole page from 8.
_TOLERATED = 1.0
_CLEAR_GAIN, _LIKELY_GAIN = 1.3, 1.05
# Single words have about 2.
_CLEAR_PEAK = 2.5
# With lines that run upwards or downwards, every angle is within these.
_LARGEST = 45.0
_COARSE, _FINE = 1.0, 0.2
_SIDE = 700
_MIN_POINTS, _MAX_POINTS = 200, 12_000
_SURROUNDINGS = 12
# Multiples of these irrational numbers fill a line and a square evenly.
_GOLDEN = 0.6180339887498949
_STEPS = (0.7548776662466927, 0.5698402909980532)
_CONTRAST = 20.0
# The edges of letters have this share of the contrast that a hundredth of all pixels has.
_FAINTEST, _STRONGEST = 0.4, 0.99


@dataclass(frozen=True, slots=True)
class Skew:
    """The degrees by which a picture must be turned counter-clockwise, from -45 to 45.

    `gain` is how many times sharper the bands then are than without turning, `peak` than at most
    other angles.
    """

    degrees: float = 0.0
    gain: float = 1.0
    peak: float = 1.0

    @property
    def is_clear(self) -> bool:
        """Whether the page is certainly skewed by more than OCR tolerates."""
        return self._is_gain(_CLEAR_GAIN) and self.peak >= _CLEAR_PEAK

    @property
    def is_likely(self) -> bool:
        """Whether the page may be skewed by more than OCR tolerates."""
        return self._is_gain(_LIKELY_GAIN)

    def _is_gain(self, least: float) -> bool:
        return abs(self.degrees) > _TOLERATED and self.gain >= least


def measure_skew(grey: Image.Image) -> Skew:
    """Return the skew of a grey picture, whose lines may also run upwards or downwards."""
    points = _find_edges(grey)
    if points.shape[1] < _MIN_POINTS:
        return Skew()
    angles = np.arange(-_LARGEST, _LARGEST + _COARSE, _COARSE)
    coarse = _measure_all(points, angles)
    near = angles[coarse.argmax()] + np.arange(-_COARSE, _COARSE, _FINE)
    fine = _measure_all(points, near)
    best = fine.max()
    return Skew(
        degrees=round(float(near[fine.argmax()]), 1),
        gain=float(best) / _measure_sharpness(points, 0.0),
        peak=float(best / np.sort(coarse)[coarse.size // 2]),
    )


def level(grey: Image.Image, skew: Skew) -> Image.Image:
    """Return the picture turned so that its lines are level, with corners in its background."""
    shades = grey.histogram()
    return grey.rotate(
        skew.degrees,
        expand=True,
        resample=Image.Resampling.BICUBIC,
        fillcolor=shades.index(max(shades)),
    )


def _find_edges(grey: Image.Image) -> Points:
    """Return the x and y of a reduced picture's pixels that differ from their surroundings."""
    factor = max(1, round(max(grey.size) / _SIDE))
    small = grey.reduce(factor)
    around = small.filter(ImageFilter.BoxBlur(_SURROUNDINGS))
    contrast = np.abs(np.asarray(small, np.int16) - np.asarray(around, np.int16))
    strong = int(contrast.size * _STRONGEST)
    threshold = max(_CONTRAST, _FAINTEST * np.partition(contrast, strong, axis=None)[strong])
    rows, columns = np.nonzero(contrast > threshold)
    points = np.stack([columns, rows]).astype(np.float64)
    if points.shape[1] > _MAX_POINTS:
        points = points[:, (_spread(_MAX_POINTS, _GOLDEN) * points.shape[1]).astype(np.intp)]
    # Without the noise the grid of the pixels has bands of its own, at 0 and 45 degrees.
    noise = [_spread(points.shape[1], step) for step in _STEPS]
    return points + np.stack(noise)


def _spread(count: int, step: float) -> Points:
    """Return numbers from 0 to 1 that are spread evenly and without a pattern."""
    return np.arange(1, count + 1, dtype=np.float64) * step % 1.0


def _measure_all(points: Points, angles: Points) -> Points:
    return np.array([_measure_sharpness(points, float(angle)) for angle in angles])


def _measure_sharpness(points: Points, degrees: float) -> float:
    """Return how unlike neighbouring rows or columns of the turned picture are."""
    radians = np.deg2rad(degrees)
    sine, cosine = np.sin(radians), np.cos(radians)
    columns, rows = points
    return max(_contrast(cosine * rows - sine * columns), _contrast(cosine * columns + sine * rows))


def _contrast(places: Points) -> float:
    counts = np.bincount((places - places.min()).astype(np.intp))
    return float((np.diff(counts) ** 2).sum())
