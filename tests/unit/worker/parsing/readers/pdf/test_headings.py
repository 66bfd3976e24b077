import pytest

from devtools import pdf_samples, sample_files
from worker.parsing.document import Document
from worker.parsing.readers.pdf.reader import read_pdf

BOLD = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>"
HEAVY = (
    b"<</Type/Font/Subtype/TrueType/BaseFont/Any/FontDescriptor"
    b"<</Type/FontDescriptor/FontName/Any/Flags 32/StemV 180>>>>"
)
PLAIN = [f"Line {number} of a letter in plain type" for number in range(1, 7)]
LARGE, SMALL = 20, 12


def shown(*lines: str, size: float = SMALL, font: int = 1) -> bytes:
    """Show lines in font 1, plain, or 2, below those that were shown before."""
    drawn = [f"/F{font} {size} Tf"]
    drawn += [f"0 -{2 * size} Td ({line}) Tj" for line in lines]
    return " ".join(drawn).encode("latin-1")


def page(*parts: bytes) -> bytes:
    return b" ".join([b"BT 50 800 Td", *parts, b"ET"])


def read(*pages: bytes, bold: bytes = BOLD, asked=sample_files.EVERYTHING, **limits) -> Document:
    data = pdf_samples.pdf(*pages, extra=[bold]).replace(
        b"/F1 3 0 R", b"/F1 3 0 R/F2 %d 0 R" % (4 + 2 * len(pages))
    )
    return read_pdf(sample_files.source(data, "a.pdf", asked, **limits))


def headings(*pages: bytes, **others) -> list[tuple[str, ...]]:
    return [page.headings for page in read(*pages, **others).pages]


def test_a_large_title_stands_out():
    title = shown("Notice of", "assessment", size=LARGE)
    assert headings(page(title, shown(*PLAIN))) == [("Notice of", "assessment")]
    assert headings(page(shown(*PLAIN), title)) == [("Notice of", "assessment")]


def test_a_line_that_is_hardly_larger_does_not_stand_out():
    assert headings(page(shown("Dear Jane Roe", size=14), shown(*PLAIN))) == [()]
    assert headings(page(shown("Invoice", size=15), shown(*PLAIN))) == [("Invoice",)]


def test_small_print_does_not_make_the_rest_stand_out():
    assert headings(page(shown(*PLAIN), shown("All prices with tax", size=6))) == [()]


@pytest.mark.parametrize("bold", [BOLD, HEAVY])
def test_a_bold_line_among_plain_ones_stands_out(bold):
    lines = page(shown(*PLAIN[:2]), shown("Notice of leave", font=2), shown(*PLAIN[2:]))
    assert headings(lines, bold=bold) == [("Notice of leave",)]


def test_on_a_page_in_bold_type_bold_lines_do_not_stand_out():
    assert headings(page(shown(*PLAIN, font=2))) == [()]
    assert headings(page(shown(*PLAIN[:3], font=2), shown(*PLAIN[3:]))) == [()]
    large = shown("Invoice", size=LARGE, font=2)
    assert headings(page(large, shown(*PLAIN, font=2))) == [("Invoice",)]


def test_only_the_first_page_with_text_has_headings():
    titled = [
        page(shown(title, size=LARGE), shown(*PLAIN)) for title in ("Invoice", "Terms", "Notes")
    ]
    assert headings(*titled) == [("Invoice",), (), ()]
    assert headings(b"", page(shown("  ", size=LARGE)), *titled) == [(), (), ("Invoice",), (), ()]
    asked = sample_files.request(target_pages=(1, 2))
    assert headings(*titled, asked=asked) == [("Terms",), ()]


def test_a_page_whose_lines_are_alike_has_no_headings():
    assert headings(page(shown(*PLAIN))) == [()]
    assert headings(page(shown("Invoice", size=LARGE, font=2))) == [()]
    assert headings(b"") == [()]


def test_headings_are_lines_of_the_text():
    title = shown("  Tax assess-", "ment \\(copy\\)\\002 ", size=LARGE)
    (found,) = read(page(title, shown(*PLAIN))).pages
    assert found.headings == ("Tax assessment (copy)",)
    assert found.headings[0] in found.text


def test_headings_are_looked_for_at_the_top_only():
    lines = page(shown(*["ab"] * 59, size=5), shown("Bill", "Terms", size=LARGE))
    assert headings(lines) == [("Bill",)]
    lines = page(shown("a" * 4_990), shown("Invoice", size=LARGE), shown("a" * 99))
    assert headings(lines) == [("Invoice",)]
    lines = page(shown("a" * 5_000), shown("Invoice", size=LARGE), shown("a" * 99))
    assert headings(lines) == [()]
