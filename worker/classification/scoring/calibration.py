"""From scores to a decision: two logistic models; scraps lose confidence, few rules gain some."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from worker.classification.scoring.document_text import MANY_TOKENS
from worker.classification.scoring.scores import Scores

Features = npt.NDArray[np.float64]

FEATURES = (
    "top",
    "margin",
    "lead_over_best_alternative",
    "lead_over_three_alternatives",
    "share_of_top",
    "log_tokens",
    "some_alternative_is_better",
    "better_alternatives",
)
_AMOUNT_OF_TEXT = FEATURES.index("log_tokens")
_SHARE_OF_TOP = FEATURES.index("share_of_top")

STEEPNESS = 2.0
"""The steepness with which a lower score makes a rule less likely."""

SCRAP_TOKENS = 50
"""A text of fewer tokens is a scrap."""

MANY_RULES = 12
"""From this number of rules on they are not few."""

_MAX_MARGIN = 3.0

# A lost part may hold what decides, or a picture of no interest.
_LOST_SHARE_WEIGHT = 0.5


def extract_features(scores: Scores) -> Features:
    """Return the eight inputs of the logistic models, in the order of `FEATURES`.

    `top` and the margin to the runner-up (`top` for a single rule) are in standard deviations.
    The leads compare the top rule with the panel types that no rule covers. Needs at least one
    rule.
    """
    order = np.sort(scores.rules)[::-1]
    top = float(order[0])
    margin = top - float(order[1]) if len(order) > 1 else top
    alternatives = scores.alternatives()
    best = np.sort(alternatives)[-3:]
    better = int((alternatives > top).sum())
    weights = np.exp(STEEPNESS * (order - top))
    return np.array(
        [
            top,
            min(margin, _MAX_MARGIN),
            top - float(best[-1]),
            top - float(best.mean()),
            1 / float(weights.sum()),
            math.log1p(min(scores.tokens, MANY_TOKENS)),
            float(better > 0),
            math.sqrt(better),
        ]
    )


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model over standardised features: weights[i] * (x[i] - means[i]) / scales[i]."""

    intercept: float
    weights: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]

    def contributions(self, x: Features) -> tuple[float, ...]:
        """Return the addition of each feature to the log-odds, against an average document."""
        return tuple(
            float(weight * (value - mean) / scale)
            for weight, value, mean, scale in zip(
                self.weights, x, self.means, self.scales, strict=True
            )
        )

    def log_odds(self, x: Features) -> float:
        """Return the log-odds that the outcome of this model is right."""
        return self.intercept + sum(self.contributions(x))


@dataclass(frozen=True, slots=True)
class Scraps:
    """How far log-odds are moved towards 0, and those of null down, where a text has few tokens.

    The logistic models have one weight for the amount of text, from 1 token to 300, and say too
    much of the shortest, above all of null: a scrap that fits no rule is not a document that fits
    none. The log-odds x of a match become x * (1 - m * scale), where m is the share that a text
    lacks of `SCRAP_TOKENS`; those of null lose m * null_shift besides. From that number of tokens
    on nothing changes.
    """

    scale: float = 0.0
    null_shift: float = 0.0

    def lower_match(self, log_odds: float, tokens: int) -> float:
        """Return the log-odds of a match in a text with this number of tokens."""
        missing = missing_share(tokens)
        return log_odds - missing * self.scale * log_odds if missing else log_odds

    def lower_null(self, log_odds: float, tokens: int) -> float:
        """Return the log-odds of null for a text with this number of tokens."""
        missing = missing_share(tokens)
        lowered = self.lower_match(log_odds, tokens)
        return lowered - missing * self.null_shift if missing else log_odds


def missing_share(tokens: int) -> float:
    """Return the share that a text lacks of `SCRAP_TOKENS`, 0 for one that is no scrap."""
    return max(0.0, 1 - tokens / SCRAP_TOKENS)


def fewness(rules: int, tokens: int) -> float:
    """Return how much the few rules of a decision count: 0 from `MANY_RULES` on, else more.

    Of a scrap it counts less, and nothing without a token.
    """
    return max(0.0, math.log(MANY_RULES / rules)) * (1 - missing_share(tokens))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The models of "the top rule is right" and of "null is right".

    `null_share` is the share of documents without a fitting rule in the fitting: the confidence
    for a document without text. `few_rules` times `fewness` is added to the log-odds of what is
    chosen and taken from those of the alternative: one model serves 1 to 25 rules and says too
    little where there are few.
    """

    match: Logistic
    null: Logistic
    null_share: float
    scraps: Scraps = Scraps()
    few_rules: float = 0.0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Calibration":
        """Rebuild a calibration from its dictionary form; raises KeyError or TypeError."""
        return cls(
            match=_logistic(data["match"]),
            null=_logistic(data["null"]),
            null_share=float(data["null_share"]),
            scraps=Scraps(**{key: float(value) for key, value in data["scraps"].items()}),
            few_rules=float(data["few_rules"]),
        )


def _logistic(data: dict[str, Any]) -> Logistic:
    def numbers(key: str) -> tuple[float, ...]:
        values: Sequence[float] = data[key]
        if len(values) != len(FEATURES):
            raise ValueError(f"{key} has {len(values)} numbers instead of {len(FEATURES)}")
        return tuple(float(value) for value in values)

    return Logistic(
        float(data["intercept"]), numbers("weights"), numbers("means"), numbers("scales")
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome: `is_null` when no rule fits, and the probability of each being right.

    `features` and `contributions` are the inputs of the outcome's probability and what each
    added to its log-odds; what a scrap loses belongs to the amount of text, and what few rules add
    to the share of the top rule. `overlap_probability` is the probability that the best rule or one
    that overlaps it is right; without such rules it is `match_probability`. `cautious` is the
    confidence without what few rules add: stages stop by it, so that no decision depends on the
    addition.
    """

    is_null: bool
    features: tuple[float, ...]
    contributions: tuple[float, ...]
    match_probability: float
    overlap_probability: float
    null_probability: float
    cautious: float

    @property
    def confidence(self) -> float:
        """The probability that the chosen outcome is right."""
        return self.null_probability if self.is_null else self.match_probability

    def with_losses(self, lost: int, read: int) -> "Decision":
        """Return the decision about a document of which `lost` of `lost + read` parts are missing.

        All probabilities are multiplied by `known_share`.
        """
        if not lost:
            return self
        factor = known_share(lost, read)
        return replace(
            self,
            match_probability=self.match_probability * factor,
            overlap_probability=self.overlap_probability * factor,
            null_probability=self.null_probability * factor,
        )


def known_share(lost: int, read: int) -> float:
    """Return the share of a probability that is left if `lost` of `lost + read` parts are missing.

    What is missing may hold what would decide otherwise, so half of its share is taken off. The
    half is a choice, not a measurement.
    """
    return 1 - _LOST_SHARE_WEIGHT * lost / (lost + read) if lost else 1.0


def decide(scores: Scores, calibration: Calibration) -> Decision:
    """Choose between the top rule and null, whichever is more likely to be right.

    Overlapping rules leave each other no margin, which must not make null likelier: null is
    weighed against the best rule as if the rules that overlap it had not been given. The
    confidence of a match still counts them, because it tells how sure the choice among them is.
    What a scrap loses does not change what is chosen: a rule gets no scrap because so little can
    be known. Nor does what few rules add.
    """
    all_rules = extract_features(scores)
    distinct = scores.without_overlapping()
    without_overlapping = all_rules if distinct is scores else extract_features(distinct)
    match = calibration.match.log_odds(all_rules)
    overlap = max(match, calibration.match.log_odds(without_overlapping))
    null = calibration.null.log_odds(without_overlapping)
    is_null = _probability(null) > _probability(overlap)
    scraps, tokens = calibration.scraps, scores.tokens
    lowered_match = scraps.lower_match(match, tokens)
    lowered_overlap = scraps.lower_match(overlap, tokens)
    lowered_null = scraps.lower_null(null, tokens)
    if is_null:
        lowered_match = min(lowered_match, lowered_null)
        lowered_overlap = min(lowered_overlap, lowered_null)
        x, lost = without_overlapping, null - lowered_null
        contributions = list(calibration.null.contributions(x))
    else:
        x, lost = all_rules, match - lowered_match
        contributions = list(calibration.match.contributions(x))
    added = calibration.few_rules * fewness(len(scores.rules), tokens)
    contributions[_AMOUNT_OF_TEXT] -= lost
    contributions[_SHARE_OF_TOP] += added
    for_match = -added if is_null else added
    return Decision(
        is_null=is_null,
        features=tuple(float(value) for value in x),
        contributions=tuple(contributions),
        match_probability=_probability(lowered_match + for_match),
        overlap_probability=_probability(lowered_overlap + for_match),
        null_probability=_probability(lowered_null - for_match),
        cautious=_probability(lowered_null if is_null else lowered_match),
    )


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))
