"""Notices parts of a page that one threshold for all of it hides, and evens out the paper.

Tesseract finds the lines of a page in black and white, by Otsu's threshold: what lies in a shadow
or in a grey box becomes black with its ground, faint print beside dark one becomes white.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Parts = npt.NDArray[np.bool_]

_SIDE = 1250
# A part is a square of so many pixels of the reduced picture; paper has less contrast.
_PART = 16
_DARK_CONTRAST, _LIGHT_CONTRAST = 25, 40
_DARK_SHARE, _LIGHT_SHARE = 0.01, 0.02
# The paper's shade is the brightest in the surroundings, in pixels of a picture reduced by 8.
_REDUCTION, _SURROUNDINGS, _BLUR = 8, 9, 4
_WHITE = 255
# Of the paper's shade: print that is darker becomes black.
_BLACK_SHARE = 0.6


def hides_parts(grey: Image.Image) -> bool:
    """Tell whether parts of a picture that show something are all black, or all white."""
    small = np.asarray(grey.reduce(max(1, round(max(grey.size) / _SIDE))), np.int16)
    rows, columns = (size // _PART for size in small.shape)
    if not rows or not columns:
        return False
    parts = small[: rows * _PART, : columns * _PART].reshape(rows, _PART, columns, _PART)
    darkest, brightest = parts.min(axis=(1, 3)), parts.max(axis=(1, 3))
    contrast = brightest - darkest
    threshold = _find_threshold(grey)
    dark = ~_with_neighbours(brightest > threshold) & (contrast > _DARK_CONTRAST)
    light = ~_with_neighbours(darkest <= threshold) & (contrast > _LIGHT_CONTRAST)
    return bool(dark.mean() > _DARK_SHARE or light.mean() > _LIGHT_SHARE)


def _with_neighbours(parts: Parts) -> Parts:
    """Return the parts and those beside them: the edge of a letter may lie in another part."""
    return np.asarray(Image.fromarray(parts).convert("L").filter(ImageFilter.MaxFilter(3))) > 0


def even_out(grey: Image.Image) -> Image.Image:
    """Return a picture whose paper is white everywhere, with faint print made darker."""
    small = grey.reduce(_REDUCTION)
    ground = small.filter(ImageFilter.MaxFilter(_SURROUNDINGS)).filter(
        ImageFilter.GaussianBlur(_BLUR)
    )
    paper = np.asarray(ground.resize(grey.size, Image.Resampling.BILINEAR), np.float32)
    shades = np.asarray(grey, np.float32) / np.maximum(paper, 1)
    shades = (shades - _BLACK_SHARE) * (_WHITE / (1 - _BLACK_SHARE))
    return Image.fromarray(shades.clip(0, _WHITE).astype(np.uint8))


def _find_threshold(grey: Image.Image) -> int:
    """Return the shade that divides the others best (Otsu 1979)."""
    counts = np.array(grey.histogram(), np.float64)
    below = counts.cumsum()
    weighted = (counts * np.arange(counts.size)).cumsum()
    above = below[-1] - below
    divides = (below > 0) & (above > 0)
    between = np.zeros_like(counts)
    np.divide(
        (weighted[-1] * below - weighted * below[-1]) ** 2, below * above, between, where=divides
    )
    return int(between.argmax())
