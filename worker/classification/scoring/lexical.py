"""The lexical channel: words that a document and a rule share, weighted by their rarity."""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors
from worker.classification.features.text import normalise_text
from worker.classification.scoring.channels import standardise
from worker.parsing.document import Document

WEIGHT = 0.1
"""The weight of the channel; the mean of the embedding channels has 1."""

_MAX_CHARACTERS = 6_000
# One shared word of an otherwise foreign text would count 8 deviations.
_MIN_SCORE, _MAX_SCORE = -3.0, 3.0
_WORD = re.compile(r"\b\w\w+\b")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words in alphabetic order and their inverse document frequencies.

    Words with the frequency 0, such as "the", say nothing about a document.
    """

    words: tuple[str, ...]
    idf: tuple[float, ...]

    def to_json(self) -> str:
        """Return an object of words and their frequencies, as one line of ASCII."""
        return json.dumps(dict(zip(self.words, self.idf, strict=True))) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the lexicon that `to_json` wrote; raises ValueError or AttributeError."""
        idf = json.loads(text)
        return cls(tuple(idf.keys()), tuple(idf.values()))

    def digest(self) -> str:
        """Return a short digest, which changes with any word or number."""
        return hashlib.sha256(self.to_json().encode("ascii")).hexdigest()[:16]


def document_text(document: Document) -> str:
    """Return the document's text for the channel: the beginning of the first three pages."""
    pages = (page.text[:_MAX_CHARACTERS] for page in document.pages[:3])
    return normalise_text(" ".join(pages))[:_MAX_CHARACTERS].lower()


@dataclass(frozen=True, slots=True)
class _Texts:
    """TF-IDF vectors of `count` texts: `weights[i]` is in row `rows[i]` and column `columns[i]`."""

    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    weights: Vectors
    count: int

    def cosines(self, document: Vectors) -> Vectors:
        """Compare the texts with a document's vector, which has all columns; shape (count,)."""
        cosines = np.zeros(self.count, dtype=np.float32)
        np.add.at(cosines, self.rows, self.weights * document[self.columns])
        return cosines


class LexicalChannel:
    """Cosines of TF-IDF vectors, in standard deviations of the panel.

    A vector has a column for each word of the lexicon; words of rules that it lacks follow.
    """

    def __init__(self, lexicon: Lexicon, panel_texts: Sequence[str]) -> None:
        self._idf = dict(zip(lexicon.words, lexicon.idf, strict=True))
        self._highest = max(lexicon.idf)
        self._columns = {word: column for column, word in enumerate(lexicon.words)}
        self._panel = self._weigh([self._words(text) for text in panel_texts], self._columns)

    def scores(self, text: str, rule_texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Return the channel of the rules, shape (n,), and of the panel, shape (panel,).

        Words of the rules that are not in the lexicon count as the rarest: a rule with an unknown
        word probably means a document with that word.
        """
        rules = [self._words(rule) for rule in rule_texts]
        unknown = sorted({word for words in rules for word in words} - self._columns.keys())
        columns = self._columns | {
            word: len(self._columns) + position for position, word in enumerate(unknown)
        }
        document = np.zeros(len(columns), dtype=np.float32)
        words = self._weigh([self._words(text)], columns)
        document[words.columns] = words.weights
        by_panel = self._panel.cosines(document)
        by_rule = self._weigh(rules, columns).cosines(document)
        return (
            np.clip(standardise(by_rule, by_panel), _MIN_SCORE, _MAX_SCORE),
            np.clip(standardise(by_panel, by_panel), _MIN_SCORE, _MAX_SCORE),
        )

    def shared_words(self, text: str, rule_text: str, count: int = 5) -> tuple[str, ...]:
        """Return the rarest words that the text and the rule have in common, rarest first."""
        shared = set(self._words(text)) & set(self._words(rule_text))
        rarity = {word: self._idf.get(word, self._highest) for word in shared}
        return tuple(sorted(shared, key=lambda word: (-rarity[word], word))[:count])

    def _words(self, text: str) -> list[str]:
        return [word for word in _WORD.findall(text.lower()) if self._idf.get(word) != 0]

    def _weigh(self, texts: Sequence[Sequence[str]], columns: Mapping[str, int]) -> _Texts:
        """Weigh each word by (1 + log count) * idf and scale each text's vector to the length 1."""
        rows: list[int] = []
        places: list[int] = []
        weights: list[Vectors] = []
        for row, words in enumerate(texts):
            counts = Counter(word for word in words if word in columns)
            ordered = sorted(counts, key=columns.__getitem__)
            idf = [self._idf.get(word, self._highest) for word in ordered]
            frequency = np.log(np.array([counts[word] for word in ordered], np.float32)) + 1
            weight = frequency * np.array(idf, dtype=np.float32)
            length = math.sqrt(sum(map(float, weight * weight))) or 1.0
            weights.append((weight / np.float64(length)).astype(np.float32))
            rows += [row] * len(ordered)
            places += [columns[word] for word in ordered]
        return _Texts(
            np.array(rows, dtype=np.int64),
            np.array(places, dtype=np.int64),
            np.concatenate(weights),
            len(texts),
        )
