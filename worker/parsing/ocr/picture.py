"""Prepares pictures for OCR: grey, upright, of a size that OCR reads well."""

from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps

_FORMATS = {
    "png": ("PNG",),
    "jpg": ("JPEG", "MPO"),
    "gif": ("GIF",),
    "bmp": ("BMP", "DIB"),
    "tiff": ("TIFF",),
    "webp": ("WEBP",),
    "heic": ("HEIF",),
}
# The frames of a phone's MPO and of an animated PNG are versions of one picture, not pages.
_WITH_FRAMES = frozenset({"tiff", "gif", "webp"})
_MAX_SIDE = 2500
_SMALL_PIXELS = 1_000_000
_INK_CONTRAST = 40
_INK_SHARE = 0.0005
_WHITE = 255


@dataclass(frozen=True, slots=True)
class OcrPicture:
    """A grey picture (mode `L`) in a size for OCR, and the factor by which it was enlarged.

    OCR must know the factor: it finds columns by the resolution, and splits enlarged letters that
    it takes for a heading, Korean and Chinese ones above all.
    """

    picture: Image.Image
    enlarged: float = 1.0


# The readers check their own limit, an error and not a warning, before they decode a picture.
Image.MAX_IMAGE_PIXELS = None


def open_picture(file: BinaryIO, extension: str) -> Image.Image:
    """Open a picture without decoding it. Raises any exception of Pillow's."""
    file.seek(0)
    return Image.open(file, formats=_FORMATS[extension])


def count_frames(picture: Image.Image, extension: str) -> int:
    """Return the number of pages of a picture: its frames, in formats whose frames are pages."""
    return getattr(picture, "n_frames", 1) if extension in _WITH_FRAMES else 1


def to_grey(picture: Image.Image) -> OcrPicture:
    """Return the current frame of `picture`, upright, grey, on white, in a size for OCR.

    The longer side has at most 2500 pixels. A picture of less than a million pixels is doubled,
    because its letters are smaller than those that the models know.
    """
    picture.draft("L", (_MAX_SIDE, _MAX_SIDE))  # a JPEG can be decoded at half its size
    picture.load()
    grey = ImageOps.exif_transpose(_flatten(picture))
    return fit(grey)


def fit(grey: Image.Image) -> OcrPicture:
    """Return a grey picture in a size for OCR."""
    width, height = grey.size
    factor = min(_MAX_SIDE / max(width, height), 2 if width * height < _SMALL_PIXELS else 1)
    if factor == 1:
        return OcrPicture(grey)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    resized = grey.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return OcrPicture(resized, max(1.0, factor))


def has_ink(grey: Image.Image) -> bool:
    """Tell whether a picture has anything on its background."""
    shades = grey.histogram()
    background = shades.index(max(shades))
    ink = sum(
        count for shade, count in enumerate(shades) if abs(shade - background) > _INK_CONTRAST
    )
    return ink > sum(shades) * _INK_SHARE


def scale_for(width: float, height: float, dpi: int) -> float:
    """Return the scale for rendering a page for OCR; `width` and `height` are in points."""
    return min(dpi / 72, _MAX_SIDE / max(width, height))


def _flatten(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16") or picture.mode == "I":
        # Pillow would cut off the brighter shades of sixteen bits.
        return picture.convert("I").point(lambda shade: shade / 256).convert("L")
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, (_WHITE, _WHITE, _WHITE, _WHITE))
        colours = picture.convert("RGBA")
        exif = picture.info.get("exif")
        paper.alpha_composite(colours)
        if exif:
            paper.info["exif"] = exif
        picture = paper
    return picture.convert("L")
