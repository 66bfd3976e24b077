"""Finding a quote among the words of a page: a pure function."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from app.previews.values import Box, Word

# The words of a quote that must be found: OCR that runs again may read a word differently.
_MIN_SHARE = 0.7
_MIN_WORDS = 3
# Two words are on one line if they overlap by this share of the lower one's height.
_SAME_LINE = 0.5


def find_marks(quote: str, words: Sequence[Word]) -> list[Box]:
    """Return a rectangle for each line of the quote's first place on the page, [] if it has none.

    Only letters and digits count, without regard to case, so that spaces, hyphens at the end of
    lines, ligatures and marks of omission do not matter. A quote that is nowhere as a whole is
    where most of its words are together.
    """
    plain = [_letters(word.text) for word in words]
    wanted = _letters(quote)
    if not wanted:
        return []
    found = _find_whole(wanted, plain) or _find_most(quote, plain)
    return [] if found is None else _join_lines([words[index].box for index in found])


def _letters(text: str) -> str:
    """Return the letters, marks and digits of a text in one form."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in folded if unicodedata.category(each)[0] in "LMN")


def _find_whole(wanted: str, plain: Sequence[str]) -> range | None:
    start = "".join(plain).find(wanted)
    if start < 0:
        return None
    end, position, first = start + len(wanted), 0, None
    for index, letters in enumerate(plain):
        position += len(letters)
        if first is None and position > start:
            first = index
        if first is not None and position >= end:
            return range(first, index + 1)
    return None


def _find_most(quote: str, plain: Sequence[str]) -> range | None:
    """Return as many words in a row as the quote has, of which enough are in the quote."""
    wanted = Counter(filter(None, map(_letters, quote.split())))
    length = wanted.total()
    if length < _MIN_WORDS:
        return None
    places = [index for index, letters in enumerate(plain) if letters]
    window: Counter[str] = Counter()
    shared, best, at = 0, 0, 0
    for position, index in enumerate(places):
        window[plain[index]] += 1
        shared += window[plain[index]] <= wanted[plain[index]]
        if position >= length:
            gone = plain[places[position - length]]
            shared -= window[gone] <= wanted[gone]
            window[gone] -= 1
        if shared > best:
            best, at = shared, position
    if best < _MIN_WORDS or best < _MIN_SHARE * length:
        return None
    return range(places[max(0, at - length + 1)], places[at] + 1)


def _join_lines(boxes: Sequence[Box]) -> list[Box]:
    lines: list[Box] = []
    for box in boxes:
        if box.right <= box.left or box.bottom <= box.top:
            continue
        if lines and _is_same_line(lines[-1], box):
            lines[-1] = lines[-1].join(box)
        else:
            lines.append(box)
    return lines


def _is_same_line(line: Box, box: Box) -> bool:
    shared = min(line.bottom, box.bottom) - max(line.top, box.top)
    return shared > _SAME_LINE * min(line.bottom - line.top, box.bottom - box.top)
