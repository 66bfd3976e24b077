"""Scraps: beginnings of documents, and how far the confidence in so little text is lowered."""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from worker.classification.features.chunks import count_tokens
from worker.classification.features.text import is_readable
from worker.classification.fitting.corpus import Corpus, LabelledDocument
from worker.classification.scoring.calibration import SCRAP_TOKENS, Scraps

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

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


@dataclass(frozen=True, slots=True)
class ScrapOutcomes:
    """What the logistic models say of n scraps under some rules, and what was right, (n,) each.

    `match` and `null` are log-odds without `Scraps`; `missing` is the share of tokens that a scrap
    lacks.
    """

    match: Numbers
    null: Numbers
    match_right: Flags
    null_right: Flags
    missing: Numbers


def fit_scraps(outcomes: ScrapOutcomes) -> Scraps:
    """Return the numbers under which both probabilities agree best with what was right.

    Minimises the mean logarithmic loss. Without scraps nothing is lowered.
    """
    if not len(outcomes.missing):
        return Scraps()
    match_signs = np.where(outcomes.match_right, 1.0, -1.0)
    null_signs = np.where(outcomes.null_right, 1.0, -1.0)

    def loss(numbers: Numbers) -> float:
        scale, null_shift = numbers
        match = outcomes.match - outcomes.missing * scale * outcomes.match
        null = outcomes.null - outcomes.missing * (scale * outcomes.null + null_shift)
        losses = np.logaddexp(0.0, -match_signs * match) + np.logaddexp(0.0, -null_signs * null)
        return float(losses.mean())

    fitted = minimize(loss, np.zeros(2), bounds=_BOUNDS).x
    return Scraps(*(round(float(number), 4) for number in fitted))
