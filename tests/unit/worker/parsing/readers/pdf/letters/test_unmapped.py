"""Passages in a font without a map to characters, on pages whose other text has one."""

import pytest

from devtools import pdf_samples, sample_files
from tests.unit.worker.parsing.ocr.scans import INSTALLED, Fixed
from worker.parsing.document import Document
from worker.parsing.ocr.page_reader import Ocr, Recognised
from worker.parsing.readers.pdf.reader import read_pdf

BODY = (
    "The supplier delivers the goods to the customer within ten days after the order",
    "and the customer pays the invoice within fourteen days after he got the goods",
)
PASSAGE = (
    "See the notice on the other page and do not fill in the shaded fields of the form",
    "before the person in charge has read and understood what is asked of the applicant",
)
# The numbers of letters in a font begin some codes before ASCII, or in the order of their use.
SHIFT = 29
FONTS = (
    b"<</Type/Font/Subtype/Type0/BaseFont/Some/Encoding/Identity-H/DescendantFonts[7 0 R]>>",
    (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Some/CIDSystemInfo<</Registry(Adobe)"
        b"/Ordering(Identity)/Supplement 0>>/FontDescriptor<</Type/FontDescriptor/FontName/Some"
        b"/Flags 4/FontBBox[0 0 1 1]/ItalicAngle 0/Ascent 9/Descent 0/CapHeight 9/StemV 1>>>>"
    ),
)


def read(codes: list[list[int]], ocr: Ocr) -> Document:
    shown = [f"<{''.join(f'{code:04x}' for code in line)}> Tj 0 -14 Td" for line in codes]
    lines = [f"({line}) Tj 0 -14 Td" for line in BODY]
    content = f"BT 50 800 Td /F2 9 Tf {' '.join(shown)} /F1 9 Tf {' '.join(lines)} ET".encode()
    data = pdf_samples.pdf(content, extra=FONTS).replace(b"/F1 3 0 R", b"/F1 3 0 R/F2 6 0 R")
    return read_pdf(sample_files.source(data, "a.pdf", ocr=ocr))


def test_a_passage_of_shifted_codes_is_put_right():
    codes = [[ord(letter) - SHIFT for letter in line] for line in PASSAGE]
    found = read(codes, sample_files.no_ocr())
    assert found.pages[0].text.splitlines() == [*PASSAGE, *BODY]
    assert found.warnings == ()


@pytest.mark.parametrize("codes", [range(14, 25), [22, 9, 8, 38, 9, 51, 55, 4, 9, 7]])
def test_a_passage_in_unknown_letters_is_read_by_ocr(codes):
    seen = Recognised("Notice of dismissal", 90.0)
    ocr = Ocr(INSTALLED.choose("en"), Fixed(seen))
    (page,) = read([list(codes)], ocr).pages
    assert page.text.splitlines() == ["Notice of dismissal", *BODY]
    found = read([list(codes)], sample_files.no_ocr())
    assert found.pages[0].text.split("\n", 1)[1].splitlines() == [*BODY]
    assert found.lost_parts == 1
    assert found.warnings == (
        "a part of page 1 could not be read: its font does not say which letters it has",
    )


def test_codes_that_are_the_right_letters_stay():
    codes = [[ord(letter) for letter in "Certificate of origin"]]
    found = read(codes, sample_files.no_ocr())
    assert found.pages[0].text.splitlines() == ["Certificate of origin", *BODY]
