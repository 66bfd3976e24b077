"""Files that the benchmarks of reading make for themselves."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from devtools import sample_files

PAGE = "\n".join(
    f"Line {number} of the report: the goods were delivered and are to be paid in 30 days."
    for number in range(40)
)
_PARAGRAPHS = PAGE.split("\n")


def scan() -> bytes:
    """Return a page of ten lines as a picture in PNG."""
    font = ImageFont.load_default(28)
    picture = Image.new("L", (1240, 700), 255)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(_PARAGRAPHS[:10]):
        pen.text((80, 60 + 60 * number), line[:60], font=font, fill=0)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def scanned_pdf() -> bytes:
    """Return the same picture as the only thing on a page of a PDF."""
    picture = Image.open(io.BytesIO(scan()))
    return sample_files.pdf(
        b"q 595 0 0 336 0 400 cm /Im1 Do Q",
        resources=b"/XObject<</Im1 6 0 R>>",
        extra=[sample_files.picture(picture.tobytes(), *picture.size)],
    )


def by_format() -> dict[str, bytes]:
    """Return a small file, a page or a few, of each format that can be made here."""
    rows = [line.split() for line in _PARAGRAPHS]
    text = PAGE.encode()
    return {
        "pdf": sample_files.pdf(PAGE, PAGE, PAGE),
        "html": b"<!doctype html>" + b"".join(b"<p>%s" % line.encode() for line in _PARAGRAPHS),
        "txt": text,
        "csv": b"\n".join(b",".join(word.encode() for word in row) for row in rows),
        "svg": b"<svg>"
        + b"".join(b"<text>%s</text>" % line.encode() for line in _PARAGRAPHS)
        + b"</svg>",
        "odp": sample_files.odp(*_PARAGRAPHS[:5]),
        "docx": sample_files.docx(_PARAGRAPHS),
        "pptx": sample_files.pptx(*_PARAGRAPHS[:5]),
        "xlsx": sample_files.xlsx(Report=rows),
        "xls": sample_files.xls(*_PARAGRAPHS[:20]),
        "odt": sample_files.odt(*_PARAGRAPHS),
        "ods": sample_files.ods(Report=PAGE),
        "rtf": b"{\\rtf1 " + b"\\par ".join(line.encode() for line in _PARAGRAPHS) + b"}",
        "epub": sample_files.epub(*_PARAGRAPHS[:5]),
        "eml": sample_files.eml("Your order", PAGE, "invoice.pdf"),
        "msg": sample_files.msg("Your order", PAGE, "invoice.pdf"),
    }


def long_pdf(pages: Sequence[str]) -> bytes:
    """Return a PDF with a page for each text."""
    return sample_files.pdf(*pages)
