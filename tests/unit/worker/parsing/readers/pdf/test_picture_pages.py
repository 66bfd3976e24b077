"""Pages whose text is only on a picture, or in a text layer that is not what they show."""

import string

import pypdfium2
import pytest

from app.errors import FileError, FileErrorCode
from devtools import pdf_samples, sample_files
from tests.unit.worker.parsing.ocr.scans import INSTALLED, Fixed
from worker.parsing.document import Document, TextSource
from worker.parsing.ocr.page_reader import Ocr, Recognised
from worker.parsing.readers.pdf.reader import read_pdf
from worker.parsing.readers.pdf.rendering import render_page

WIDTH, HEIGHT = 200, 280
PRINTED = bytes(
    0 if (x // 12) % 2 and (y // 12) % 2 else 255 for y in range(HEIGHT) for x in range(WIDTH)
)
# Lines of marks as small as letters.
LINES = bytes(
    0 if y % 14 < 6 and x % 6 < 2 and 30 < x < 320 else 255 for y in range(490) for x in range(350)
)
SEEN = Recognised("Invoice number 4711 of the company", 90.0)
LETTER = (
    "The supplier delivers the goods to the customer within ten days after the order\n"
    "and the customer pays the invoice within fourteen days after he got the goods"
)
ALPHABET = "qwfpgjluyarstdhneizxcvbkmo"
GARBLED = LETTER.lower().translate(str.maketrans(string.ascii_lowercase, ALPHABET))
SHIFTED = "".join(each if each in " \n" else chr(ord(each) + 1) for each in LETTER)


def read(data: bytes, answer: Recognised | None = SEEN) -> Document:
    ocr = Ocr(INSTALLED.choose("en"), Fixed(answer)) if answer else sample_files.no_ocr()
    return read_pdf(sample_files.source(data, "a.pdf", ocr=ocr))


def scan(
    *texts: bytes,
    width: int = 595,
    height: int = 842,
    picture: bytes = pdf_samples.picture(PRINTED, WIDTH, HEIGHT),
) -> bytes:
    content = b"q %d 0 0 %d 0 0 cm /Im1 Do Q " % (width, height) + b" ".join(texts)
    data = pdf_samples.pdf(
        content,
        resources=b"/XObject<</Im1 6 0 R>>",
        extra=[picture],
    )
    return data.replace(b"[0 0 595 842]", b"[0 0 %d %d]" % (width, height))


def shown(text: str, height: int, mode: int = 0) -> bytes:
    return f"BT {mode} Tr /F1 9 Tf 60 {height} Td ({text}) Tj ET".encode()


def test_a_garbled_text_layer_is_read_by_ocr():
    (page,) = read(pdf_samples.pdf(GARBLED)).pages
    assert (page.text, page.source, page.confidence) == (SEEN.text, TextSource.OCR, 90.0)


def test_a_layer_in_which_ocr_reads_the_same_is_kept():
    (page,) = read(pdf_samples.pdf(GARBLED), Recognised(GARBLED.replace("\n", " "), 80.0)).pages
    assert (page.text, page.source) == (GARBLED, TextSource.TEXT_LAYER)


def test_a_garbled_layer_without_ocr_gives_no_text():
    with pytest.raises(FileError) as caught:
        read(pdf_samples.pdf(GARBLED), None)
    assert caught.value.code == FileErrorCode.OCR_UNAVAILABLE
    found = read(pdf_samples.pdf(LETTER, GARBLED), None)
    assert [page.text for page in found.pages] == [LETTER, ""]
    assert found.warnings == ("page 2 could only be read by OCR: no OCR is installed",)


def test_a_garbled_layer_in_which_ocr_reads_nothing_is_a_loss():
    found = read(pdf_samples.pdf(LETTER, GARBLED), Recognised("", 0.0))
    assert [page.text for page in found.pages] == [LETTER, ""]
    assert found.lost_parts == 1
    assert (
        "page 2 could not be read: the text layer has other characters than are shown"
        in found.warnings
    )


def test_a_layer_of_shifted_letters_needs_no_ocr():
    (page,) = read(pdf_samples.pdf(SHIFTED), None).pages
    assert (page.text, page.source) == (LETTER, TextSource.TEXT_LAYER)


def test_a_scan_with_text_in_its_margins_is_read_by_ocr():
    header = "Downloaded from the public library on Monday"
    (page,) = read(scan(shown(header, 830))).pages
    assert page.text == f"{SEEN.text}\n{header}"
    assert page.source is TextSource.OCR


@pytest.mark.parametrize(("height", "mode"), [(400, 0), (830, 3)])
def test_a_picture_with_text_over_it_needs_no_ocr(height, mode):
    (page,) = read(scan(shown("Julia is a language for numbers", height, mode))).pages
    assert page.text == "Julia is a language for numbers"


@pytest.mark.parametrize("mode", [0, 3])
def test_a_scan_with_more_print_than_its_layer_is_read_by_ocr(mode):
    typed = shown("Anna Smith, born in Dublin on 3 April 1987", 400, mode)
    lines = pdf_samples.picture(LINES, 350, 490)
    assert read(scan(typed, picture=lines)).pages[0].source is TextSource.OCR
    layer = b" ".join(shown("a layer of the whole page" * 4, 830 - 16 * n, mode) for n in range(6))
    paper = pdf_samples.picture(LINES[: 350 * 60].ljust(350 * 490, b"\xff"), 350, 490)
    assert read(scan(layer, picture=paper)).pages[0].source is TextSource.TEXT_LAYER


@pytest.mark.parametrize("kind", [b"FlateDecode", b"DCTDecode", b"JBIG2Decode", b"NewDecode"])
def test_a_picture_that_cannot_be_shown_is_a_loss(kind):
    entries = b"/Type/XObject/Subtype/Image/Width 200/Height 280/ColorSpace/DeviceGray"
    packed = entries + b"/BitsPerComponent 8/Filter/" + kind
    data = scan(picture=pdf_samples.stream(b"damaged" * 30, packed))
    for found in (read(data), read(data, None)):
        assert (found.pages[0].text, found.lost_parts) == ("", 1)
        assert found.warnings[0].startswith("a picture on page 1 cannot be shown: it is damaged")


def test_a_scan_below_a_letterhead_is_read_by_ocr():
    letterhead = "Miller Properties Ltd, 12 Station Road, London"
    body = b" Q q 500 0 0 480 48 200 cm /Im2 Do " + shown(letterhead, 800)
    data = pdf_samples.pdf(
        body[2:],
        resources=b"/XObject<</Im2 6 0 R>>",
        extra=[pdf_samples.picture(LINES, 350, 490)],
    )
    (page,) = read(data).pages
    assert (page.text, page.source) == (f"{letterhead}\n\n{SEEN.text}", TextSource.TEXT_LAYER)
    found = read(data, None)
    assert found.pages[0].text == letterhead
    assert found.warnings == ("page 1 could only be read by OCR: no OCR is installed",)


def test_scans_in_patterns_and_in_forms_of_forms_are_read_by_ocr():
    picture = pdf_samples.picture(LINES, 350, 490)
    drawn = b"q 595 0 0 842 0 0 cm /Im1 Do Q"
    entries = b"/BBox[0 0 595 842]/Resources<</XObject<</Im1 %d 0 R>>>>"
    tile = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/XStep 595/YStep 842"
    pattern = pdf_samples.pdf(
        b"/Pattern cs /P1 scn 0 0 595 842 re f",
        resources=b"/Pattern<</P1 7 0 R>>",
        extra=[picture, pdf_samples.stream(drawn, tile + entries % 6)],
    )
    forms = [
        pdf_samples.stream(
            drawn if number == 7 else b"/Im1 Do",
            b"/Type/XObject/Subtype/Form" + entries % (number - 1),
        )
        for number in range(7, 11)
    ]
    nested = pdf_samples.pdf(
        b"/Im1 Do", resources=b"/XObject<</Im1 10 0 R>>", extra=[picture, *forms]
    )
    assert read(pattern).pages[0].text == read(nested).pages[0].text == SEEN.text


@pytest.mark.parametrize(
    "drawn", [b"q 500 0 0 700 0 0 cm /Im1 Do Q", b"9 9 m " + b"400 600 l 9 9 l " * 200 + b"S"]
)
def test_pictures_and_ink_in_annotations_are_read_by_ocr(drawn):
    appearance = pdf_samples.stream(
        drawn,
        b"/Type/XObject/Subtype/Form/BBox[0 0 500 700]/Resources<</XObject<</Im1 6 0 R>>>>",
    )
    data = pdf_samples.pdf(
        b"", extra=[pdf_samples.picture(PRINTED, WIDTH, HEIGHT), appearance]
    ).replace(
        b"/Type/Page/",
        b"/Type/Page/Annots[<</Type/Annot/Subtype/Stamp/F 4/Rect[40 60 540 760]/AP<</N 7 0 R>>>>]/",
    )
    assert read(data).pages[0].text == SEEN.text


def test_comments_on_a_scan_are_kept():
    data = scan().replace(
        b"/Type/Page/",
        b"/Type/Page/Annots[<</Type/Annot/Subtype/Text/Rect[9 9 30 30]/Contents(Paid)>>]/",
    )
    assert read(data).pages[0].text == f"{SEEN.text}\nPaid"
    assert read(data, Recognised("It is paid. Paid", 90.0)).pages[0].text == "It is paid. Paid"


def test_a_line_of_outlines_in_one_path_is_read_by_ocr():
    letters = b" ".join(b"%d 700 m %d 708 l 9 9 l h" % (20 + n, 25 + n) for n in range(80))
    assert read(pdf_samples.pdf(letters + b" f")).pages[0].text == SEEN.text
    assert read(pdf_samples.pdf(b"50 50 400 400 re S 9 9 m 90 90 l S")).pages[0].text == ""


def test_outlines_above_a_line_of_text_are_read_by_ocr():
    footer = "Printed by Example Ltd, page 1 of 1"
    places = [(x, y) for y in range(100, 800, 14) for x in range(50, 550, 6)]
    letters = b" ".join(b"%d %d 3 6 re f" % place for place in places)
    (page,) = read(pdf_samples.pdf(letters + shown(footer, 30))).pages
    assert (page.text, page.source) == (f"{SEEN.text}\n{footer}", TextSource.OCR)
    ruled = b" ".join(b"50 %d 500 .5 re f" % y for y in range(100, 800, 5))
    (page,) = read(pdf_samples.pdf(ruled + shown(footer, 30))).pages
    assert (page.text, page.source) == (footer, TextSource.TEXT_LAYER)


def test_a_small_page_that_is_a_fine_picture_is_drawn_larger():
    def longer_side(width: int, height: int) -> int:
        document = pypdfium2.PdfDocument(scan(width=width, height=height))
        try:
            return max(render_page(document, 0, 150).size)
        finally:
            document.close()

    assert longer_side(595, 842) == 1755
    # 48 and 700 dots per inch.
    assert longer_side(298, 421) == 878
    assert longer_side(20, 28) == 140


def test_a_page_that_fails_is_a_loss():
    data = pdf_samples.pdf("Whole", "Broken").replace(b"Kids[4 0 R 6 0 R]", b"Kids[4 0 R 99 0 R]")
    found = read(data)
    assert [page.text for page in found.pages] == ["Whole"]
    assert (found.warnings, found.lost_parts) == (("page 2 could not be read",), 1)
