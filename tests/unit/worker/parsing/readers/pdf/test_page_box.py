from devtools import sample_files
from devtools.pdf_samples import HELVETICA, assemble, pdf, stream
from worker.parsing.readers.pdf.reader import read_pdf

LEFT, RIGHT = (
    [f"{side} page of the report, line {number}" for number in range(8)] for side in "LR"
)


def spread() -> bytes:
    """Make a sheet of two pages, each of which shows one half of the same content."""
    columns = ((40, LEFT), (640, RIGHT))
    content = b" ".join(
        b"BT /F1 12 Tf %d %d Td (%s) Tj ET" % (left, 700 - 14 * number, line.encode())
        for left, lines in columns
        for number, line in enumerate(lines)
    )
    page = b"<</Type/Page/Parent 2 0 R/%s/Contents 6 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
    return assemble(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[4 0 R 5 0 R]/Count 2/MediaBox[0 0 1200 842]>>",
            HELVETICA,
            page % b"CropBox[0 0 600 842]",
            page % b"MediaBox[600 0 1200 842]",
            stream(content),
        ]
    )


def test_a_half_of_a_sheet_has_its_own_text_only():
    pages = [
        page.text.splitlines() for page in read_pdf(sample_files.source(spread(), "a.pdf")).pages
    ]

    assert pages == [LEFT, RIGHT]


def test_lines_beyond_the_edges_are_left_out():
    content = b"BT /F1 9 Tf 50 -40 Td (Printed by X) Tj 0 400 Td (Text of the page) Tj"
    content += b" 0 460 Td (Its top) Tj 800 -100 Td (Cut off) Tj ET"
    found = read_pdf(sample_files.source(pdf(content), "a.pdf"))
    assert found.pages[0].text.split("\n") == ["Text of the page", "Its top"]
