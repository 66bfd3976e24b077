"""What a document does: phrases of known types in its sentences and in the heads of its tables.

"Payable within 14 days" asks for payment, whatever the document calls itself. A phrase says less
than a heading: an order quotes an offer, and a reminder asks for payment too.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from worker.classification.features.headings import (
    fold,
    is_unspaced,
    run_spans,
    split_runs,
    without_blanks,
)
from worker.classification.knowledge.format import DocumentType, KnowledgeError, split_items

MAX_CHARACTERS = 6_000
"""The phrases of a document are looked for in this many characters of its beginning."""

_GAP = ".."
_MAX_GAP = 40
# A stem must have this many letters, by which it is found.
_KEY = 4
_UNSPACED_KEY = 2
# The weight of a single word, and of a phrase that documents of other types have too.
_WORD, _SHARED = 0.5, 0.5
_SHOWN = 3

Phrases = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class FoundAct:
    """What a document does that those of a type do: the row of the type in the knowledge.

    `phrases` are up to three that say so, as the document has them, the surest first. `weight` is
    the sum over all different ones: 1 for each, less for single words and shared phrases.
    """

    row: int
    phrases: tuple[str, ...]
    weight: float


class _Phrase(NamedTuple):
    language: str
    row: int
    parts: tuple[str, ...]
    weight: float
    is_unspaced: bool


def compile_phrases(types: Sequence[DocumentType]) -> dict[str, dict[str, str]]:
    """Return for each language what each folded phrase means: positions in `types`.

    They are separated by blanks; "~" follows those of shared phrases. The words of a phrase have
    one blank between them, except in scripts without blanks; "*" ends a stem, and ".." stands for
    other words. Raises KnowledgeError for a phrase that cannot be found.
    """
    compiled: dict[str, dict[str, str]] = {}
    for row, each in enumerate(types):
        for language, listed in each.phrases.items():
            known = compiled.setdefault(language, {})
            for item in split_items(listed):
                key = _key(item.removesuffix("~"))
                mark = f"{row}~" if item.endswith("~") else str(row)
                meanings = known.get(key, "").split()
                if mark not in meanings:
                    known[key] = " ".join([*meanings, mark])
    return {language: dict(sorted(known.items())) for language, known in sorted(compiled.items())}


def _key(phrase: str) -> str:
    parts = []
    for part in phrase.split(_GAP):
        folded = fold(part.strip())
        if is_unspaced(folded):
            parts.append(without_blanks(folded))
        else:
            parts.append(" ".join(split_runs(folded)) + "*" * folded.endswith("*"))
    if len(parts[0].rstrip("*")) < (_KEY if parts[0].endswith("*") else 2) or not all(parts):
        raise KnowledgeError(f"the phrase {phrase!r} is too short to be found")
    return f" {_GAP} ".join(parts)


class PhraseFinder:
    """Finds phrases of known types; `phrases` are those of `compile_phrases`."""

    def __init__(self, phrases: Phrases) -> None:
        # By the whole first word; by the beginning of a stem; by the first two letters.
        self._words: dict[str, list[_Phrase]] = defaultdict(list)
        self._stems: dict[str, list[_Phrase]] = defaultdict(list)
        self._unspaced: dict[str, list[_Phrase]] = defaultdict(list)
        for language, known in phrases.items():
            for key, meanings in known.items():
                for meaning in meanings.split():
                    self._add(language, key, meaning)

    def _add(self, language: str, key: str, meaning: str) -> None:
        row, weight = int(meaning.rstrip("~")), _SHARED if "~" in meaning else 1.0
        parts = key.split(f" {_GAP} ")
        if is_unspaced(key):
            weight *= _WORD if len(key) < _KEY else 1.0
            found = _Phrase(language, row, tuple(parts), weight, True)
            self._unspaced[parts[0][:_UNSPACED_KEY]].append(found)
            return
        weight *= 1.0 if " " in key else _WORD
        # A word that is no stem ends before a blank.
        ends = tuple(part[:-1] if part.endswith("*") else f"{part} " for part in parts)
        first = parts[0].split(" ")[0]
        index = self._stems if first.endswith("*") else self._words
        key = first[:_KEY] if first.endswith("*") else first
        index[key].append(_Phrase(language, row, ends, weight, False))

    def find(self, text: str) -> tuple[FoundAct, ...]:
        """Return what a text does, the weightiest first, one for each type.

        Only the phrases of one language count, the one that has most: many short words mean
        something in another language.
        """
        text = text[:MAX_CHARACTERS]
        folded = fold(text)
        words = split_runs(folded)
        found = self._in_words(words)
        letters = without_blanks(folded) if is_unspaced(folded) else ""
        found |= self._in_letters(letters)
        if not found:
            return ()
        by_language: dict[str, float] = defaultdict(float)
        for phrase in found:
            by_language[phrase.language] += phrase.weight
        language = max(by_language, key=by_language.__getitem__)
        by_row: dict[int, list[_Phrase]] = defaultdict(list)
        for phrase in found:
            if phrase.language == language:
                by_row[phrase.row].append(phrase)
        spans = run_spans(text)

        def as_written(phrase: _Phrase) -> str:
            start, end = found[phrase]
            if phrase.is_unspaced:
                return letters[start:end]
            if len(spans) != len(words):
                return " ".join(words[start:end])
            return " ".join(text[spans[start][0] : spans[end - 1][1]].split())

        acts = []
        for row, phrases in by_row.items():
            phrases.sort(key=lambda phrase: -phrase.weight)
            shown = dict.fromkeys(as_written(phrase) for phrase in phrases[:_SHOWN])
            acts.append(FoundAct(row, tuple(shown), sum(phrase.weight for phrase in phrases)))
        return tuple(sorted(acts, key=lambda act: -act.weight))

    def _in_words(self, words: Sequence[str]) -> dict[_Phrase, tuple[int, int]]:
        """Return the phrases in words, with the positions of their first and after their last."""
        joined = " ".join(words) + " "
        starts = [0, *accumulate(len(word) + 1 for word in words)]
        found: dict[_Phrase, tuple[int, int]] = {}
        for number, word in enumerate(words):
            for phrase in (*self._words.get(word, ()), *self._stems.get(word[:_KEY], ())):
                if joined.startswith(phrase.parts[0], starts[number]) and phrase not in found:
                    end = _end(joined, starts[number], phrase.parts, " ")
                    if end:
                        found[phrase] = number, bisect_left(starts, end)
        return found

    def _in_letters(self, letters: str) -> dict[_Phrase, tuple[int, int]]:
        """Return the phrases in letters, with the positions of their first and after their last."""
        found: dict[_Phrase, tuple[int, int]] = {}
        for start in range(len(letters) - 1):
            for phrase in self._unspaced.get(letters[start : start + _UNSPACED_KEY], ()):
                if letters.startswith(phrase.parts[0], start) and phrase not in found:
                    end = _end(letters, start, phrase.parts, "")
                    if end:
                        found[phrase] = start, end
        return found


def _end(text: str, start: int, parts: Sequence[str], before: str) -> int:
    """Return where a phrase whose first part is there ends, 0 if the others do not follow."""
    end = start + len(parts[0])
    for part in parts[1:]:
        at = text.find(before + part, end - len(before), end + _MAX_GAP + len(part))
        if at < 0:
            return 0
        end = at + len(before) + len(part)
    return end
