"""Letters that are spaced out."""

from devtools import pdf_samples, sample_files
from worker.parsing.readers.pdf.reader import read_pdf


def read(content: str) -> str:
    data = pdf_samples.pdf(f"BT /F1 12 Tf 50 700 Td {content} ET".encode())
    return read_pdf(sample_files.source(data, "a.pdf")).pages[0].text


def spaced(text: str, gap: int) -> str:
    return f"[{' '.join(f'({letter}) -{gap}' for letter in text)}] TJ"


def test_words_whose_letters_are_spaced_out_are_whole():
    assert read(spaced("PAYMENT REMINDER No. 47:", 500)) == "PAYMENT REMINDER No. 47:"
    assert (
        read(spaced("RECHNUNG", 900) + " 160 0 Td (Datum: 1. Mai) Tj") == "RECHNUNG Datum: 1. Mai"
    )


def test_columns_of_letters_and_of_digits_stay_apart():
    columns = " 30 0 Td ".join(f"({letter}) Tj" for letter in "AIMLWTJ")
    assert read(columns) == "A I M L W T J"
    assert read(spaced("1234567", 500)) == "1 2 3 4 5 6 7"
