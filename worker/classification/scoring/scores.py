"""The scores of one document for one set of rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors
from worker.classification.scoring.hierarchy import Kinds, lift

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to compare: the scores of n targets and their weights in the mean, (n,) each."""

    scores: Vectors
    weights: Vectors


@dataclass(frozen=True)
class Scores:
    """Scores of k rules and of the panel of P generic types, in standard deviations.

    `own` (k,) and `panel` (P,) are complete scores. The rules' scores consist of `channels`,
    `lexical` (k,), `bonuses` (cues, k), `named` (k,), what the document calls itself, and `acts`
    (k,), what it does; `cues` are the positions of the cues observed, in the order of the rows of
    `bonuses`. `excluded` (k,) is what a rule lost because the document fits better to something
    that its description excludes. `kinds` are the types of the panel below what rules mean.
    `covered` (k, P) tells which panel types a rule covers. `overlaps` (k, k) are the cosines of
    rules with each other and `overlapping` (k, k) tells which of them mean nearly the same.
    `tokens` counts the document's text. `learned` (k,) is what the labels of the project add, None
    without any.
    """

    own: Vectors
    panel: Vectors
    channels: Mapping[str, Channel]
    lexical: Vectors
    cues: tuple[int, ...]
    bonuses: Vectors
    named: Vectors
    acts: Vectors
    excluded: Vectors
    kinds: Kinds
    covered: Flags
    overlaps: Vectors
    overlapping: Flags
    tokens: int
    learned: Vectors | None = None

    @cached_property
    def rules(self) -> Vectors:
        """The scores that decide (k,): `own`, lifted by the kinds of what each rule means.

        What is learned is added.
        """
        lifted = lift(self.own, self.panel, self.kinds)
        return lifted if self.learned is None else np.asarray(lifted + self.learned)

    def subset(self, kept: Sequence[int]) -> "Scores":
        """Return the scores as if only the rules at the positions `kept` had been given."""
        rows = list(kept)
        return Scores(
            own=self.own[rows],
            panel=self.panel,
            channels={
                name: Channel(channel.scores[rows], channel.weights[rows])
                for name, channel in self.channels.items()
            },
            lexical=self.lexical[rows],
            cues=self.cues,
            bonuses=self.bonuses[:, rows],
            named=self.named[rows],
            acts=self.acts[rows],
            excluded=self.excluded[rows],
            kinds=self.kinds.subset(rows),
            covered=self.covered[rows],
            overlaps=self.overlaps[np.ix_(rows, rows)],
            overlapping=self.overlapping[np.ix_(rows, rows)],
            tokens=self.tokens,
            learned=None if self.learned is None else self.learned[rows],
        )

    def without_overlapping(self) -> "Scores":
        """Return the scores without the rules that mean nearly the same as the best one."""
        best = int(self.rules.argmax())
        overlapping = self.overlapping[best]
        if overlapping.sum() <= overlapping[best]:
            return self
        return self.subset(
            [row for row in range(len(self.rules)) if row == best or not overlapping[row]]
        )

    def alternatives(self) -> Vectors:
        """Return the scores of the panel types that no rule covers.

        When the rules cover the whole panel, the result is the mean of the panel, 0.
        """
        uncovered: Vectors = self.panel[self.uncovered()]
        return uncovered if len(uncovered) else np.zeros(1, dtype=np.float32)

    def uncovered(self) -> npt.NDArray[np.int64]:
        """Return the positions of the panel types that no rule covers."""
        return np.flatnonzero(~self.covered.any(axis=0))
