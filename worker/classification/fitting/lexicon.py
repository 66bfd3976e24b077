"""Fitting the lexicon: which words are common enough to ship, and how rare they are."""

from collections.abc import Sequence

import numpy as np

from worker.classification.scoring.lexical import Lexicon

# Fewer may share a word by chance, such as a name.
_MIN_DOCUMENTS, _MIN_SOURCES = 5, 3


def fit_lexicon(
    texts: Sequence[str], sources: Sequence[str], own_texts: Sequence[str], limit: int = 20_000
) -> Lexicon:
    """Return the words that are common enough to ship, and their rarity.

    It has the words without digits in at least five of `texts` from at least three of `sources`
    (one for each text) and the words of `own_texts`, which are the project's: nothing of a single
    document, such as a name or an amount, leaves the corpus. Beyond `limit` the rarest words are
    dropped. Stop words have the frequency 0.
    """
    # Imported here, as in `fit`: it takes a second or two.
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    vectorizer = TfidfVectorizer(stop_words="english", dtype=np.float32)
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
    common = wordy & (documents >= _MIN_DOCUMENTS) & (by_source.sum(axis=0) >= _MIN_SOURCES)
    candidates = np.flatnonzero(common | (mine > 0))
    frequency = documents + mine
    kept = sorted(candidates[np.argsort(-frequency[candidates], kind="stable")][:limit])
    rarity = {str(words[index]): round(float(vectorizer.idf_[index]), 3) for index in kept}
    rarity |= dict.fromkeys(vectorizer.get_stop_words(), 0.0)
    return Lexicon(*zip(*sorted(rarity.items()), strict=True))
