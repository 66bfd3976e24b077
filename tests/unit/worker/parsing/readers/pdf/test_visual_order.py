import pytest

from devtools import pdf_samples, sample_files
from worker.parsing.document import Document
from worker.parsing.readers.pdf.reader import read_pdf

FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/Any/Encoding/Identity-H"
    b"/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>"
)
GLYPHS = (
    b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Any/CIDSystemInfo"
    b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 600/W[1465[0]]>>"
)


def read(data: bytes) -> Document:
    return read_pdf(sample_files.source(data, "a.pdf"))


def drawn(*lines: str, matrix: str = "1 0 0 1 50 400", rotate: int = 0) -> bytes:
    """Make a page of lines as the eye sees them, in a font whose codes name the letters."""
    letters = sorted(set("".join(lines)))
    named = "\n".join(f"<{ord(each):04x}> <{ord(each):04x}>" for each in letters)
    mapping = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap"
        " 1 begincodespacerange <0000> <ffff> endcodespacerange"
        f" {len(letters)} beginbfchar\n{named}\nendbfchar endcmap end end"
    )
    shown = " ".join(
        f"<{''.join(f'{ord(each):04x}' for each in line)}> Tj 0 -30 Td" for line in lines
    )
    return pdf_samples.assemble(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Contents 4 0 R/Rotate %d"
            b"/Resources<</Font<</F1 5 0 R>>>>>>" % rotate,
            pdf_samples.stream(f"BT /F1 20 Tf {matrix} Tm {shown} ET".encode()),
            FONT,
            GLYPHS,
            pdf_samples.stream(mapping.encode()),
        ]
    )


@pytest.mark.parametrize(
    ("matrix", "rotate"),
    [
        ("1 0 0 1 50 400", 0),
        ("0 1 -1 0 100 20", 90),
        ("0 -1 1 0 400 480", 270),
        ("-1 0 0 -1 480 100", 180),
    ],
)
def test_names_and_dates_in_a_line_stay_whole(matrix, rotate):
    lines = ('(מ"עמ ללוכ) 31/03/2026 דע Acme Ltd תרבח', "300.00 2 לוחכ אסיכ", "Total 5")
    found = read(drawn(*lines, matrix=matrix, rotate=rotate)).pages[0].text
    assert found.split("\n") == [
        'חברת Acme Ltd עד 31/03/2026 (כולל מע"מ)',
        "כיסא כחול 2 300.00",
        "Total 5",
    ]


def test_marks_stay_on_their_letters():
    assert read(drawn("לארשי םֹולש")).pages[0].text == "שלוֹם ישראל"
