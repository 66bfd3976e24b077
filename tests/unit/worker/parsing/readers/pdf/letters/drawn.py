"""Makes PDFs of letters in a font whose codes name them."""

from devtools import pdf_samples

FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/Any/Encoding/Identity-H"
    b"/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>"
)
# Points above letters take no room.
GLYPHS = (
    b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Any/CIDSystemInfo"
    b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 600/W[1465[0]]>>"
)


def show(text: str) -> str:
    """Return the operator that shows some letters."""
    return f"<{''.join(f'{ord(each):04x}' for each in text)}> Tj"


def page_of(content: str, letters: str, rotate: int = 0) -> bytes:
    """Make a page with a content stream in which these letters occur, at 20 points."""
    named = "\n".join(f"<{ord(each):04x}> <{ord(each):04x}>" for each in sorted(set(letters)))
    mapping = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap"
        " 1 begincodespacerange <0000> <ffff> endcodespacerange"
        f" {len(set(letters))} beginbfchar\n{named}\nendbfchar endcmap end end"
    )
    return pdf_samples.assemble(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Contents 4 0 R/Rotate %d"
            b"/Resources<</Font<</F1 5 0 R>>>>>>" % rotate,
            pdf_samples.stream(f"BT /F1 20 Tf {content} ET".encode()),
            FONT,
            GLYPHS,
            pdf_samples.stream(mapping.encode()),
        ]
    )
