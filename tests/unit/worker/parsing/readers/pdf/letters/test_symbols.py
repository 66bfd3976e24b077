"""Characters in symbol fonts."""

import pytest

from devtools import pdf_samples, sample_files
from worker.parsing.readers.pdf.reader import read_pdf

TERMS = rb" /F1 12 Tf 60 0 Td (o I agree, \374 for certain) Tj ET"
MAP = (
    b"/CIDInit/ProcSet findresource begin begincmap 1 begincodespacerange<00><FF>"
    b"endcodespacerange 1 beginbfrange<20><FF><F020>endbfrange endcmap end"
)


def font(name: bytes) -> list[bytes]:
    return [
        b"<</Type/Font/Subtype/TrueType/BaseFont/%s/FirstChar 32/LastChar 255/Widths[%s]"
        b"/FontDescriptor 7 0 R%%s>>" % (name, b"800 " * 224),
        b"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0"
        b"/Ascent 800/Descent -200/CapHeight 700/StemV 80>>" % name,
    ]


def read(name: bytes, entries: bytes = b"", codes: bytes = rb"\374 o \375") -> str:
    description, descriptor = font(name)
    data = pdf_samples.pdf(
        b"BT /F2 12 Tf 50 700 Td (%s) Tj" % codes + TERMS,
        resources=b"/Font<</F1 3 0 R/F2 6 0 R>>",
        extra=[description % entries, descriptor, pdf_samples.stream(MAP)],
    )
    (page,) = read_pdf(sample_files.source(data, "a.pdf")).pages
    return page.text.removesuffix("o I agree, ü for certain").strip()


@pytest.mark.parametrize("entries", [b"", b"/ToUnicode 8 0 R"])
def test_ticks_and_boxes_are_read_as_they_look(entries):
    assert read(b"ABCDEF+Wingdings", entries) == "✓ □ ☒"
    assert read(b"Wingdings-Regular", entries) == "✓ □ ☒"
    assert read(b"Wingdings2", entries, b"R P") == "☑ ✓"


def test_symbols_that_libreoffice_draws_in_its_own_font_are_read():
    assert read(b"OpenSymbol", b"/ToUnicode 8 0 R", rb"\374\141\267") == "✓α•"


def test_letters_of_other_fonts_stay():
    assert read(b"Symbola") == "ü o ý"
