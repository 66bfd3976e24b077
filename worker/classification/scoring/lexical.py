"""The lexical channel: words that a document and a rule share, weighted by their rarity."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from worker.classification.embedders.base import Vectors
from worker.classification.features.text import normalise_text
from worker.classification.scoring.channels import standardise
from worker.parsing.document import Document

WEIGHT = 0.1
"""The weight of the channel; the mean of the embedding channels has 1."""

_MAX_CHARACTERS = 6_000
_MIN_SCORE, _MAX_SCORE = -3.0, 8.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words in alphabetic order and their inverse document frequencies."""

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


def new_vectorizer() -> TfidfVectorizer:
    """Return the vectorizer that counts words, without a vocabulary."""
    return TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32)


def document_text(document: Document) -> str:
    """Return the document's text for the channel: the beginning of the first three pages."""
    pages = (page.text[:_MAX_CHARACTERS] for page in document.pages[:3])
    return normalise_text(" ".join(pages))[:_MAX_CHARACTERS].lower()


class LexicalChannel:
    """Cosines of TF-IDF vectors, in standard deviations of the panel."""

    def __init__(self, lexicon: Lexicon, panel_texts: Sequence[str]) -> None:
        self._lexicon = lexicon
        self._known = frozenset(lexicon.words)
        self._panel_texts = list(panel_texts)
        self._analyse = new_vectorizer().build_analyzer()
        self._with_words = lru_cache(maxsize=16)(self._vectorizer)

    def scores(self, text: str, rule_texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Return the channel of the rules, shape (n,), and of the panel, shape (panel,).

        Words of the rules that are not in the lexicon count as the rarest: a rule with an unknown
        word probably means a document with that word.
        """
        words = {word for rule in rule_texts for word in self._analyse(rule)}
        vectorizer, panel = self._with_words(tuple(sorted(words - self._known)))
        document = vectorizer.transform([text])
        by_panel = (panel @ document.T).toarray()[:, 0]
        by_rule = (vectorizer.transform(list(rule_texts)) @ document.T).toarray()[:, 0]
        return (
            np.clip(standardise(by_rule, by_panel), _MIN_SCORE, _MAX_SCORE),
            np.clip(standardise(by_panel, by_panel), _MIN_SCORE, _MAX_SCORE),
        )

    def shared_words(self, text: str, rule_text: str, count: int = 5) -> tuple[str, ...]:
        """Return the rarest words that the text and the rule have in common, rarest first."""
        idf = dict(zip(self._lexicon.words, self._lexicon.idf, strict=True))
        highest = max(self._lexicon.idf)
        shared = set(self._analyse(text)) & set(self._analyse(rule_text))
        return tuple(sorted(shared, key=lambda word: (-idf.get(word, highest), word))[:count])

    def _vectorizer(self, extra: tuple[str, ...]) -> tuple[TfidfVectorizer, csr_matrix]:
        idf = self._lexicon.idf
        vectorizer = new_vectorizer()
        vectorizer.set_params(vocabulary=[*self._lexicon.words, *extra])
        vectorizer.idf_ = np.array([*idf, *[max(idf)] * len(extra)], dtype=np.float32)
        return vectorizer, vectorizer.transform(self._panel_texts)


def fit_lexicon(
    texts: Sequence[str], sources: Sequence[str], own_texts: Sequence[str], limit: int = 20_000
) -> Lexicon:
    """Return the words that are common enough to ship, and their rarity.

    It has the words without digits in at least five of `texts` from at least three of `sources`
    (one for each text) and the words of `own_texts`, which are the project's: nothing of a single
    document, such as a name or an amount, leaves the corpus. Beyond `limit` the rarest words are
    dropped.
    """
    vectorizer = new_vectorizer()
    counts = vectorizer.fit_transform([*texts, *own_texts])
    present = counts.astype(bool).tocsr()
    foreign, own = present[: len(texts)], present[len(texts) :]
    names = sorted(set(sources))
    by_source = np.zeros((len(names), counts.shape[1]), dtype=bool)
    for row, name in enumerate(names):
        rows = [index for index, source in enumerate(sources) if source == name]
        by_source[row] = np.asarray(foreign[rows].sum(axis=0))[0] > 0
    documents = np.asarray(foreign.sum(axis=0))[0]
    mine = np.asarray(own.sum(axis=0))[0]
    words = vectorizer.get_feature_names_out()
    wordy = np.array([not any(character.isdigit() for character in word) for word in words])
    common = wordy & (documents >= 5) & (by_source.sum(axis=0) >= 3)
    candidates = np.flatnonzero(common | (mine > 0))
    frequency = documents + mine
    kept = sorted(candidates[np.argsort(-frequency[candidates], kind="stable")][:limit])
    return Lexicon(
        words=tuple(str(words[index]) for index in kept),
        idf=tuple(round(float(vectorizer.idf_[index]), 3) for index in kept),
    )
