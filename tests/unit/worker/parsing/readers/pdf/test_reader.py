import io

import pypdf
import pytest

from app.errors import FileError, FileErrorCode
from devtools import pdf_samples, sample_files
from worker.parsing.document import Document, TextSource
from worker.parsing.readers.pdf import fallback
from worker.parsing.readers.pdf.reader import read_pdf

WIDTH, HEIGHT = 200, 280
WHITE = b"\xff" * (WIDTH * HEIGHT)
PRINTED = bytes(
    0 if (x // 12) % 2 and (y // 12) % 2 else 255 for y in range(HEIGHT) for x in range(WIDTH)
)
WHOLE_PAGE = b"q 595 0 0 842 0 0 cm /Im1 Do Q"
TINY = b"q 1 0 0 1 0 0 cm /Im1 Do Q"


def read(data: bytes, asked=sample_files.EVERYTHING, **limits) -> Document:
    return read_pdf(sample_files.source(data, "a.pdf", asked, **limits))


def refused(data: bytes, asked=sample_files.EVERYTHING) -> FileError:
    with pytest.raises(FileError) as caught:
        read(data, asked)
    return caught.value


def with_picture(shades: bytes, *pages: str | bytes) -> bytes:
    number = 4 + 2 * len(pages)
    return pdf_samples.pdf(
        *pages,
        resources=b"/XObject<</Im1 %d 0 R>>" % number,
        extra=[pdf_samples.picture(shades, WIDTH, HEIGHT)],
    )


def with_widgets(*widgets: bytes, pages: int = 1) -> bytes:
    """Make pages that each show the same form fields."""
    data = pdf_samples.pdf(*["Application form"] * pages)
    objects = data.replace(
        b"/Type/Page/",
        b"/Type/Page/Annots["
        + b" ".join(b"%d 0 R" % (4 + 2 * pages + n) for n in range(len(widgets)))
        + b"]/",
    ).replace(
        b"<</Type/Catalog",
        b"<</AcroForm<</Fields[%s]>>/Type/Catalog"
        % b" ".join(b"%d 0 R" % (4 + 2 * pages + n) for n in range(len(widgets))),
    )
    bodies = [part.split(b" 0 obj\n", 1)[1] for part in objects.split(b"\nendobj\n")[:-1]]
    return pdf_samples.assemble([*bodies, *widgets])


def field(kind: bytes, value: bytes) -> bytes:
    return b"<</Type/Annot/Subtype/Widget/FT/%s/T(f)/V%s/Rect[50 50 200 70]/F 4>>" % (kind, value)


def encrypt(password: str, owner: str | None = None) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_samples.pdf("Secret")))
    writer.encrypt(password, owner, algorithm="AES-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_pages_with_their_text_and_size():
    found = read(pdf_samples.pdf("Invoice 7\nTotal 5", "Second"))
    assert [page.text for page in found.pages] == ["Invoice 7\nTotal 5", "Second"]
    assert (found.pages[0].width, found.pages[0].height) == (595.0, 842.0)
    assert found.pages[0].source is TextSource.TEXT_LAYER
    assert (found.format, found.total_pages, found.form_fields) == ("pdf", 2, 0)
    assert found.warnings == ()


def test_only_chosen_pages_are_read():
    broken = pdf_samples.pdf("first", "second", "third").replace(b"(third)", b"(thir")
    found = read(broken, sample_files.request(target_pages=(1, 99)))
    assert [(page.index, page.text) for page in found.pages] == [(1, "second")]
    assert (
        refused(broken, sample_files.request(target_pages=(7,))).code == FileErrorCode.NO_SUCH_PAGES
    )


def test_a_blank_page_is_a_document_without_text():
    (page,) = read(pdf_samples.pdf(b"")).pages
    assert (page.text, page.source) == ("", TextSource.NONE)


def test_pictures_of_text_need_ocr():
    assert refused(with_picture(PRINTED, WHOLE_PAGE)).code == FileErrorCode.OCR_UNAVAILABLE


def test_scans_of_blank_paper_need_no_ocr():
    found = read(with_picture(WHITE, WHOLE_PAGE, TINY))
    assert [page.text for page in found.pages] == ["", ""]


def test_a_scan_with_a_stamp_needs_ocr():
    stamped = WHOLE_PAGE + b" " + pdf_samples.text_content("Page 1")
    assert refused(with_picture(PRINTED, stamped)).code == FileErrorCode.OCR_UNAVAILABLE


def test_text_drawn_as_outlines_needs_ocr():
    outlines = b" ".join(b"%d %d 8 8 re f" % (20 + 10 * (n % 50), 700 - n) for n in range(150))
    assert refused(pdf_samples.pdf(outlines)).code == FileErrorCode.OCR_UNAVAILABLE


def test_a_few_lines_and_boxes_need_no_ocr():
    assert read(pdf_samples.pdf(b"50 50 400 400 re S")).pages[0].text == ""


def test_a_picture_among_pages_of_text_is_a_warning():
    found = read(with_picture(PRINTED, "Text", WHOLE_PAGE, WHOLE_PAGE))
    assert [page.text for page in found.pages] == ["Text", "", ""]
    assert found.warnings == ("pages 2 and 3 could only be read by OCR: no OCR is installed",)


def test_hyphens_at_line_ends_are_joined():
    assert read(pdf_samples.pdf("The contrac-\ntor pays")).pages[0].text == "The contractor pays"
    names = pdf_samples.pdf("An Frau Meier-\nLehmann, LIEFER-\nUNGEN, Liefer-\nund Postadresse")
    assert read(names).pages[0].text == (
        "An Frau Meier-Lehmann, LIEFERUNGEN, Liefer- und Postadresse"
    )


def test_ligatures_of_old_tex_fonts_are_no_line_ends():
    content = rb"BT /F1 12 Tf 50 800 Td (The o\016ce o\013ers \014ve \015ats.) Tj ET"
    assert read(pdf_samples.pdf(content)).pages[0].text == "The office offers five flats."


def test_form_fields_are_counted_and_typed_text_is_read():
    name = field(b"Tx", b"(Jane Roe)")
    box = field(b"Btn", b"/Off")
    found = read(with_widgets(name, box, field(b"Tx", b"( )")))
    assert found.form_fields == 3
    assert found.pages[0].text == "Application form\nJane Roe"


def test_form_fields_are_counted_on_the_first_three_pages_only():
    assert read(with_widgets(field(b"Tx", b"()"), pages=5)).form_fields == 3


def test_a_file_with_a_password_is_encrypted():
    error = refused(encrypt("open sesame"))
    assert error.code == FileErrorCode.ENCRYPTED
    assert error.sentence == "the file is encrypted and needs a password"


def test_an_owner_password_does_not_hinder_reading():
    assert read(encrypt("", "owner")).pages[0].text == "Secret"


def test_a_pdf_without_objects_is_corrupt():
    assert refused(b"%PDF-1.7\nnothing more").code == FileErrorCode.CORRUPT


def test_a_pdf_without_cross_references_is_read():
    data = pdf_samples.pdf("Still here")
    found = read(data[: data.index(b"xref\n")] + b"trailer<</Root 1 0 R>>\n")
    assert found.pages[0].text == "Still here"


def test_a_page_tree_that_loops_is_corrupt():
    data = pdf_samples.assemble(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"]
    )
    assert refused(data).code == FileErrorCode.CORRUPT


def test_one_failing_page_is_a_warning():
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>"
    )
    data = pdf_samples.assemble(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 99 0 R]/Count 2>>",
            page,
            pdf_samples.stream(b"BT /F1 8 Tf 5 50 Td (Whole page of text) Tj ET"),
            pdf_samples.HELVETICA,
        ]
    )
    found = read(data)
    assert [page.text for page in found.pages] == ["Whole page of text"]
    assert found.warnings == ("page 2 could not be read",)


def test_a_page_that_cannot_be_unpacked_is_a_warning():
    packed = pdf_samples.deflated(pdf_samples.text_content("Words on a page"))
    spoiled = packed.replace(b"x\xda", b"\xef\xbf")
    damaged = pdf_samples.pdf("Whole page of text", b"").replace(pdf_samples.stream(b""), spoiled)
    assert read(damaged).warnings == ("page 2 could not be read",)
    alone = pdf_samples.pdf(b"").replace(pdf_samples.stream(b""), spoiled)
    assert refused(alone).code == FileErrorCode.CORRUPT


def test_a_count_that_lies_is_corrupt():
    data = pdf_samples.pdf(b"").replace(b"/Count 1", b"/Count 2000000000")
    assert refused(data).code == FileErrorCode.CORRUPT


def test_a_page_that_unpacks_without_end_is_too_large():
    bomb = pdf_samples.deflated(b" " * 90_000_000)
    data = pdf_samples.assemble(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
            bomb,
        ]
    )
    assert refused(data).code == FileErrorCode.TOO_LARGE


def test_a_huge_page_is_not_rendered_at_full_size():
    data = with_picture(PRINTED, WHOLE_PAGE).replace(b"[0 0 595 842]", b"[0 0 99999 99999]")
    assert read(data).pages[0].width == 99999.0


def test_pypdf_reads_pages_and_refuses_encrypted_and_damaged_files():
    found = fallback.read_with_pypdf(sample_files.source(pdf_samples.pdf("One", "Two")))
    assert [page.text for page in found.pages] == ["One", "Two"]
    with pytest.raises(FileError) as caught:
        fallback.read_with_pypdf(sample_files.source(encrypt("x")))
    assert caught.value.code == FileErrorCode.ENCRYPTED
    for nothing in (b"nothing", pdf_samples.pdf()):
        with pytest.raises(FileError) as caught:
            fallback.read_with_pypdf(sample_files.source(nothing))
        assert caught.value.code == FileErrorCode.CORRUPT


def test_pypdf_continues_after_a_failing_page():
    good, unknown = pdf_samples.stream(pdf_samples.text_content("One")), b"/Filter/NoSuchFilter"
    broken = pdf_samples.pdf("One", "Two").replace(
        good, pdf_samples.stream(pdf_samples.text_content("One"), unknown)
    )
    found = fallback.read_with_pypdf(sample_files.source(broken))
    assert [(page.index, page.text) for page in found.pages] == [(1, "Two")]
    assert found.warnings == ("page 1 could not be read",)
    with pytest.raises(FileError) as caught:
        fallback.read_with_pypdf(
            sample_files.source(broken, asked=sample_files.request(max_pages=1))
        )
    assert caught.value.code == FileErrorCode.CORRUPT


def test_pypdf_keeps_to_the_limits():
    found = fallback.read_with_pypdf(
        sample_files.source(pdf_samples.pdf("One", "Two", ""), document_text_bytes=5)
    )
    assert [page.text for page in found.pages] == ["One", "Tw"]
