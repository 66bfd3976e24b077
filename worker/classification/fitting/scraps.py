"""Scraps: beginnings of documents, and how far the confidence in so little text is lowered."""

import zlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from worker.classification.features.chunks import count_tokens
from worker.classification.features.text import is_readable
from worker.classification.fitting.corpus import Corpus, LabelledDocument
from worker.classification.scoring.calibration import SCRAP_TOKENS, Scraps

Numbers = npt.NDArray[np.float64]

# A scale of 1 would give all texts without a token the same confidence.
_BOUNDS = ((0.0, 0.95), (0.0, None))


def cut_scraps(corpus: Corpus) -> Corpus:
    """Return the first tokens, fewer than `SCRAP_TOKENS`, of each document with text.

    The number is drawn evenly by its logarithm, from the text alone: folds of a corpus share
    their scraps, which are embedded once. One set of rules is enough for two numbers.
    """
    documents = tuple(filter(None, map(_cut, corpus.documents)))
    return Corpus(documents, corpus.rule_sets[:1])


def _cut(item: LabelledDocument) -> LabelledDocument | None:
    """Return the document with nothing but its first tokens, None without text."""
    page = next((page for page in item.document.pages if is_readable(page.text)), None)
    if page is None:
        return None
    text = page.text.strip()
    random = np.random.default_rng(zlib.crc32(text.encode()))
    count = int(np.exp(random.uniform(0, np.log(SCRAP_TOKENS))))
    kept = replace(page, text=first_tokens(text, count), headings=())
    return replace(item, document=replace(item.document, pages=(kept,)))


def first_tokens(text: str, count: int) -> str:
    """Return the longest beginning with at most `count` tokens, at least one character."""
    end = 1
    while end < len(text) and count_tokens(text[: end + 1]) <= count:
        end += 1
    return text[:end]


def fit_scraps(log_odds: Numbers, missing: Numbers, right: npt.NDArray[np.bool_]) -> Scraps:
    """Return the scale and the shift under which n confidences agree best with what was right.

    `log_odds` are the confidences as they are without, `missing` as in `Scraps`. Minimises the
    mean logarithmic loss. Without scraps nothing is lowered.
    """
    if not len(log_odds):
        return Scraps()
    signs = np.where(right, 1.0, -1.0)

    def loss(parameters: Numbers) -> float:
        scale, shift = parameters
        lowered = log_odds - missing * (scale * log_odds + shift)
        return float(np.logaddexp(0.0, -signs * lowered).mean())

    scale, shift = minimize(loss, np.array([0.1, 0.1]), bounds=_BOUNDS).x
    return Scraps(round(float(scale), 4), round(float(shift), 4))
