"""Joins letters that a program spaces out: headings above all.

PDFium puts a space behind each letter, and the one between two words is lost.
"""

import re
from itertools import pairwise
from statistics import median

import pypdfium2

from worker.parsing.readers.pdf.letters import places

# In other lines a fifth of the characters are spaces.
_SPACES_SHARE = 0.25
_RUN = re.compile(r"(?<!\S)(?:\S ){5,}\S[:.,]?(?!\S)")
_LETTER = re.compile(r"[^\W\d_]")
_LETTER_SHARE = 0.6
# Letters of a word are equally far from each other, as a share of their size; columns are not.
_EQUAL, _EQUAL_SHARE = 0.1, 0.7
# Between words, as a multiple of the distance between letters.
_WORD_GAP = 1.5


def join_spaced(textpage: pypdfium2.PdfTextPage, line: str, start: int) -> str:
    """Return a line with the words whole whose letters are spaced out.

    `start` is the number of its first character.
    """
    if line.count(" ") < _SPACES_SHARE * len(line):
        return line
    return _RUN.sub(lambda run: _join(textpage, run[0], start + run.start()), line)


def _join(textpage: pypdfium2.PdfTextPage, run: str, start: int) -> str:
    if len(_LETTER.findall(run)) < _LETTER_SHARE * len(run.split()):
        return run
    letters = [
        places.read_letter(textpage, start + at, character)
        for at, character in enumerate(run)
        if character != " "
    ]
    gaps = [after.x - before.right for before, after in pairwise(letters)]
    usual = median(gaps)
    near = _EQUAL * letters[0].size
    if sum(abs(gap - usual) < near for gap in gaps) < _EQUAL_SHARE * len(gaps):
        return run
    pieces = [letters[0].text]
    for gap, letter in zip(gaps, letters[1:], strict=True):
        pieces.append(f" {letter.text}" if gap > _WORD_GAP * usual + near else letter.text)
    return "".join(pieces)
