"""The form of a text, whatever it is about: how long it is, in what lines, what marks it has."""

import re
from collections.abc import Sequence

import numpy as np

from worker.classification.embedders.base import Vectors, normalise
from worker.parsing.document import DocumentPage

# The text that is measured.
_MAX_PAGES, _MAX_CHARACTERS = 3, 12_000
_SHORT_LINE = 25
_AMOUNT = re.compile(r"\d[.,]\d\d\b")
# Mean and standard deviation of each feature in documents of 25 types (dev and half A of dev2).
SCALES = (
    (7.754, 1.217),  # logarithm of the number of characters
    (3.714, 0.857),  # logarithm of the mean length of lines
    (0.515, 0.251),  # share of lines that are short
    (0.194, 0.194),  # share of lines that are empty
    (0.0721, 0.0828),  # digits, for each character
    (0.0962, 0.0878),  # capital letters
    (0.00129, 0.00386),  # signs of currencies
    (0.00288, 0.00666),  # numbers with two decimal places
    (0.00938, 0.01046),  # commas and semicolons
    (0.00555, 0.0104),  # colons
    (0.00021, 0.00067),  # question marks
)
_MEANS, _DEVIATIONS = np.array(SCALES, dtype=np.float32).T
# Standard deviations; one odd feature must not outweigh all others.
_MAX_DEVIATION = 3.0


def measure_form(pages: Sequence[DocumentPage]) -> Vectors:
    """Return the form of the first pages' text, as a vector of length 1 in the order of `SCALES`.

    Documents of unlike form have cosines about 0 or below.
    """
    text = "\n".join(page.text for page in pages[:_MAX_PAGES])[:_MAX_CHARACTERS]
    lines = text.split("\n")
    count = max(len(text), 1)
    shares = (
        sum(map(str.isdigit, text)),
        sum(map(str.isupper, text)),
        _count(text, "€$£¥"),
        len(_AMOUNT.findall(text)),
        _count(text, ",;"),
        _count(text, ":"),
        _count(text, "?"),
    )
    features = (
        np.log1p(count),
        np.log1p(count / len(lines)),
        sum(len(line) < _SHORT_LINE for line in lines) / len(lines),
        sum(not line.strip() for line in lines) / len(lines),
        *(number / count for number in shares),
    )
    scaled = (np.array(features, dtype=np.float32) - _MEANS) / _DEVIATIONS
    return normalise(np.clip(scaled, -_MAX_DEVIATION, _MAX_DEVIATION))


def _count(text: str, marks: str) -> int:
    return sum(text.count(mark) for mark in marks)
