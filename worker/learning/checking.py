"""Checking whether labels help, by verdicts about documents whose labels the models lack."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors
from worker.classification.engine import Stage
from worker.classification.learning.model import LabelWeight
from worker.classification.learning.observation import Observation, restore_scores
from worker.classification.scoring.calibration import decide
from worker.classification.scoring.rule_set import RuleSet

Floats = npt.NDArray[np.float64]

# The weights that are tried.
STRENGTHS = (1.0, 2.0, 3.0)
# The highest strength for each label of a type: the check says little where types have one label,
# because their documents are compared with other types only.
_MAX_PER_LABEL = 2.0
LIFTS = (4.0, 11.0)
# What a lift must gain: standard errors, and the mean, as that of one document in ten that turns
# from surely wrong to right.
_CLEAR, _LARGE = 2.0, 0.3
# No verdict counts as less probable: one sure error must not decide.
_MIN_PROBABILITY = 0.02
# Fewer documents say nothing about noise.
_MIN_CHECKED = 3


@dataclass(frozen=True, slots=True)
class CheckedVerdict:
    """The position of the chosen rule, None if no rule fits, and how probably that is right.

    `best` is the position of the best rule in any case. `other` is the probability of null, or of
    the best rule where null was chosen.
    """

    position: int | None
    confidence: float
    best: int
    other: float


@dataclass(frozen=True, slots=True)
class Choice:
    """How much labels count, and the verdicts without any and with these.

    `is_gain` tells that labels help by more than noise.
    """

    weight: LabelWeight | None
    is_gain: bool
    without: Sequence[CheckedVerdict]
    best: Sequence[CheckedVerdict]


def choose_weight(
    judge_all: Callable[[LabelWeight | None], Sequence[CheckedVerdict]],
    wanted: Sequence[int | None],
    labels_per_type: float,
) -> Choice:
    """Return how much labels should count; no weight if none is better than the engine alone.

    `judge_all` returns the verdicts with a weight about the documents whose right rules are
    `wanted`. With few `labels_per_type` only low strengths are tried. People rarely label what no
    rule fits, so the check sees little of the harm that a lift does to null: only a large gain is
    worth it, such as that of rules whose descriptions say nothing.
    """
    without = judge_all(None)
    alone = log_scores(without, wanted)
    found, best = Choice(None, False, without, without), alone
    if not without:
        return found

    def try_weight(weight: LabelWeight) -> tuple[Choice, Floats]:
        verdicts = judge_all(weight)
        scores = log_scores(verdicts, wanted)
        return Choice(weight, is_gain(scores - alone), without, verdicts), scores

    limit = _MAX_PER_LABEL * max(1.0, labels_per_type)
    strengths = [each for each in STRENGTHS if each <= limit]
    for strength in strengths:
        choice, scores = try_weight(LabelWeight(strength))
        if scores.mean() > best.mean():
            found, best = choice, scores
    # Where the engine says null of everything, no strength alone changes a verdict.
    strength = strengths[-1] if found.weight is None else found.weight.strength
    unlifted = best
    for lift in LIFTS:
        choice, scores = try_weight(LabelWeight(strength, lift))
        gains = scores - unlifted
        is_worth_it = is_gain(gains, _CLEAR) and gains.mean() > _LARGE
        if is_worth_it and scores.mean() > best.mean():
            found, best = choice, scores
    return found


def judge(
    observation: Observation,
    rules: RuleSet,
    stages: Sequence[Stage],
    learned: Sequence[Vectors | None],
) -> CheckedVerdict:
    """Return the verdict of the engine with these additions at each stage, None for none.

    `rules` are those that compete. The observation has scores.
    """
    for seen, stage, added in zip(observation.stages, stages, learned, strict=True):
        if seen is None:
            continue
        scores = restore_scores(seen, observation.tokens, rules, added)
        decision = decide(scores, stage.calibration)
        if decision.cautious >= stage.enough:
            break
    best, share = int(np.argmax(scores.rules)), observation.known_share
    other = decision.match_probability if decision.is_null else decision.null_probability
    return CheckedVerdict(
        None if decision.is_null else best, decision.confidence * share, best, other * share
    )


def log_scores(verdicts: Sequence[CheckedVerdict], wanted: Sequence[int | None]) -> Floats:
    """Return the logarithm of the probability that each verdict gave to its being right or wrong.

    The mean rises with the share of right verdicts and with the truth of their confidences (I. J.
    Good, 1952).
    """
    stated = np.array([verdict.confidence for verdict in verdicts])
    right = is_right(verdicts, wanted)
    given = np.where(right, stated, 1 - stated)
    return np.asarray(np.log(np.clip(given, _MIN_PROBABILITY, 1)))


def is_right(
    verdicts: Sequence[CheckedVerdict], wanted: Sequence[int | None]
) -> npt.NDArray[np.bool_]:
    """Tell of each verdict whether it is the wanted one."""
    pairs = zip(verdicts, wanted, strict=True)
    return np.array([verdict.position == position for verdict, position in pairs], dtype=bool)


def is_gain(gains: Floats, errors: float = 1.0) -> bool:
    """Tell whether paired gains are more than noise: their mean exceeds so many standard errors."""
    if len(gains) < _MIN_CHECKED:
        return False
    return bool(gains.mean() > errors * gains.std(ddof=1) / np.sqrt(len(gains)))
