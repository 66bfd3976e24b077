"""Prepares pictures for OCR: grey, upright, of a size that OCR reads well."""

import math
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageChops, ImageFilter, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from worker.parsing.ocr.grey import flatten

_FORMATS = {
    "png": ("PNG",),
    "jpg": ("JPEG", "MPO"),
    "gif": ("GIF",),
    "bmp": ("BMP", "DIB"),
    "tiff": ("TIFF",),
    "webp": ("WEBP",),
    "heic": ("HEIF",),
    "jp2": ("JPEG2000",),
    "avif": ("AVIF",),
    "pnm": ("PPM",),
}
# The frames of a phone's MPO and of an animated PNG are versions of one picture, not pages.
_WITH_FRAMES = frozenset({"tiff", "gif", "webp"})
_NEW_SUBFILE_TYPE, _REDUCED = 254, 1
# Pictures that are hard to read at the first size have small letters, perhaps.
_MAX_SIDE, _FINE_SIDE = 2500, 3500
# Of a page of paper. A longer picture, such as a till receipt, may have as many pixels.
_PAPER = math.sqrt(2)
# Tesseract reads no larger pictures.
_TESSERACT_SIDE = 32_000
# A picture that is not larger than this shows no more in a finer size.
_MIN_REDUCTION = 1.2
_SMALL_PIXELS = 1_000_000
_INK_CONTRAST = 40
_INK_SHARE = 0.0005
# In a picture of this size the noise of a scanner is levelled out, and letters are not.
_FAINT_SIDE = 1200
_FAINT_CONTRAST = 12
_SURROUNDINGS = 12


@dataclass(frozen=True, slots=True)
class OcrPicture:
    """A grey picture (mode `L`) in a size for OCR, and the factor by which it was enlarged.

    OCR must know the factor: it finds columns by the resolution, and splits enlarged letters that
    it takes for a heading, Korean and Chinese ones above all. `original` is the picture before it
    was made much smaller.
    """

    picture: Image.Image
    enlarged: float = 1.0
    original: Image.Image | None = None

    def refine(self) -> "OcrPicture | None":
        """Return the picture in a finer size for small letters, None if it has none."""
        if self.original is None:
            return None
        finer = _resize(self.original, min(1.0, _factor(*self.original.size, _FINE_SIDE)))
        return OcrPicture(finer, self.enlarged * finer.width / self.picture.width)


# The readers check their own limit, an error and not a warning, before they decode a picture.
Image.MAX_IMAGE_PIXELS = None


def open_picture(file: BinaryIO, extension: str) -> Image.Image:
    """Open a picture without decoding it. Raises any exception of Pillow's."""
    file.seek(0)
    return Image.open(file, formats=_FORMATS[extension])


def find_frames(picture: Image.Image, extension: str) -> list[int]:
    """Return the frames of a picture that are pages, in formats whose frames are pages.

    A TIFF may have small versions of its pages, by bit 0 of NewSubfileType (TIFF 6.0, section 8).
    """
    frames = list(range(getattr(picture, "n_frames", 1) if extension in _WITH_FRAMES else 1))
    if len(frames) == 1 or not isinstance(picture, TiffImageFile):
        return frames
    pages = []
    for frame in frames:
        picture.seek(frame)
        if not picture.tag_v2.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED:
            pages.append(frame)
    picture.seek(0)
    return pages or frames


def to_grey(picture: Image.Image) -> OcrPicture:
    """Return the current frame of `picture`, upright, grey, on white, in a size for OCR.

    The sizes are in pixels: what the file says of its resolution does not count. The longer side
    has at most 2500 pixels, or more if the picture is longer than paper. A picture of less than a
    million pixels is doubled, because its letters are smaller than those that the models know.
    """
    picture.draft("L", (_FINE_SIDE, _FINE_SIDE))  # a JPEG can be decoded at half its size
    picture.load()
    grey = ImageOps.exif_transpose(flatten(picture))
    return fit(grey)


def fit(grey: Image.Image) -> OcrPicture:
    """Return a grey picture in a size for OCR."""
    width, height = grey.size
    factor = min(_factor(width, height, _MAX_SIDE), 2 if width * height < _SMALL_PIXELS else 1)
    original = grey if factor * _MIN_REDUCTION < 1 else None
    return OcrPicture(_resize(grey, factor), max(1.0, factor), original)


def has_ink(grey: Image.Image) -> bool:
    """Tell whether a picture has anything on its background."""
    shades = grey.histogram()
    background = shades.index(max(shades))
    ink = sum(
        count for shade, count in enumerate(shades) if abs(shade - background) > _INK_CONTRAST
    )
    return ink > sum(shades) * _INK_SHARE


def has_faint_ink(grey: Image.Image) -> bool:
    """Tell whether a picture has anything, however faint: letters, but also the paper's grain."""
    if has_ink(grey):
        return True
    small = grey.reduce(max(1, round(max(grey.size) / _FAINT_SIDE)))
    around = small.filter(ImageFilter.BoxBlur(_SURROUNDINGS))
    shades = ImageChops.difference(small, around).histogram()
    return sum(shades[_FAINT_CONTRAST:]) > sum(shades) * _INK_SHARE


def scale_for(width: float, height: float, dpi: int) -> float:
    """Return the scale for rendering a page for OCR; `width` and `height` are in points."""
    return min(dpi / 72, _factor(width, height, _MAX_SIDE))


def _factor(width: float, height: float, side: int) -> float:
    """Return the factor by which a picture is as large as a page of paper with that longer side."""
    short, long = sorted((width, height))
    longer = math.sqrt(max(1.0, long / max(1.0, short) / _PAPER))
    return min(side * longer, _TESSERACT_SIDE) / long


def _resize(grey: Image.Image, factor: float) -> Image.Image:
    if factor == 1:
        return grey
    size = (max(1, round(grey.width * factor)), max(1, round(grey.height * factor)))
    return grey.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
