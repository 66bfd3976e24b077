"""Notices parts of a page that one threshold for all of it hides, and makes them readable.

Tesseract finds the lines of a page in black and white, by Otsu's threshold: what lies in a shadow,
in a grey box or on a watermark becomes black with its ground, faint print beside dark one becomes
white.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Parts = npt.NDArray[np.bool_]

_SIDE = 1250
# A part is a square of so many pixels of the reduced picture; paper has less contrast.
_PART = 16
_CONTRAST = 40
_DARK_SHARE, _LIGHT_SHARE = 0.008, 0.02
# The paper's shade is the brightest in the surroundings, in pixels of a picture reduced by 8.
_REDUCTION, _SURROUNDINGS, _BLUR = 8, 9, 1
_WHITE = 255
# Print of two shades has few pixels between them: within so many shades of their threshold, as a
# share of the lighter print. The edges of letters have all shades.
_NEAR, _GAP_SHARE = 8, 0.1
# Shades around the threshold that stay grey.
_RAMP = 30
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
    threshold = _find_threshold(grey.histogram())
    dark = (brightest <= threshold) & (contrast > _CONTRAST)
    light = ~_with_neighbours(darkest <= threshold) & (contrast > _CONTRAST)
    return bool(dark.mean() > _DARK_SHARE or light.mean() > _LIGHT_SHARE)


def _with_neighbours(parts: Parts) -> Parts:
    """Return the parts and those beside them: the edge of a letter may lie in another part."""
    return np.asarray(Image.fromarray(parts).convert("L").filter(ImageFilter.MaxFilter(3))) > 0


def even_out(grey: Image.Image) -> Image.Image:
    """Return a picture whose paper is white everywhere, with faint print made darker."""
    small = grey.reduce(_REDUCTION)
    # Print vanishes, and the edge of a shadow stays where it is.
    ground = small.filter(ImageFilter.MaxFilter(_SURROUNDINGS))
    ground = ground.filter(ImageFilter.MinFilter(_SURROUNDINGS))
    ground = ground.filter(ImageFilter.GaussianBlur(_BLUR))
    paper = np.asarray(ground.resize(grey.size, Image.Resampling.BILINEAR), np.float32)
    shades = np.asarray(grey, np.float32) / np.maximum(paper, 1)
    shades = (shades - _BLACK_SHARE) * (_WHITE / (1 - _BLACK_SHARE))
    return Image.fromarray(shades.clip(0, _WHITE).astype(np.uint8))


def keep_darkest(grey: Image.Image) -> Image.Image:
    """Return a picture with its darkest print alone: without watermarks, ruling and dirty paper."""
    shades = grey.histogram()
    threshold = _find_deeper_threshold(shades) or _find_threshold(shades)
    steepness = _WHITE / (2 * _RAMP)
    return grey.point([round((shade - threshold) * steepness + _WHITE / 2) for shade in range(256)])


def has_print_on_print(grey: Image.Image) -> bool:
    """Tell whether a picture has print of two shades, such as letters on a watermark."""
    return _find_deeper_threshold(grey.histogram()) is not None


def _find_deeper_threshold(shades: Sequence[int]) -> int | None:
    """Return the shade between dark print and lighter print, None for print of one shade."""
    threshold = _find_threshold(shades)
    deeper = _find_threshold(shades[: threshold + 1])
    near = sum(shades[max(0, deeper - _NEAR) : deeper + _NEAR + 1])
    lighter = sum(shades[deeper + 1 : threshold + 1])
    return deeper if near < _GAP_SHARE * lighter else None


def _find_threshold(shades: Sequence[int]) -> int:
    """Return the shade that divides the others best (Otsu 1979), by how often each occurs."""
    counts = np.array(shades, np.float64)
    below = counts.cumsum()
    weighted = (counts * np.arange(counts.size)).cumsum()
    above = below[-1] - below
    divides = (below > 0) & (above > 0)
    between = np.zeros_like(counts)
    np.divide(
        (weighted[-1] * below - weighted * below[-1]) ** 2, below * above, between, where=divides
    )
    return int(between.argmax())
