"""Letters that are drawn twice in one place."""

from devtools import pdf_samples, sample_files
from worker.parsing.readers.pdf.reader import read_pdf


def test_letters_that_are_drawn_twice_are_read_once():
    heading = b"".join(
        b"BT /F1 24 Tf %d Tr 1 0 0 1 %d 700 Tm (%c) Tj ET " % (mode, 60 + 18 * number, letter)
        for number, letter in enumerate(b"MONDAYS")
        for mode in (0, 1)
    )
    below = b"BT /F1 12 Tf 60 660 Td (Brass hook llooss aall) Tj ET"
    data = pdf_samples.pdf(heading + below)
    (page,) = read_pdf(sample_files.source(data, "a.pdf")).pages
    assert page.text.splitlines() == ["MONDAYS", "Brass hook llooss aall"]
    assert page.headings == ("MONDAYS",)
