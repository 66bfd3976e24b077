from devtools import pdf_samples, sample_files
from worker.parsing.readers.pdf.reader import read_pdf


def cluster(letters: str) -> str:
    """Return a cluster: its letters as its name, and a glyph of 10 points for each."""
    name = "".join(f"{ord(each):04x}" for each in letters)
    glyphs = " 10 0 Td ".join(["(m) Tj"] * len(letters))
    return f"/Span <</ActualText <feff{name}>>> BDC {glyphs} EMC"


def text_of(*steps: tuple[int, int, str]) -> str:
    """Return what is read of clusters, each moved by so many points from the last glyph."""
    drawn = " ".join(f"{x} {y} Td {cluster(letters)}" for x, y, letters in steps)
    data = pdf_samples.pdf(f"BT /F1 12 Tf {drawn} ET".encode())
    return read_pdf(sample_files.source(data, "a.pdf")).pages[0].text


def test_a_gap_that_the_glyphs_of_a_cluster_fill_is_no_space():
    words = ((50, 400, "चा"), (10, 0, "ला"), (10, 0, "न"), (14, 0, "रा"), (10, 0, "शि"))
    assert text_of(*words, (0, -30, "न")).splitlines() == ["चालान राशि", "न"]
