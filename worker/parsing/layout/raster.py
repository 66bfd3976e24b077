"""Measures a small grey picture of a page: its ink and photographs.

The functions take `shades`, an array (height, width) of at least one pixel. They are pure, return
the same numbers on every machine, and take time in proportion to the pixels. Lengths are chosen for
a page at 72 dpi.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Shades = NDArray[np.uint8]

_CONTRAST = 40
_BLOCK = 16
# Print is black on white with grey rims; a photograph is grey throughout, and never even.
_DARKEST, _LIGHTEST = 35, 220
_PHOTO_GREYS = 0.6
_PHOTO_DEVIATION = 6.0


def shrink(shades: Shades, max_pixels: int) -> Shades:
    """Return the picture with at most `max_pixels` pixels, each the mean of a square."""
    step = math.ceil(math.sqrt(shades.size / max_pixels))
    height, width = (side // step for side in shades.shape)
    if step == 1 or not height or not width:
        return shades
    blocks = shades[: height * step, : width * step].reshape(height, step, width, step)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32), dtype=np.uint8)


def ink_share(shades: Shades) -> float:
    """Return the share that differs from the background, the most frequent shade."""
    background = int(np.argmax(Image.fromarray(shades).histogram()))
    darker = shades < max(0, background - _CONTRAST)
    return float((darker | (shades > min(255, background + _CONTRAST))).mean())


def photograph_share(shades: Shades) -> float:
    """Return the share that photographs cover: squares of 16 pixels that are grey and uneven."""
    height, width = (side - side % _BLOCK for side in shades.shape)
    if not height or not width:
        return 0.0
    whole = shades[:height, :width]
    greys = _blocks((whole > _DARKEST) & (whole < _LIGHTEST)).sum(axis=1, dtype=np.uint8)
    photographs = greys.sum(axis=2, dtype=np.uint16) > _PHOTO_GREYS * _BLOCK**2
    # The deviation takes time, and most pages have no such squares.
    grey = _blocks(whole).swapaxes(1, 2)[photographs]
    uneven = grey.std(axis=(1, 2), dtype=np.float32) > _PHOTO_DEVIATION
    return int(uneven.sum()) * _BLOCK**2 / shades.size


def _blocks(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the squares of a picture: (down, row in the square, across, column in the square)."""
    height, width = (side // _BLOCK for side in pixels.shape)
    return pixels.reshape(height, _BLOCK, width, _BLOCK)
