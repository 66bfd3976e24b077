"""Pictures of text that the tests draw themselves, with the font that Pillow brings."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

ENGLISH = (
    "Invoice number 4711",
    "Please transfer the total amount",
    "to our bank account before the end",
    "of the month. Thank you very much.",
)
GERMAN = (
    "Rechnung für die Prüfung der Geräte",
    "Bitte überweisen Sie den Betrag",
    "bis zum Ende des Monats auf das Konto",
    "Mit freundlicher Empfehlung, die Schlosser",
)
_WITHOUT_DOTS = str.maketrans("äöü", "aou")


def draw(
    lines: Sequence[str],
    *,
    size: int = 26,
    width: int = 640,
) -> Image.Image:
    """Return a grey picture of some lines of text, black on white."""
    font = ImageFont.load_default(size)
    picture = Image.new("L", (width, int(size * (1.8 * len(lines) + 2))), 255)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        bare = line.translate(_WITHOUT_DOTS)
        top = int(size * (1 + 1.8 * number))
        pen.text((size, top), bare, font=font, fill=0)
        for place, letter in enumerate(bare):
            if letter != line[place]:
                left = size + pen.textlength(bare[:place], font=font)
                _dot(pen, left, top, pen.textlength(letter, font=font), size)
    return picture


def _dot(pen: ImageDraw.ImageDraw, left: float, top: float, width: float, size: int) -> None:
    """Put the dots of an umlaut over a letter: the font has no such letters."""
    radius = size / 18
    for share in (0.3, 0.7):
        x, y = left + share * width, top + size * 0.27
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)


def save(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return a picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
