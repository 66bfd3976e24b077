from collections.abc import Callable, Sequence

from devtools import pdf_samples, sample_files
from worker.parsing.readers.pdf.reader import read_pdf


def lines_of(content: str) -> list[str]:
    data = pdf_samples.pdf(f"BT /F1 12 Tf {content} ET".encode())
    return read_pdf(sample_files.source(data, "a.pdf")).pages[0].text.splitlines()


def named(letter: str) -> str:
    """Return the operators that show a glyph of 10 points whose name is a letter."""
    return f"/Span <</ActualText <feff{ord(letter):04x}>>> BDC (m) Tj EMC"


def drawn(rows: Sequence[tuple[str, str]], step: int, show: Callable[[str], str]) -> str:
    """Return the operators that draw two columns letter by letter, `step` points apart."""
    return " ".join(
        f"1 0 0 1 {x + step * place} {700 - 16 * number} Tm {show(letter)}"
        for number, row in enumerate(rows)
        for x, word in zip((50, 450), row, strict=True)
        for place, letter in enumerate(word)
    )


def test_two_columns_of_letters_that_are_drawn_one_by_one_are_lines():
    rows = (("Gouda", "350"), ("Bun", "420"), ("Bean", "200"), ("Sum", "970"))
    assert lines_of(drawn(rows, 7, lambda letter: f"({letter}) Tj")) == [
        " ".join(row) for row in rows
    ]


def test_such_lines_may_go_from_right_to_left():
    rows = (("350", "הפק"), ("420", "הגוע"), ("200", "םימ"), ("970", "כהס"))
    assert lines_of(drawn(rows, 10, named)) == ["קפה 350", "עוגה 420", "מים 200", "סהכ 970"]


def test_short_lines_stay_apart():
    numbers = [str(number) for number in range(12)]
    assert lines_of("50 700 Td " + " ".join(f"({each}) Tj 0 -16 Td" for each in numbers)) == numbers


def test_vertical_lines_are_read_as_lines():
    level = "50 700 Td (A line of text that is level and long) Tj"
    assert lines_of(" 0 -20 Td ".join((level, *map(named, "請求書")))) == [
        "A line of text that is level and long",
        "請求書",
    ]


def test_lines_that_stand_from_the_bottom_to_the_top_are_turned_round():
    rows = [f"Row {number} of a table on its side" for number in range(6)]
    down = "".join(
        f"BT /F1 11 Tf 0 -1 1 0 {400 - 16 * number} 700 Tm ({row}) Tj ET "
        for number, row in enumerate(rows)
    )
    up = "".join(
        f"BT /F1 11 Tf 72 {700 - 16 * number} Td ({row}) Tj ET "
        for number, row in reversed(list(enumerate(rows)))
    )
    head, foot = (f"BT /F1 11 Tf 72 {y} Td (Report) Tj ET " for y in (800, 20))
    assert lines_of(down) == lines_of(up) == rows
    assert lines_of(head + down + foot) == ["Report", *rows, "Report"]
