"""Measures a small grey picture of a page: ink, photographs, rules, columns, tables.

The functions take `shades`, or masks made of it: arrays (height, width) of at least one pixel with
the first row on top. They are pure, return the same numbers on every machine, and take time in
proportion to the pixels. Lengths are chosen for a page at 72 dpi.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Shades = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_CONTRAST = 40
_BLOCK = 16
# Print is black on white with grey rims; a photograph is grey throughout, and never even.
_DARKEST, _LIGHTEST = 35, 220
_PHOTO_GREYS = 0.6
_PHOTO_DEVIATION = 6.0
_RULE_WIDTH = 0.2
_RULE_HEIGHT = 0.06
_RULE_THICKNESS = 4
_STRIPS = 8
_BANDS = 24
_MAX_RUNS = 500
_COLUMN_WIDTH = 0.18
_COLUMN_GAP = 0.012
_COLUMN_FILL = 0.7
_COLUMN_BANDS = 0.4
_TABLE_CELLS = 3
_CELL_GAP = 1.5


def shrink(shades: Shades, max_pixels: int) -> Shades:
    """Return the picture with at most `max_pixels` pixels, each the mean of a square."""
    step = math.ceil(math.sqrt(shades.size / max_pixels))
    height, width = (side // step for side in shades.shape)
    if step == 1 or not height or not width:
        return shades
    blocks = shades[: height * step, : width * step].reshape(height, step, width, step)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32), dtype=np.uint8)


def find_ink(shades: Shades) -> Mask:
    """Return where the picture differs from its background, the most frequent shade."""
    background = int(np.argmax(Image.fromarray(shades).histogram()))
    darker = shades < max(0, background - _CONTRAST)
    return darker | (shades > min(255, background + _CONTRAST))


def find_photographs(shades: Shades) -> Mask:
    """Return where photographs are: squares of 16 pixels that are grey and uneven."""
    found = np.zeros(shades.shape, dtype=np.bool_)
    height, width = (side - side % _BLOCK for side in shades.shape)
    if not height or not width:
        return found
    whole = shades[:height, :width]
    greys = _blocks((whole > _DARKEST) & (whole < _LIGHTEST)).sum(axis=1, dtype=np.uint8)
    photographs = greys.sum(axis=2, dtype=np.uint16) > _PHOTO_GREYS * _BLOCK**2
    # The deviation takes time, and most pages have no such squares.
    grey = _blocks(whole).swapaxes(1, 2)[photographs]
    photographs[photographs] = grey.std(axis=(1, 2), dtype=np.float32) > _PHOTO_DEVIATION
    found[:height, :width] = photographs.repeat(_BLOCK, 0).repeat(_BLOCK, 1)
    return found


def find_rules(ink: Mask) -> tuple[Mask, int, int]:
    """Return where long thin lines are, and the numbers of horizontal and vertical ones.

    A horizontal rule is at least a fifth of the width long, a vertical one 6% of the height. Lines
    at one height, or beside each other, count as one.
    """
    height, width = ink.shape
    rows = _thin(_has_run(ink, max(2, math.ceil(width * _RULE_WIDTH)), axis=1))
    columns = _thin(_has_run(ink, max(2, math.ceil(height * _RULE_HEIGHT)), axis=0))
    where = np.zeros(ink.shape, dtype=np.bool_)
    for start, end in rows:
        where[start:end] = True
    for start, end in columns:
        where[:, start:end] = True
    return where, len(rows), len(columns)


def line_height(text: Mask) -> float:
    """Return the median height in pixels of a text line, 0 without text.

    Measures eight strips one by one, because the lines of two columns need not be level.
    """
    heights: list[int] = []
    for strip in np.array_split(text, _STRIPS, axis=1):
        runs = _runs(_any(strip, axis=1))[:_MAX_RUNS]
        # A single row of pixels is dust or an underline.
        heights += [end - start for start, end in runs if end - start > 1]
    return float(sorted(heights)[len(heights) // 2]) if heights else 0.0


def count_columns(text: Mask) -> int:
    """Return the number of columns of most of the running text, 0 without running text.

    The page is cut into 24 bands of a few lines, which fill the gaps between each other's words.
    A column is at least 18% of the page wide.
    """
    weights: dict[int, int] = {}
    whole = int(text.sum())
    gap = text.shape[1] * _COLUMN_GAP
    for band in np.array_split(text, min(_BANDS, text.shape[0])):
        inked = _any(band, axis=0)
        parts = _join(_runs(inked), gap)
        wide = [
            (start, end)
            for start, end in parts
            if end - start >= text.shape[1] * _COLUMN_WIDTH
            and inked[start:end].mean() >= _COLUMN_FILL
        ]
        if wide:
            weights[len(wide)] = weights.get(len(wide), 0) + int(band.sum())
    if not weights:
        return 0
    columns = max(weights, key=lambda count: (weights[count], -count))
    return columns if weights[columns] >= whole * _COLUMN_BANDS else 1


def table_share(text: Mask, height: float) -> float:
    """Return the share of the inked rows that are in lines of three or more cells.

    `height` is that of a text line. Gaps of one and a half times this width separate cells.
    """
    inked = _any(text, axis=1)
    total = int(inked.sum())
    if not total or not height:
        return 0.0
    in_cells = 0
    for start, end in _runs(inked)[:_MAX_RUNS]:
        if end - start <= 3 * height:
            cells = _join(_runs(_any(text[start:end], axis=0)), height * _CELL_GAP)
            in_cells += (end - start) * (len(cells) >= _TABLE_CELLS)
    return in_cells / total


def _blocks(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the squares of a picture: (down, row in the square, across, column in the square)."""
    height, width = (side // _BLOCK for side in pixels.shape)
    return pixels.reshape(height, _BLOCK, width, _BLOCK)


def _has_run(ink: Mask, length: int, axis: int) -> Mask:
    """Return for each row (axis 1) or column (axis 0) whether `length` pixels in a row are ink.

    A run of twice the length is two runs side by side, so it takes few operations on bytes.
    """
    starts = np.moveaxis(ink, axis, 0)
    reached = 1
    while reached < length:
        step = min(reached, length - reached)
        starts = starts[:-step] & starts[step:]
        reached += step
    return np.asarray(starts.any(axis=0), dtype=np.bool_)


def _thin(marked: Mask) -> list[tuple[int, int]]:
    """Return the runs that are thin enough for lines; wider ones are filled areas."""
    return [(start, end) for start, end in _runs(marked) if end - start <= _RULE_THICKNESS]


def _any(marked: Mask, axis: int) -> Mask:
    return np.asarray(marked.any(axis=axis), dtype=np.bool_)


def _runs(marked: Mask) -> list[tuple[int, int]]:
    """Return where the runs of a one-dimensional mask start and end."""
    padded = np.zeros(len(marked) + 2, dtype=np.bool_)
    padded[1:-1] = marked
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _join(runs: list[tuple[int, int]], gap: float) -> list[tuple[int, int]]:
    """Join runs with less than `gap` between them."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
