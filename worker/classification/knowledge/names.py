"""What a document calls itself: names of known types in the headings of its first page.

"DEVIS N° 118" names its type, "Please quote the invoice number" does not: only a line that has
little beside the name counts, the higher on the page the more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

from worker.classification.features.headings import (
    HeadingPart,
    fold,
    heading_parts,
    is_unspaced,
    split_words,
    without_blanks,
)
from worker.classification.knowledge.compiled_names import (
    IN_RULES,
    MARKS,
    MIN_TAIL,
    NO_NAME,
    name_key,
)
from worker.classification.knowledge.heading_words import (
    LABELS,
    LABELS_UNSPACED,
    NEUTRAL,
    NEUTRAL_UNSPACED,
    NUMBER_UNSPACED,
    NUMBERS,
    OF,
    SENTENCE,
)
from worker.parsing.document import DocumentPage

_MIN_STRENGTH = 0.05
_MIN_PART = 0.5
# What names below the strongest keep, and what the second name of a line does.
_WEAKER, _SECOND = 0.5, 0.4
# The weight of a name that documents of other types have too.
_SHARED = 0.5
_CERTAIN = 0.9
# Ambiguous names, such as "notes", count only alone on one of the first lines.
_FIRST_LINES = 5
_MIN_NUMBERED = 6
_MAX_EDGE_WORDS = 4
_MIN_SLIP_LETTERS = 8
_HALF_OF_SLIP = _MIN_SLIP_LETTERS // 2


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name in a heading: the row of its type in the knowledge, 0 to 1 how surely it is a title.

    `name` is folded; `line` is the part of the line that has it.
    """

    row: int
    name: str
    line: str
    strength: float


class _Meaning(NamedTuple):
    """A type that a name stands for, by its position in the knowledge."""

    row: int
    is_whole_line: bool
    weight: float


# Ends of sentences, perhaps in quotation marks or before a tag, and of questions.
_SENTENCE_END = re.compile(r"[.;!?][\"'”’»)\s]*(?:</?\w+>)?$")
_QUESTION = re.compile(r"[?？؟][\"'”’»)\s]*(?:</?\w+>)?$")

_MIN_BEFORE = 3
_MAX_COMPOUND_WORDS = 4
_TAIL = 0.6


class NameFinder:
    """Finds names of known types in headings; `names` are those of `compile_names`."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        # The most words of a name that begins with a word, and the most letters of one that
        # begins with a letter: most words and letters begin no name.
        self._longest: dict[str, int] = {}
        self._longest_unspaced: dict[str, int] = {}
        for name in names:
            first, _, others = name.partition(" ")
            length = 2 + others.count(" ") if others else 1
            if length > self._longest.get(first, 0):
                self._longest[first] = length
            if not name.isascii() and len(name) > self._longest_unspaced.get(name[0], 0):
                self._longest_unspaced[name[0]] = len(name)
        self._slips: _Slips | None = None

    @classmethod
    def of_name(cls, name: str) -> Self:
        """Return a finder of one name that is not known; what it finds has the row 0.

        A single word counts only on a line of its own.
        """
        return cls({name_key(fold(name)): "0" if " " in name else "0="})

    def rows_of(self, name: str, *, is_alone: bool = True) -> list[int]:
        """Return the positions of the types that have this name, and no others share it.

        Ambiguous names have no types where they are not alone.
        """
        return [
            each.row
            for each in self._meanings(name_key(fold(name)))
            if each.weight == 1 and (is_alone or not each.is_whole_line)
        ]

    def rows_in(self, name: str) -> list[int]:
        """Return the positions of the types whose names are a part of this one, perhaps none.

        "Signed contract" and "invoice from abroad" have a name in them, "form of payment" has not.
        """
        found = self.find(heading_parts(DocumentPage(0, name)))
        return [each.row for each in found if each.strength >= _MIN_PART]

    def rows_named(self, text: str) -> set[int]:
        """Return the positions of the types whose names stand anywhere in a text."""
        folded = fold(text)
        words, letters = split_words(folded), without_blanks(folded)
        places = self._places(words)
        names = [" ".join(words[start:end]) for start, end in places]
        if is_unspaced(folded):
            names += [letters[start:end] for start, end in self._places_in(letters)]
        return {each.row for name in names for each in self._meanings(name)}

    def may_be_among(self, words: frozenset[str]) -> bool:
        """Tell whether headings of these words may have a name; quicker than `find`.

        Names that may stand without blanks count as if they might.
        """
        return bool(self._longest_unspaced) or not self._longest.keys().isdisjoint(words)

    def find(self, parts: Sequence[HeadingPart], *, is_ocr: bool = False) -> list[FoundName]:
        """Return the names in the parts of headings, the strongest first, one for each type.

        Long words that OCR has read may have a wrong letter.
        """
        best: dict[int, FoundName] = {}
        for part in parts:
            for found in self._in_words(part, is_ocr) if part.words else self._in_letters(part):
                if found.row not in best or found.strength > best[found.row].strength:
                    best[found.row] = found
        ordered = sorted(best.values(), key=lambda found: -found.strength)
        return [
            found
            if found.strength >= ordered[0].strength - 0.001
            else FoundName(found.row, found.name, found.line, found.strength * _WEAKER)
            for found in ordered
            if found.strength >= _MIN_STRENGTH
        ]

    def _meanings(self, name: str) -> list[_Meaning]:
        return [
            _Meaning(
                int(each.rstrip(MARKS)),
                "=" in each or IN_RULES in each,
                _SHARED if "~" in each else 1.0,
            )
            for each in self._names.get(name, NO_NAME).split()
            if each != NO_NAME
        ]

    def _is_in_headings(self, name: str) -> bool:
        return IN_RULES not in self._names.get(name, IN_RULES)

    def _mend(self, words: Sequence[str]) -> list[str]:
        if self._slips is None:
            self._slips = _Slips(word for name in self._names for word in name.split(" "))
        return [self._slips.mend(word) for word in words]

    def _in_words(self, part: HeadingPart, is_ocr: bool) -> Iterator[FoundName]:
        words = self._mend(part.words) if is_ocr else list(part.words)
        places = [] if self._longest.keys().isdisjoint(words) else self._places(words)
        if not places:
            yield from self._in_compounds(words, part)
            return
        used = {at for start, end in places for at in range(start, end)}
        left = [word for at, word in enumerate(words) if at not in used]
        titles = sorted(
            (start, end)
            for start, end in places
            if self._names[" ".join(words[start:end])] != NO_NAME
        )
        for order, (start, end) in enumerate(titles):
            strength = _strength(words, left, start, end, part.text)
            if order and "/" not in part.text:
                strength *= _SECOND
            is_alone = strength >= _CERTAIN and not (len(titles) > 1 and left)
            name = " ".join(words[start:end])
            # Not even with a number if it is short, and not if a word of it was mended.
            is_alone &= strength == 1 or len(name) >= _MIN_NUMBERED
            is_alone &= words[start:end] == list(part.words[start:end])
            yield from self._found(name, part, strength, is_alone=is_alone)

    def _in_compounds(self, words: Sequence[str], part: HeadingPart) -> Iterator[FoundName]:
        """Yield the names that end a compound in a short heading: "Gebührenquittung"."""
        if len(words) > _MAX_COMPOUND_WORDS:
            return
        for number, word in enumerate(words):
            if tail := self._tail(word):
                left = [*words[:number], *words[number + 1 :]]
                strength = _TAIL * _strength(words, left, number, number + 1, part.text)
                yield from self._found(tail, part, strength, is_alone=False)

    def _tail(self, word: str) -> str:
        """Return the longest name that ends a longer word, empty if there is none."""
        tails = (word[start:] for start in range(_MIN_BEFORE, len(word) - MIN_TAIL + 1))
        return next((tail for tail in tails if "+" in self._names.get(tail, "")), "")

    def _places(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Return where names start and end; the longest take their words first."""
        candidates = [
            (start, end)
            for start, first in enumerate(words)
            for end in range(start + 1, min(start + self._longest.get(first, 0), len(words)) + 1)
            if self._is_in_headings(" ".join(words[start:end]))
        ]
        candidates.sort(key=lambda each: (each[0] - each[1], each[0]))
        return _without_overlaps(candidates)

    def _places_in(self, letters: str) -> list[tuple[int, int]]:
        """Return where names start and end in letters without blanks, the longest first."""
        candidates = [
            (start, end)
            for start, first in enumerate(letters)
            for end in range(
                start + 2, min(start + self._longest_unspaced.get(first, 0), len(letters)) + 1
            )
            if self._is_in_headings(letters[start:end])
        ]
        candidates.sort(key=lambda each: (each[0] - each[1], each[0]))
        return _without_overlaps(candidates)

    def _in_letters(self, part: HeadingPart) -> Iterator[FoundName]:
        letters = part.letters
        for start, end in self._places_in(letters):
            name = letters[start:end]
            others = NEUTRAL_UNSPACED.sub("", letters[:start] + " " + letters[end:])
            rest = _count_letters(others)
            after = letters[end : end + 3]
            if LABELS_UNSPACED.match(after) and not NUMBER_UNSPACED.match(after):
                strength = 0.2
            elif rest <= 3:
                strength = _CERTAIN if rest else 1.0
            elif (rest <= 10 and start <= 6) or _is_word_at_edge(name, part.text):
                strength = 0.5
            else:
                strength = 0.0
            yield from self._found(name, part, strength, is_alone=rest <= 3)

    def _found(
        self, name: str, part: HeadingPart, strength: float, *, is_alone: bool
    ) -> Iterator[FoundName]:
        is_alone &= part.line < _FIRST_LINES
        for each in self._meanings(name):
            if strength > 0 and (is_alone or not each.is_whole_line):
                yield FoundName(each.row, name, part.text, strength * each.weight * part.weight)


class _Slips:
    """Mends a wrong, missing or added letter of a long word, as OCR makes them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._known = {word for word in words if len(word) >= _MIN_SLIP_LETTERS}
        # One slip leaves the beginning or the end of a word as it was.
        self._by_half: dict[str, list[str]] = {}
        for word in sorted(self._known):
            self._by_half.setdefault(word[:_HALF_OF_SLIP], []).append(word)
            self._by_half.setdefault("-" + word[-_HALF_OF_SLIP:], []).append(word)
        self.mend = lru_cache(maxsize=20_000)(self._mend)

    def _mend(self, word: str) -> str:
        """Return the known word that is one slip away, otherwise the word itself.

        The last letter must be the same: plurals are not titles.
        """
        if len(word) < _MIN_SLIP_LETTERS or word in self._known or not word.isalpha():
            return word
        for half in (word[:_HALF_OF_SLIP], "-" + word[-_HALF_OF_SLIP:]):
            for known in self._by_half.get(half, ()):
                if known[-1] == word[-1] and _is_one_slip(known, word):
                    return known
        return word


def _is_one_slip(first: str, second: str) -> bool:
    if abs(len(first) - len(second)) > 1:
        return False
    at = 0
    while first[at] == second[at]:
        at += 1
        if at == min(len(first), len(second)):
            return True
    # The letter at `at` is skipped in the longer word, or in both where one stands for the other.
    rest_of_first = first[at + 1 :] if len(first) >= len(second) else first[at:]
    rest_of_second = second[at + 1 :] if len(second) >= len(first) else second[at:]
    return rest_of_first == rest_of_second


def _without_overlaps(candidates: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    taken: set[int] = set()
    places = []
    for start, end in candidates:
        span = range(start, end)
        if taken.isdisjoint(span):
            taken.update(span)
            places.append((start, end))
    return places


def _is_word_at_edge(name: str, line: str) -> bool:
    """Tell whether blanks set off a name at the beginning or the end of a short line.

    As after the seller's name: "株式会社山田商店 請求書".
    """
    words = fold(line).split()
    return 1 < len(words) <= _MAX_EDGE_WORDS and name in {words[0], words[-1]}


def _strength(words: Sequence[str], left: Sequence[str], start: int, end: int, line: str) -> float:
    """Return how surely the words from `start` to `end` are the title; `left` are not names."""
    others = [
        word
        for word in left
        if len(word) > 1 and word not in NEUTRAL and not any(c.isdigit() for c in word)
    ]
    after = words[end] if end < len(words) else ""
    at = next((at for at in range(end, len(words)) if words[at] not in NEUTRAL), len(words))
    is_numbered = at < len(words) and at - end <= 2 and any(c.isdigit() for c in words[at])
    last = len(words)
    while last > end and (words[last - 1] in NEUTRAL or any(map(str.isdigit, words[last - 1]))):
        last -= 1
    if any(word in SENTENCE for word in left):
        return 0.0
    before = [word for word in words[:start] if word not in OF]
    if (after in LABELS and start == 0) or (before and before[-1] in NUMBERS):
        return 0.1
    # "Term of contract" is a part of one.
    if start > 1 and words[start - 1] in OF and before and before[-1] in others:
        return 0.1
    if not others:
        strength = _CERTAIN if left else 1.0
    elif start == 0 and is_numbered and len(words) <= 12:
        strength = 0.85
    elif len(others) <= 2 and len(words) <= 8 and (start == 0 or end == last):
        strength = 0.1 if _QUESTION.search(line) else 0.6
    elif len(others) <= 6 and len(words) <= 12 and (start <= 1 or end >= last - 1):
        strength = 0.1 if _SENTENCE_END.search(line) else 0.5
    else:
        return 0.0
    if start == 0 and strength >= 0.85 and re.search(r":\s*\S", line):
        return 0.3 if after in NEUTRAL else 0.6
    return strength


def _count_letters(text: str) -> int:
    return sum(character.isalpha() for character in text)
