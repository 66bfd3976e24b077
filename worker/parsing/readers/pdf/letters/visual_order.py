"""Reads pages in Arabic and Hebrew script by the places of their letters.

PDFium takes words and numbers within a line for one run each, so that a name of two words or a date
comes apart. The order of the eye, from left to right, is certain; the order of reading follows from
it by the rules of Unicode (UAX #9, L2) the other way round.
"""

import math
import unicodedata
from collections.abc import Iterator
from itertools import chain, groupby, pairwise

import pypdfium2

from worker.parsing.readers.pdf import reading_order
from worker.parsing.readers.pdf.letters import places
from worker.parsing.readers.pdf.letters.places import Letter

# Of the size of the font: a gap between two words, and what still is one line.
_GAP, _SAME_LINE, _SAME_BASELINE = 0.15, 0.5, 0.1
_TURNED = 0.1
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Cs"})
_LINE_ENDS = frozenset("\r\n")
_ALEFS = frozenset("اأإآٱ")
_LAM = "ل"


def read_lines(textpage: pypdfium2.PdfTextPage, count: int, *, is_split: bool = False) -> str:
    """Return the first letters of a page in reading order, in the lines that PDFium finds.

    Lines without Arabic or Hebrew letters are as PDFium reads them. Nothing if a line goes in
    several directions. Of a page whose lines PDFium breaks at every letter (`is_split`) the places
    of the letters make the lines.
    """
    lines: list[str] = []
    before: list[Letter] = []
    found = _lines(textpage, count)
    for line in [list(chain.from_iterable(found))] if is_split else found:
        text = "".join(character for _, character in line)
        if not reading_order.has_right_to_left(text):
            lines.append(text)
            before = []
            continue
        letters = _read_letters(textpage, line)
        if letters is None:
            return ""
        for row in _rows(letters):
            if _is_beside(row, before):
                before = before + row
                lines.pop()
            else:
                before = row
            lines.append(reading_order.from_visual(_spell(before)))
    return places.join_halves("\n".join(lines))


def _lines(textpage: pypdfium2.PdfTextPage, count: int) -> Iterator[list[tuple[int, str]]]:
    """Yield the characters of each line with their numbers."""
    characters = [(number, places.character(textpage, number)) for number in range(count)]
    for is_end, line in groupby(characters, lambda each: each[1] in _LINE_ENDS):
        if not is_end:
            yield list(line)


def _read_letters(
    textpage: pypdfium2.PdfTextPage, line: list[tuple[int, str]]
) -> list[Letter] | None:
    """Return the letters of a line without spaces, None if they go in several directions."""
    letters: list[Letter] = []
    marks: list[Letter] = []
    angle: float | None = None
    for number, character in line:
        if character.isspace() or unicodedata.category(character) in _UNSEEN:
            continue
        letter = places.read_letter(textpage, number, character)
        angle = letter.angle if angle is None else angle
        if abs(math.remainder(letter.angle - angle, math.tau)) > _TURNED:
            return None
        (marks if unicodedata.combining(character) else letters).append(letter)
    for mark in marks:
        if letters:
            base = _base(mark, letters)
            base.text += mark.text
            base.right = max(base.right, mark.right)
    return _split_ligatures(letters)


def _base(mark: Letter, letters: list[Letter]) -> Letter:
    """Return the letter that a mark stands on."""
    return min(letters, key=lambda letter: (abs(letter.x - mark.x), abs(letter.right - mark.right)))


def _split_ligatures(letters: list[Letter]) -> list[Letter]:
    """Put the letters of a ligature, which stand in one place, in the order of the eye.

    PDFium turns them round if the font names the letters, and not if it names the ligature.
    """
    ordered: list[Letter] = []
    for _, group in groupby(letters, lambda letter: (letter.x, letter.y)):
        parts = list(group)
        first = parts[0].text[:1]
        if len(parts) == 2 and first == _LAM and parts[1].text[:1] in _ALEFS:
            parts.reverse()
        ordered += parts
    return ordered


def _rows(letters: list[Letter]) -> Iterator[list[Letter]]:
    """Yield what PDFium takes for one line by its lines, from the top."""
    row: list[Letter] = []
    for letter in sorted(letters, key=lambda each: -each.y):
        if row and row[-1].y - letter.y > _SAME_LINE * min(letter.size, row[-1].size):
            yield row
            row = []
        row.append(letter)
    if row:
        yield row


def _is_beside(row: list[Letter], other: list[Letter]) -> bool:
    """Tell whether two rows are parts of one line, which PDFium breaks for marks on letters."""
    if not other or abs(row[0].y - other[0].y) > _SAME_BASELINE * row[0].size:
        return False
    return max(each.x for each in row) < min(each.x for each in other) or min(
        each.x for each in row
    ) > max(each.x for each in other)


def _spell(row: list[Letter]) -> str:
    """Return a line from left to right."""
    row = sorted(row, key=lambda letter: letter.x)
    pieces = [row[0].text]
    for before, letter in pairwise(row):
        is_apart = letter.x - before.right > _GAP * max(before.size, letter.size)
        pieces.append(f" {letter.text}" if is_apart else letter.text)
    return "".join(pieces)
