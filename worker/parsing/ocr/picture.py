"""Making grey pictures of a size that OCR reads well out of image files."""

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
# A phone's MPO and an animated PNG hold other versions of one picture, not pages.
_WITH_FRAMES = frozenset({"tiff", "gif", "webp"})
_MOST_SIDE = 2500
_SMALL_PIXELS = 1_000_000
_INK_CONTRAST = 40
_INK_SHARE = 0.0005
_WHITE = 255


@dataclass(frozen=True, slots=True)
class Prepared:
    """A grey picture (mode `L`) in a size for OCR, and how many times it was enlarged for that.

    OCR looks for columns by the resolution that it is told: enlarged letters that it takes for
    a heading's fall apart, Korean and Chinese ones above all.
    """

    picture: Image.Image
    enlarged: float = 1.0


# Ours is looked at before anything is decoded, and is an error where Pillow's is a warning.
Image.MAX_IMAGE_PIXELS = None


def open_picture(file: BinaryIO, extension: str) -> Image.Image:
    """Open a picture without decoding it. Raises what Pillow raises, which may be anything."""
    file.seek(0)
    return Image.open(file, formats=_FORMATS[extension])


def count_frames(picture: Image.Image, extension: str) -> int:
    """Return how many pages a picture has: its frames, where a kind has frames."""
    return getattr(picture, "n_frames", 1) if extension in _WITH_FRAMES else 1


def to_grey(picture: Image.Image) -> Prepared:
    """Return the frame that `picture` stands at, upright, grey, on white, in a size for OCR.

    The longer side has at most 2500 pixels; a picture of less than a million is doubled, as its
    letters are smaller than what the models know.
    """
    picture.draft("L", (_MOST_SIDE, _MOST_SIDE))  # a JPEG can be decoded at half its size
    picture.load()
    grey = ImageOps.exif_transpose(_flatten(picture))
    return fit(grey)


def fit(grey: Image.Image) -> Prepared:
    """Return a grey picture in a size for OCR."""
    width, height = grey.size
    factor = min(_MOST_SIDE / max(width, height), 2 if width * height < _SMALL_PIXELS else 1)
    if factor == 1:
        return Prepared(grey)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    resized = grey.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Prepared(resized, max(1.0, factor))


def has_ink(grey: Image.Image) -> bool:
    """Tell whether a picture shows anything but its background."""
    shades = grey.histogram()
    background = shades.index(max(shades))
    ink = sum(
        count for shade, count in enumerate(shades) if abs(shade - background) > _INK_CONTRAST
    )
    return ink > sum(shades) * _INK_SHARE


def scale_for(width: float, height: float, dpi: int) -> float:
    """Return the scale at which a page of so many points is rendered for OCR."""
    return min(dpi / 72, _MOST_SIDE / max(width, height))


def _flatten(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16") or picture.mode == "I":
        # Sixteen bits, of which Pillow would cut off the brighter shades.
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
