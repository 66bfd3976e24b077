"""Turns pictures of any mode into grey ones: transparency, deep shades, colour spaces."""

import math

import numpy as np
from PIL import Image

_BLACK, _WHITE = 0, 255
_SIDE = 1500
_STEP = 64
# A page with round corners has a few more edges on black.
_MUCH_MORE = 1.5


def flatten(picture: Image.Image) -> Image.Image:
    """Return a picture in 256 shades of grey (mode `L`), with what it says of its orientation."""
    grey = _flatten(picture)
    exif = picture.info.get("exif")
    if exif:
        grey.info["exif"] = exif
    return grey


def _flatten(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        return _reduce_depth(picture)
    if picture.mode == "LAB":
        return picture.getchannel("L")
    if picture.has_transparency_data:
        return _flatten_transparency(picture)
    return picture.convert("L")


def _reduce_depth(picture: Image.Image) -> Image.Image:
    """Return a picture whose shades have more than 8 bits; Pillow would cut off the bright ones.

    The brightest shade tells how many bits are used: scanners use 10 to 16 of 16, other programs
    numbers up to 1.
    """
    shades = np.asarray(picture).astype(np.float32)
    np.nan_to_num(shades, copy=False)
    brightest = float(shades.max())
    full = 2.0 ** math.ceil(math.log2(brightest + 1)) - 1 if brightest > 1 else 1.0
    shades *= _WHITE / full
    return Image.fromarray(shades.clip(_BLACK, _WHITE, out=shades).astype(np.uint8))


def _flatten_transparency(picture: Image.Image) -> Image.Image:
    """Return a picture on white, or on black where much more of it is seen."""
    shades, opacity = picture.convert("RGBA").convert("LA").split()
    on_white, on_black = (_put_on(paper, shades, opacity) for paper in (_WHITE, _BLACK))
    is_light = _count_edges(on_black) > _MUCH_MORE * _count_edges(on_white)
    return on_black if is_light else on_white


def _put_on(shade: int, shades: Image.Image, opacity: Image.Image) -> Image.Image:
    paper = Image.new("L", shades.size, shade)
    paper.paste(shades, mask=opacity)
    return paper


def _count_edges(grey: Image.Image) -> int:
    small = grey.reduce(max(1, max(grey.size) // _SIDE))
    steps = np.diff(np.asarray(small, np.int16), axis=1)
    return int((abs(steps) > _STEP).sum())
