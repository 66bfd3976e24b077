"""Makes the files of the parsing benchmarks."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from devtools import ole_samples, pdf_samples, sample_files

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
    """Return a PDF with the same picture alone on its page."""
    picture = Image.open(io.BytesIO(scan()))
    return pdf_samples.pdf(
        b"q 595 0 0 336 0 400 cm /Im1 Do Q",
        resources=b"/XObject<</Im1 6 0 R>>",
        extra=[pdf_samples.picture(picture.tobytes(), *picture.size)],
    )


def by_format() -> dict[str, bytes]:
    """Return a small file of one to a few pages for each format."""
    rows = [line.split() for line in _PARAGRAPHS]
    text = PAGE.encode()
    return {
        "pdf": pdf_samples.pdf(PAGE, PAGE, PAGE),
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
        "xls": ole_samples.xls(*_PARAGRAPHS[:20]),
        "odt": sample_files.odt(*_PARAGRAPHS),
        "ods": sample_files.ods(Report=PAGE),
        "rtf": b"{\\rtf1 " + b"\\par ".join(line.encode() for line in _PARAGRAPHS) + b"}",
        "epub": sample_files.epub(*_PARAGRAPHS[:5]),
        "eml": sample_files.eml("Your order", PAGE, "invoice.pdf"),
        "msg": ole_samples.msg("Your order", PAGE, "invoice.pdf"),
    }


def long_pdf(pages: Sequence[str]) -> bytes:
    """Return a PDF with a page for each text."""
    return pdf_samples.pdf(*pages)
