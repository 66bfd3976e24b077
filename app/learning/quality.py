"""How well rules do on labelled files: right answers, confusions, confidences, what to write.

Pure functions over the verdicts of a report, each from a model that has not seen the file's label.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Two-sided quantiles of the normal distribution.
Z90 = 1.644854
Z95 = 1.959964

TARGETS = (0.90, 0.95, 0.99)
BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MAX_ADVICE = 10
# A threshold that fewer files reach is chance.
MIN_KEPT = 10


@dataclass(frozen=True, slots=True)
class Judgement:
    """The label of a file and what the classifier says of it; None means that no rule fits.

    `has_rule` is False when the label is a type that no rule has: then None is the right verdict.
    """

    label: str | None
    type: str | None
    confidence: float
    has_rule: bool = True

    @property
    def expected(self) -> str | None:
        """The right verdict of these rules."""
        return self.label if self.has_rule else None

    @property
    def is_right(self) -> bool:
        return self.type == self.expected


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some files are right; `low` and `high` bound the 90% interval of the share."""

    files: int
    right: int
    share_right: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """How many files with a label got a type, right or wrong."""

    label: str | None
    type: str | None
    files: int


@dataclass(frozen=True, slots=True)
class Band:
    """The files whose confidence is at least `lowest` and below `highest`.

    Confidences are reliable if `mean_confidence` is near `share.share_right`.
    """

    lowest: float
    highest: float
    mean_confidence: float
    share: Share


@dataclass(frozen=True, slots=True)
class Threshold:
    """The lowest min_confidence whose types are right as often as `target`.

    None if there is none that MIN_KEPT files reach. `share` is of the types that reach it,
    `share_kept` how many of all types do.
    """

    target: float
    min_confidence: float | None
    share: Share
    share_kept: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How good verdicts are, before any min_confidence."""

    accuracy: Share
    confusion: tuple[Cell, ...]
    bands: tuple[Band, ...]
    thresholds: tuple[Threshold, ...]


class AdviceKind(StrEnum):
    """What a group of wrong verdicts asks for."""

    CONFUSED = "confused"
    TOO_WIDE = "too_wide"
    MISSED = "missed"
    NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class Advice:
    """Files of one label with one wrong verdict, and what to write; NO_RULE has no verdict."""

    kind: AdviceKind
    label: str | None
    type: str | None
    files: int

    @property
    def sentence(self) -> str:
        """The advice in English."""
        files, verb = ("1 file", "was") if self.files == 1 else (f"{self.files} files", "were")
        match self.kind:
            case AdviceKind.CONFUSED:
                return (
                    f"{files} of the type '{self.label}' {verb} called '{self.type}': say in the "
                    f"description of '{self.type}' what '{self.label}' lacks, and in that of "
                    f"'{self.label}' what only it has."
                )
            case AdviceKind.TOO_WIDE:
                return (
                    f"{files} that no rule fits {verb} called '{self.type}': say in the "
                    f"description of '{self.type}' what each such document has, or write a rule "
                    "for the others."
                )
            case AdviceKind.MISSED:
                return (
                    f"{files} of the type '{self.label}' got no type: name in its description the "
                    "words and parts that these files have."
                )
            case AdviceKind.NO_RULE:
                verb = "has" if self.files == 1 else "have"
                return f"{files} {verb} the label '{self.label}', which no rule has: write one."


def measure(judgements: Sequence[Judgement]) -> Quality:
    """Return how good the verdicts of labelled files are."""
    cells = Counter((each.label, each.type) for each in judgements)
    return Quality(
        accuracy=_share(judgements),
        confusion=tuple(
            Cell(label, type_, files)
            for (label, type_), files in sorted(
                cells.items(), key=lambda cell: (_order(cell[0][0]), -cell[1], _order(cell[0][1]))
            )
        ),
        bands=_bands(judgements),
        thresholds=tuple(_threshold(judgements, target) for target in TARGETS),
    )


def advise(judgements: Iterable[Judgement]) -> tuple[Advice, ...]:
    """Return what to write in the rules, for the most frequent mistakes: MAX_ADVICE at most."""
    found: Counter[tuple[AdviceKind, str | None, str | None]] = Counter()
    for each in judgements:
        if not each.has_rule:
            found[AdviceKind.NO_RULE, each.label, None] += 1
        elif each.is_right:
            continue
        elif each.label is None:
            found[AdviceKind.TOO_WIDE, None, each.type] += 1
        elif each.type is None:
            found[AdviceKind.MISSED, each.label, None] += 1
        else:
            found[AdviceKind.CONFUSED, each.label, each.type] += 1
    advice = [Advice(*key, files) for key, files in found.items()]
    advice.sort(key=lambda each: (-each.files, _order(each.label), _order(each.type)))
    return tuple(advice[:MAX_ADVICE])


def wilson_interval(right: int, total: int, z: float = Z90) -> tuple[float, float]:
    """Return the interval of a share (E. B. Wilson, 1927), for a total above 0.

    `z` is the two-sided quantile: Z90 for 90%.
    """
    share = right / total
    centre = share + z**2 / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    scale = 1 + z**2 / total
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def find_threshold(
    answers: Iterable[tuple[float, bool]], target: float, min_answers: int = 1
) -> tuple[float, int, int] | None:
    """Return the lowest confidence from which on answers are right as often as `target`.

    `answers` are confidences, each with whether the answer is right. Returns the confidence, how
    many answers reach it, and how many of those are right; None if there is no such confidence, or
    if fewer than `min_answers` reach it. It has three digits, rounded down, as people write it.
    """
    ordered = sorted(
        (
            (math.floor(confidence * 1000 + 1e-9) / 1000, is_right)
            for confidence, is_right in answers
        ),
        key=lambda answer: -answer[0],
    )
    found = None
    right = 0
    for count, (confidence, is_right) in enumerate(ordered, 1):
        right += is_right
        is_last = count == len(ordered) or ordered[count][0] < confidence
        if is_last and count >= min_answers and right >= target * count:
            found = confidence, count, right
    return found


def _share(judgements: Collection[Judgement]) -> Share:
    return _share_of(sum(each.is_right for each in judgements), len(judgements))


def _share_of(right: int, files: int) -> Share:
    if not files:
        return Share(0, 0, None, None, None)
    low, high = wilson_interval(right, files)
    return Share(files, right, right / files, low, high)


def _bands(judgements: Sequence[Judgement]) -> tuple[Band, ...]:
    bands = []
    for lowest, highest in zip(BANDS, (*BANDS[1:], 1.0), strict=True):
        inside = [
            each
            for each in judgements
            if lowest <= each.confidence and (each.confidence < highest or highest == 1)
        ]
        if inside:
            mean = sum(each.confidence for each in inside) / len(inside)
            bands.append(Band(lowest, highest, mean, _share(inside)))
    return tuple(bands)


def _threshold(judgements: Iterable[Judgement], target: float) -> Threshold:
    typed = [each for each in judgements if each.type is not None]
    answers = ((each.confidence, each.is_right) for each in typed)
    found = find_threshold(answers, target, MIN_KEPT)
    if found is None:
        return Threshold(target, None, _share_of(0, 0), 0.0)
    confidence, kept, right = found
    return Threshold(target, confidence, _share_of(right, kept), kept / len(typed))


def _order(type_: str | None) -> tuple[bool, str]:
    """Return a key that sorts "no rule fits" behind the types."""
    return type_ is None, type_ or ""
