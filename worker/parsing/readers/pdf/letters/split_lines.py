"""Puts lines together that PDFium breaks at every letter, and breaks those that it glues.

PDFium decides for a page as a whole whether its lines are level or vertical. Of a page of two
narrow columns it thinks the wrong one, and where a program draws each letter for itself, as Chrome
does, each becomes a line. Vertical lines on other pages have the same fate. Letters that stand one
below the other, such as the digits of a column, become a word.
"""

import math
import re
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.readers.pdf.letters import places
from worker.parsing.readers.pdf.letters.places import Letter
from worker.parsing.readers.pdf.letters.spaced import join_spaced

_FEW_LETTERS = 2
_MIN_LINES, _SHARE = 8, 0.5
_EAST_ASIAN = "[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]"
_STACKED = re.compile(
    f"^{_EAST_ASIAN}(?:[ \t]*\r?\n{_EAST_ASIAN}){{2,}}(?=[ \t]*\r?$)", re.MULTILINE
)
# A hyphen at the end of a line goes on below, and East Asian text may be vertical.
_MAY_GO_ON = re.compile(f"[\ufffe\x02]|{_EAST_ASIAN}")
# In points, and of the size of the font.
_LEVEL, _OTHER_LINE, _INITIAL = 4.0, 0.9, 1.3
# A large letter whose baseline is beyond an edge may reach onto the page.
_EDGE = 12.0

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""

_SPACE = re.compile(r"\s+")
# Of the size of the font: a gap between two words, and what still is one line.
_GAP, _SAME_LINE = 0.2, 0.3
# Of the lines of a page.
_MIN_UPWARDS, _UPWARDS_SHARE = 4, 0.9
# A mark may begin before its letter.
_MARK = 0.5


def join_split_lines(textpage: pypdfium2.PdfTextPage, text: str, count: int) -> str:
    """Return the text of a page with whole lines if PDFium broke most of them, otherwise ""."""
    if not _is_split(text):
        return ""
    joined = _join_lines(textpage, count)
    return joined if _count_lines(joined) < _SHARE * _count_lines(text) else ""


def mend_lines(textpage: pypdfium2.PdfTextPage, text: str, count: int, box: Box) -> str:
    """Return the text of a page with vertical lines of East Asian letters joined.

    Lines that go on above or below are broken there, and letters that are spaced out are joined.
    Lines beyond `box`, the edges of the page, are
    left out. `text` is the page's text as `get_text_range` returns it.
    """
    if len(text) == count:
        text = _mend_each(textpage, text, box)
    return text if text.isascii() else _STACKED.sub(lambda line: _SPACE.sub("", line[0]), text)


def _mend_each(textpage: pypdfium2.PdfTextPage, text: str, box: Box) -> str:
    """Break or drop the lines of a text that has its letters at the numbers of PDFium."""
    origins = places.Origins(textpage)
    pieces: list[str] = []
    starts: list[tuple[int, int, float, float]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        mended = line
        last = start + len(line.rstrip()) - 1
        if last > start:
            ends = origins.of(start), origins.of(last)
            starts.append((len(pieces), start, *ends[0]))
            if _is_outside(*ends, box):
                mended = ""
            elif abs(ends[0][1] - ends[1][1]) > _LEVEL and not _MAY_GO_ON.search(line):
                mended = _break(textpage, line, start)
            else:
                mended = join_spaced(textpage, line, start)
        pieces.append(mended)
        start += len(line)
    _order(textpage, pieces, starts)
    mended = "".join(pieces)
    return mended.rstrip("\r\n") if mended.strip() else text


def _order(
    textpage: pypdfium2.PdfTextPage,
    pieces: list[str],
    starts: list[tuple[int, int, float, float]],
) -> None:
    """Turn the order of lines round that stand from the bottom to the top.

    Each start is the index of a line among the pieces, the number of its first character and the
    place of that. A few programs draw so, and PDFium sorts lines that run down the page so.
    """
    if len(starts) <= _MIN_UPWARDS:
        return
    angle = _angle(textpage, starts[len(starts) // 2])
    if angle:
        starts = [start for start in starts if _angle(textpage, start) == angle]
    cosine, sine = math.cos(-angle), math.sin(-angle)
    levels = [y * cosine - x * sine for _, _, x, y in starts]
    upwards = sum(after > before for before, after in pairwise(levels))
    if upwards < max(_MIN_UPWARDS, _UPWARDS_SHARE * (len(starts) - 1)):
        return
    bare = [pieces[index].rstrip("\r\n") for index, *_ in starts]
    for (index, *_), own, other in zip(starts, bare, reversed(bare), strict=True):
        pieces[index] = other + pieces[index][len(own) :]


def _angle(textpage: pypdfium2.PdfTextPage, start: tuple[int, int, float, float]) -> float:
    return float(pdfium_c.FPDFText_GetCharAngle(textpage.raw, start[1]))


def _is_outside(first: tuple[float, float], last: tuple[float, float], box: Box) -> bool:
    """Tell whether a line is beyond one edge of the page: marks of printers, cut columns."""
    left, bottom, right, top = box
    return (
        max(first[0], last[0]) < left - _EDGE
        or min(first[0], last[0]) > right + _EDGE
        or max(first[1], last[1]) < bottom - _EDGE
        or min(first[1], last[1]) > top + _EDGE
    )


def _break(textpage: pypdfium2.PdfTextPage, line: str, start: int) -> str:
    """Return a line with breaks where its baseline changes."""
    pieces: list[str] = []
    last: Letter | None = None
    for number, character in enumerate(line, start):
        if not character.isspace():
            letter = places.read_letter(textpage, number, character)
            if last is not None and _is_elsewhere(last, letter):
                pieces.append("\n")
            last = letter
        pieces.append(character)
    return "".join(pieces)


def _is_elsewhere(last: Letter, letter: Letter) -> bool:
    """Tell whether a letter stands on another line; an initial goes down to the lines after it."""
    sizes = sorted((last.size, letter.size))
    return (
        last.angle == letter.angle
        and sizes[1] < _INITIAL * sizes[0]
        and abs(last.y - letter.y) > _OTHER_LINE * sizes[1]
    )


def _is_split(text: str) -> bool:
    """Tell whether most lines of a page have one letter or two."""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    short = sum(len(line) <= _FEW_LETTERS for line in lines)
    return len(lines) >= _MIN_LINES and short > _SHARE * len(lines)


def _count_lines(text: str) -> int:
    return sum(not line.isspace() for line in text.splitlines())


def _join_lines(textpage: pypdfium2.PdfTextPage, count: int) -> str:
    """Return the first letters of a page in the lines that their places make."""
    pieces: list[str] = []
    last: Letter | None = None
    is_apart = False
    for number in range(count):
        character = places.character(textpage, number)
        if character.isspace():
            is_apart |= character == " " and not pdfium_c.FPDFText_IsGenerated(textpage.raw, number)
            continue
        letter = places.read_letter(textpage, number, character)
        if last is not None:
            pieces.append(" " if is_apart and _is_beside(last, letter) else _between(last, letter))
        pieces.append(letter.text)
        last, is_apart = letter, False
    return places.join_halves("".join(pieces))


def _between(last: Letter, letter: Letter) -> str:
    if not _is_beside(last, letter):
        return "\n"
    return " " if letter.x - last.right > _GAP * max(last.size, letter.size) else ""


def _is_beside(last: Letter, letter: Letter) -> bool:
    """Tell whether a letter goes on with the line of the last one."""
    size = max(last.size, letter.size)
    return (
        last.angle == letter.angle
        and abs(last.y - letter.y) <= _SAME_LINE * size
        and letter.x >= last.x - _MARK * size
    )
