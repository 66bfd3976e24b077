"""Draws a frame of a picture file."""

from PIL import Image, ImageOps

from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.grey import flatten
from worker.parsing.readers.image import check_size, damage_as_file_error, open_image
from worker.parsing.readers.source import Source
from worker.parsing.rendered_page import RenderedPage, RenderRequest
from worker.parsing.rendering import drawing

_COLOURED = frozenset({"RGB", "RGBA", "P", "PA", "CMYK", "YCbCr", "HSV"})


def render_frame(source: Source, wanted: RenderRequest) -> RenderedPage:
    """Draw a frame upright, on white, and find its words by OCR. Raises FileError."""
    with open_image(source) as picture, damage_as_file_error():
        frames = ocr_picture.find_frames(picture, source.type.extension)
        if wanted.page >= len(frames):
            return drawing.no_such_page(wanted.page, len(frames))
        if frames[wanted.page] != picture.tell():
            picture.seek(frames[wanted.page])
        check_size(source, picture)
        shown = _flatten(picture)
        words = drawing.find_words(source.ocr, ocr_picture.fit(shown.convert("L")))
        scale = min(1.0, drawing.fit(*shown.size, wanted.width))
        size = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
        small = shown.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return RenderedPage(drawing.encode(small), words=words)


def _flatten(picture: Image.Image) -> Image.Image:
    """Return the current frame upright, in colours or in grey, without transparency."""
    picture.load()
    if picture.mode not in _COLOURED:
        return ImageOps.exif_transpose(flatten(picture))
    upright = ImageOps.exif_transpose(picture)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    shown = upright.convert("RGBA")
    paper = Image.new("RGBA", shown.size, "white")
    return Image.alpha_composite(paper, shown).convert("RGB")
