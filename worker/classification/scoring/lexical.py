"""The lexical channel: words that a document and a rule share, weighted by their rarity."""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from worker.classification.embedders.base import Vectors
from worker.classification.features.text import normalise_text
from worker.classification.scoring.channels import Level, standardise
from worker.parsing.document import Document
from worker.parsing.ocr.language_check import COMMON_WORDS

WEIGHT = 0.1
"""The weight of the channel; the mean of the embedding channels has 1."""

MAX_CHARACTERS = 6_000
"""The words of a document are taken from this many characters of its first three pages."""

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
    pages = (page.text[:MAX_CHARACTERS] for page in document.pages[:3])
    return normalise_text(" ".join(pages))[:MAX_CHARACTERS].lower()


@dataclass(frozen=True, slots=True)
class RuleWords:
    """The columns of the words of k texts of rules, and their TF-IDF vectors (k, len(words))."""

    words: Mapping[str, int]
    weights: Vectors


class LexicalChannel:
    """Cosines of TF-IDF vectors, in standard deviations of the panel.

    Words of rules that are not in the lexicon count as the rarest: a rule with an unknown word
    probably means a document with that word. A document's vector is scaled by its words in the
    lexicon, because standard deviations do not depend on its length.
    """

    def __init__(self, lexicon: Lexicon, panel_texts: Sequence[str]) -> None:
        self._idf = dict(zip(lexicon.words, lexicon.idf, strict=True))
        self._highest = max(lexicon.idf)
        panel = [
            {word: count for word, count in self.count_words(text).items() if word in self._idf}
            for text in panel_texts
        ]
        columns = {word: column for column, word in enumerate(sorted(set().union(*panel)))}
        self._columns = columns
        self._count = len(panel)
        self._rows = np.repeat(np.arange(len(panel)), [len(counts) for counts in panel])
        self._places = np.array([columns[word] for counts in panel for word in counts])
        self._weights = np.concatenate([self._scaled(counts) for counts in panel])

    def count_words(self, text: str) -> dict[str, int]:
        """Return how often each word of a text occurs, without the words that say nothing."""
        words = Counter(_WORD.findall(text.lower()))
        return {word: count for word, count in words.items() if self._idf.get(word) != 0}

    def weigh_document(self, text: str) -> dict[str, float]:
        """Return the weight of each word of a document's text."""
        counts = self.count_words(text)
        known = [word in self._idf for word in counts]
        weights = self._weigh(counts)
        length = _length(weights[known]) if counts else 1.0
        return dict(zip(counts, (weights / np.float32(length)).tolist(), strict=True))

    def compare_with_panel(self, document: Mapping[str, float]) -> Vectors:
        """Return the cosines of a document, given by its weights, with the panel, shape (P,)."""
        vector = _vector(document, self._columns)
        products = self._weights * vector[self._places]
        return np.bincount(self._rows, products, self._count).astype(np.float32)

    def compare(self, document: Mapping[str, float], rules: RuleWords) -> Vectors:
        """Return the cosines of a document, given by its weights, with k rules, shape (k,)."""
        vector = _vector(document, rules.words)
        return np.asarray(rules.weights @ vector, dtype=np.float32)

    def read_rules(self, texts: Sequence[str]) -> RuleWords:
        """Return the words of the lexical texts of rules, with their weights."""
        counted = [self.count_words(text) for text in texts]
        columns = {word: column for column, word in enumerate(sorted(set().union(*counted)))}
        weights = np.zeros((len(counted), len(columns)), dtype=np.float32)
        for row, counts in enumerate(counted):
            weights[row, [columns[word] for word in counts]] = self._scaled(counts)
        return RuleWords(columns, weights)

    def shared_words(
        self, document: Collection[str], rule_text: str, count: int = 5
    ) -> tuple[str, ...]:
        """Return the rarest words that a document and a rule have in common, rarest first.

        Leaves out words such as "und", which count but tell a reader nothing.
        """
        shared = (self.count_words(rule_text).keys() & document) - COMMON_WORDS
        return tuple(sorted(shared, key=lambda word: (-self.rarity(word), word))[:count])

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency of a word."""
        return self._idf.get(word, self._highest)

    def _weigh(self, counts: Mapping[str, int]) -> Vectors:
        """Weigh each word by (1 + log count) * idf."""
        frequency = np.log(np.array(list(counts.values()), dtype=np.float32)) + 1
        rarities = np.array([self.rarity(word) for word in counts], dtype=np.float32)
        return np.asarray(frequency * rarities, dtype=np.float32)

    def _scaled(self, counts: Mapping[str, int]) -> Vectors:
        weights = self._weigh(counts)
        return np.asarray(weights / np.float32(_length(weights)), dtype=np.float32)


def _vector(document: Mapping[str, float], columns: Mapping[str, int]) -> Vectors:
    """Return the weights of a document's words in these columns, 0 for words that it lacks."""
    vector = np.zeros(len(columns), dtype=np.float32)
    for word in document.keys() & columns.keys():
        vector[columns[word]] = document[word]
    return vector


def _length(weights: Vectors) -> float:
    return math.sqrt(float((weights.astype(np.float64) ** 2).sum())) or 1.0


def standardise_words(values: Vectors, level: Level) -> Vectors:
    """Return cosines of the channel in standard deviations, without extremes."""
    return np.clip(standardise(values, level), _MIN_SCORE, _MAX_SCORE)
