import pytest

from devtools import sample_files
from tests.unit.worker.parsing.readers.pdf.letters.drawn import page_of, show
from worker.parsing.readers.pdf.reader import read_pdf


def text_of(*lines: str, matrix: str = "1 0 0 1 50 400", rotate: int = 0) -> str:
    """Return what is read of lines that are drawn as the eye sees them."""
    content = f"{matrix} Tm " + " 0 -30 Td ".join(map(show, lines))
    data = page_of(content, "".join(lines), rotate)
    return read_pdf(sample_files.source(data, "a.pdf")).pages[0].text


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
    assert text_of(*lines, matrix=matrix, rotate=rotate).split("\n") == [
        'חברת Acme Ltd עד 31/03/2026 (כולל מע"מ)',
        "כיסא כחול 2 300.00",
        "Total 5",
    ]


def test_points_stay_on_their_letters():
    assert text_of("לארשי םֹולש") == "שלוֹם ישראל"
