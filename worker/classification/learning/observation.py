"""What learning sees of a labelled document: vectors, and the scores of the engine alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors
from worker.classification.scoring.rule_set import RuleSet
from worker.classification.scoring.scores import Channel, Scores

Halves = npt.NDArray[np.float16]
"""Half precision, in which vectors are stored and kept: a fit does not depend on what was stored.

10,000 of them are 30 MB, and nothing that counts is lost."""

_NO_CHANNELS: Mapping[str, Channel] = {}


@dataclass(frozen=True, slots=True)
class StageObservation:
    """A document at one stage of the engine.

    `vector` (D,) has length 1 but for its precision. `own` (k,) and `panel` (P,) are the scores of
    the rules and of the panel, as in `Scores`; None where only the vector was kept.
    """

    vector: Halves
    own: Vectors | None
    panel: Vectors | None


@dataclass(frozen=True, slots=True)
class Observation:
    """A document at each stage, None at a stage that cannot read it.

    `known_share` is the share of the probabilities that lost parts leave. `line` is the line that
    speaks most for the engine's verdict, or that begins the document.
    """

    stages: tuple[StageObservation | None, ...]
    tokens: int
    known_share: float
    line: str

    @property
    def is_scored(self) -> bool:
        """Whether the engine's verdict can be told from it."""
        return all(stage is None or stage.own is not None for stage in self.stages)

    def without_scores(self) -> "Observation":
        """Return the vectors alone."""
        stages = tuple(
            None if stage is None else StageObservation(stage.vector, None, None)
            for stage in self.stages
        )
        return Observation(stages, self.tokens, self.known_share, self.line)


def restore_scores(
    stage: StageObservation, tokens: int, rules: RuleSet, learned: Vectors | None
) -> Scores:
    """Return the scores of a stage as far as decisions need them: without their parts.

    `rules` are those that compete, in the order of the observation. `learned` (k,) is what labels
    add.
    """
    if stage.own is None or stage.panel is None:
        raise ValueError("the observation has no scores")
    nothing = np.zeros(len(stage.own), dtype=np.float32)
    return Scores(
        own=stage.own,
        panel=stage.panel,
        channels=_NO_CHANNELS,
        lexical=nothing,
        cues=(),
        bonuses=np.zeros((0, len(stage.own)), dtype=np.float32),
        named=nothing,
        acts=nothing,
        excluded=nothing,
        kinds=rules.kinds,
        covered=rules.covered,
        overlaps=rules.overlaps,
        overlapping=rules.overlapping,
        tokens=tokens,
        learned=learned,
    )
