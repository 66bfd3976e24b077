"""Makes sample PDFs for tests and benchmarks."""

import zlib
from collections.abc import Sequence

HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf(*pages: str | bytes, resources: bytes = b"", extra: Sequence[bytes] = ()) -> bytes:
    """Make a PDF of content streams; a `str` is a text to show, line by line.

    Objects 1 to 3 are the catalogue, the page tree and the font. Each page and its content
    follow, then `extra` from number `4 + 2 * len(pages)` on.
    """
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        HELVETICA,
    ]
    for number, page in enumerate(pages):
        content = text_content(page) if isinstance(page, str) else page
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>%s>>>>" % (5 + 2 * number, resources)
        )
        objects.append(stream(content))
    return assemble([*objects, *extra])


def text_content(text: str) -> bytes:
    """Return the content stream of a page that shows these lines."""
    lines = (
        line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        for line in text.split("\n")
    )
    shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
    return f"BT /F1 12 Tf 50 800 Td {shown} ET".encode("latin-1")


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), entries, content)


def deflated(content: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(content, 9), b"/Filter/FlateDecode" + entries)


def picture(shades: bytes, width: int, height: int) -> bytes:
    """Make a grey image object."""
    return deflated(
        shades,
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8" % (width, height),
    )


def assemble(objects: Sequence[bytes]) -> bytes:
    body = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, len(body))
    )
