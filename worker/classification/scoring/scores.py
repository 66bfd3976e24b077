"""The scores of one document for one set of rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from worker.classification.embedders.base import Vectors


@dataclass(frozen=True, slots=True)
class Channel:
    """One way of comparing: scores of n targets and how much each counts in its mean, (n,)."""

    scores: Vectors
    weights: Vectors


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores in standard deviations above the panel of generic types.

    `rules` (k,) and `panel` (P,) are complete scores. `channels`, `lexical` (k,) and `bonuses`
    (cues, k) are what the rules' scores are made of; `cues` are the positions of the cues
    observed, in the order of the rows of `bonuses`. `excluded` (k,) is what a rule lost because
    the document fits better to what its description excludes. `cosines` (k, P) compares rules
    with panel types, `overlaps` (k, k) with each other; from `explained` on a rule covers a panel
    type, from `overlapping` on two rules mean nearly the same. `characters` counts the document's
    text.
    """

    rules: Vectors
    panel: Vectors
    channels: Mapping[str, Channel]
    lexical: Vectors
    cues: tuple[int, ...]
    bonuses: Vectors
    excluded: Vectors
    cosines: Vectors
    explained: float
    overlaps: Vectors
    overlapping: float
    characters: int

    def subset(self, kept: Sequence[int]) -> "Scores":
        """Return the scores as if only the rules at the positions `kept` had been given.

        Exact, because a rule's score does not depend on the other rules; benchmarks rely on it.
        """
        rows = list(kept)
        return Scores(
            rules=self.rules[rows],
            panel=self.panel,
            channels={
                name: Channel(channel.scores[rows], channel.weights[rows])
                for name, channel in self.channels.items()
            },
            lexical=self.lexical[rows],
            cues=self.cues,
            bonuses=self.bonuses[:, rows],
            excluded=self.excluded[rows],
            cosines=self.cosines[rows],
            explained=self.explained,
            overlaps=self.overlaps[np.ix_(rows, rows)],
            overlapping=self.overlapping,
            characters=self.characters,
        )

    def without_twins(self) -> "Scores":
        """Return the scores without the rules that mean nearly the same as the best one."""
        best = int(self.rules.argmax())
        twins = self.overlaps[best] >= self.overlapping
        return self.subset([row for row in range(len(self.rules)) if row == best or not twins[row]])

    def alternatives(self) -> Vectors:
        """Return the scores of the panel types that no rule covers.

        When the rules cover the whole panel, the mean of the panel, 0, stands in.
        """
        unexplained = self.panel[self.unexplained()]
        return unexplained if len(unexplained) else np.zeros(1, dtype=np.float32)

    def unexplained(self) -> list[int]:
        """Return the positions of the panel types that no rule covers."""
        return [int(index) for index in np.flatnonzero(self.cosines.max(axis=0) < self.explained)]
