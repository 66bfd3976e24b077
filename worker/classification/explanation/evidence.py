"""The numbers behind a verdict, so that its reasoning can be checked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.jobs.values import Quote
from worker.classification.learning.model import NearestFile
from worker.classification.scoring.calibration import known_share
from worker.classification.scoring.rule_set import Overlap


class ChannelScore(NamedTuple):
    """The score of one channel and its weight in the mean of all."""

    name: str
    score: float
    weight: float


@dataclass(frozen=True, slots=True)
class ChannelScores:
    """The scores of one rule in all channels; the names are shared by all rules."""

    names: tuple[str, ...] = ()
    scores: Sequence[float] = ()
    weights: Sequence[float] = ()

    def __iter__(self) -> Iterator[ChannelScore]:
        """Yield the score of each channel."""
        return map(ChannelScore, self.names, self.scores, self.weights)


@dataclass(frozen=True, slots=True)
class RankedRule:
    """One candidate rule: its score and the parts of it, in standard deviations.

    `score` is the weighted mean of `channels` plus `lexical`, `bonus`, `named`, `acts`, `lifted`
    and `learned`, minus `excluded`. `named` is for what the document calls itself, `acts` for what
    its phrases do, `lifted` for how well it fits to a kind of the rule's type, and `learned` for
    labelled documents. `excluded` is how much better it fits to something that the rule's
    description excludes. `understood_as` names the built-in types that the rule means.
    """

    type: str
    score: float
    channels: ChannelScores
    lexical: float
    bonus: float
    named: float = 0.0
    acts: float = 0.0
    lifted: float = 0.0
    learned: float = 0.0
    excluded: float = 0.0
    understood_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CueFound:
    """A cue of the document and its addition to the top rule's score, 0 for an unrelated rule."""

    observation: str
    bonus: float


@dataclass(frozen=True, slots=True)
class OwnName:
    """What the document calls itself: the line, the built-in type that it names, and how surely.

    `strength` is 0 to 1, and `bonus` what it adds to the top rule's score.
    """

    line: str
    type: str
    strength: float
    bonus: float


@dataclass(frozen=True, slots=True)
class ActFound:
    """What the document does, such as "asks for payment", and its phrases that say so.

    `bonus` is what they add to the top rule's score.
    """

    act: str
    phrases: tuple[str, ...]
    bonus: float


@dataclass(frozen=True, slots=True)
class Understood:
    """The built-in types that the top rule means, and their kinds, the best fitting first.

    `best` is the one of all these that the document fits best. All are empty or None for a rule
    that means no built-in type.
    """

    types: tuple[str, ...]
    kinds: tuple[str, ...]
    best: str | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """The best generic type that no rule covers."""

    type: str
    score: float


@dataclass(frozen=True, slots=True)
class Influence:
    """The effect of one feature on the log-odds of the outcome, against an average document."""

    feature: str
    value: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class WithoutLabels:
    """What the verdict would be without labels: a type, None if no rule fits."""

    type: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Corrections:
    """What the labels of the project say: their number, and what they add to the best rule's score.

    `nearest` is the labelled file that is most like the document. `copy` is the one that it is a
    copy of, whose label it got. `conflict` are two that it is a copy of and that have different
    labels. `added` is None where labels count for copies only. `changed` is set where the verdict
    would be another one without them.
    """

    labels: int
    added: float | None
    nearest: NearestFile
    copy: NearestFile | None = None
    conflict: tuple[NearestFile, NearestFile] | None = None
    changed: WithoutLabels | None = None


@dataclass(frozen=True, slots=True)
class ScoringEvidence:
    """The numbers of the rules that competed. `ranking` has the best rule first.

    `is_null` and the probabilities are those of the decision (`scoring.calibration.Decision`).
    `examples` counts the example documents of the best rule's type. `quote` and `shared_words` are
    empty when no rule fits. `act` is None where no phrases speak for the best rule, `corrections`
    when no labels counted. `warnings` are sentences about what lessens the verdict's worth.
    """

    ranking: tuple[RankedRule, ...]
    quote: Quote | None
    shared_words: tuple[str, ...]
    cues: tuple[CueFound, ...]
    own_name: OwnName | None
    understood: Understood
    alternative: Alternative | None
    better_alternatives: int
    is_null: bool
    match_probability: float
    overlap_probability: float
    null_probability: float
    influences: tuple[Influence, ...]
    overlaps: tuple[Overlap, ...]
    examples: int
    warnings: tuple[str, ...]
    corrections: Corrections | None = None
    act: ActFound | None = None

    @property
    def twins(self) -> tuple[str, ...]:
        """The best rule's type and those of the rules that mean nearly the same; often none."""
        top = self.ranking[0].type
        others = [
            pair.second if pair.first == top else pair.first
            for pair in self.overlaps
            if top in (pair.first, pair.second)
        ]
        return (top, *others) if others else ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a verdict is based on.

    `is_from_start` tells that the pages read are the first ones. `pages_not_needed` would have been
    read by OCR if those before had less text. `lost_parts` counts the parts that could not be read,
    and `form_fields` the blanks to fill in. `chunks` counts the passages that were compared.
    `warnings` are sentences about what was not read, and `missing` is one about a model that could
    not be loaded. `scoring` is None when nothing was scored: no readable text, or no rule but the
    catch-all. `is_early` when a stage before the last one was sure.
    """

    pages_read: int
    pages_not_needed: int
    total_pages: int
    is_from_start: bool
    lost_parts: int
    form_fields: int
    pages_by_ocr: int
    characters: int
    chunks: int
    rules: int
    panel_types: int
    catch_all: str | None
    warnings: tuple[str, ...]
    missing: str | None
    scoring: ScoringEvidence | None
    is_early: bool = False

    @property
    def known_share(self) -> float:
        """The share of the probabilities that lost parts leave, 1 without any."""
        return known_share(self.lost_parts, self.pages_read + self.pages_not_needed)
