"""The settings of each embedding model: weights of channels and thresholds of cosines.

Centred cosines of two models have different scales: 0.3 of e5 corresponds to 0.4 of USE. Where
both score together, e5 leads: its cosines find catch-alls, compare cues with rules and decide which
generic types the rules cover.

The fields are part of an engine's version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from worker.classification.features.chunks import CHUNK_COUNT

Depth = tuple[int, ...]
"""How many chunks of a document are embedded in each space; 0 leaves the space out."""

ENOUGH = 0.9
"""The confidence from which on the first stage decides."""

TITLE = "title"
"""The channel of title lines."""

Range = tuple[float, float]
"""Two cosines: the weight is 0 up to the first and 1 from the second on."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The settings of one model; every threshold is a cosine of centred descriptions.

    `weights` are the weights of the channels in the mean. `familiarity` is the nearness to the bank
    at which samples count. `cues` is the nearness of a rule to a cue. `catch_all` is the nearness
    to "any other document" that is enough with a hinting name, and alone. From `known` on a rule
    may mean a known type, from `same` on it surely does, and a rule that means none covers the
    types of the panel from `explained` on: these are no alternatives to it ("tax invoice" must not
    count against "invoice"). `related` is the nearness at which a document's own name speaks for a
    rule. From `overlapping` on two rules mean nearly the same. `scripts` are the first words of the
    Unicode names of letters that the model has seen; None means all. `chunks` is the number of
    chunks of a document that it embeds.
    """

    weights: Mapping[str, float]
    familiarity: Range
    cues: Range
    catch_all: Range
    known: float
    same: float
    explained: float
    related: Range
    overlapping: float
    scripts: tuple[str, ...] | None
    chunks: int = CHUNK_COUNT


USE = Tuning(
    weights={"description": 1.0, "samples": 1.0, "mapped": 1.0, "nearest": 1.0, TITLE: 1.0},
    # A type that is not in the bank has no samples, and those of its nearest neighbours mislead.
    # (Measured without the bank's 55 nearest types: 25 rules 0.745 -> 0.776, 5 rules
    # 0.904 -> 0.919; with the whole bank nothing is lost.)
    familiarity=(0.2, 0.6),
    # Rules that mean the same as a cue have 0.51 to 0.92 in four styles and three languages,
    # all others 0.34 at most.
    cues=(0.35, 0.55),
    # Over 26 catch-all phrases in 13 languages and 450 real types: the nearest real type has
    # 0.55 ("letters to other parties"), 21 of the phrases have 0.56 or more.
    catch_all=(0.42, 0.6),
    known=0.55,
    same=0.7,
    explained=0.4,
    related=(0.45, 0.65),
    overlapping=0.8,
    # The scripts of its 16 languages: ar zh nl en fr de it ja ko pl pt ru es th tr. Unknown
    # languages in a known script, such as Czech, are not detected.
    scripts=("LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "CYRILLIC", "THAI"),
)

E5 = Tuning(
    # Titles, at half weight, gain half a point, which is noise, and cost 20 ms.
    weights={"description": 1.0, "samples": 2.0, "mapped": 1.0, "nearest": 1.0},
    chunks=2,
    # Its cosines are higher. Without the bank's 37 types that are nearest to the test rules:
    # 25 rules 0.825, with (0.2, 0.6) 0.822, when samples always count 0.808.
    familiarity=(0.3, 0.7),
    # Rules that mean the same as a cue have 0.32 to 0.90 in four styles and three languages,
    # all others 0.28 at most.
    cues=(0.25, 0.45),
    # Over 26 catch-all phrases in 14 languages and 700 real types: the nearest real types have
    # 0.51 ("any other invoice"), 0.47 and 0.40, 21 of the phrases have 0.58 or more.
    catch_all=(0.5, 0.55),
    known=0.4,
    same=0.6,
    explained=0.4,
    related=(0.35, 0.55),
    # The same type described in two styles or languages has 0.47 to 0.73 in the quarters, two
    # different types 0.59 at most; of the panel's 52,003 pairs 8 reach 0.62.
    overlapping=0.62,
    scripts=None,
)

# It is not known which scripts such a model has seen.
UNKNOWN = replace(USE, scripts=None)

_BY_MODEL = {
    "use-multilingual-v3": USE,
    "use-multilingual-v3-int8": USE,
    "multilingual-e5-small": E5,
}


def tuning_of(model: str) -> Tuning:
    """Return the settings of a model by name; those of USE for an unknown model."""
    return _BY_MODEL.get(model, UNKNOWN)


def depths_of(models: Sequence[str]) -> tuple[Depth, ...]:
    """Return what is read of a document at each stage by these models, the leading one first.

    The first stage asks all but the leading model, which is the largest, about the first chunk.
    A single model has one stage.
    """
    full = tuple(tuning_of(model).chunks for model in models)
    first = (0, *(1 for _ in models[1:]))
    return (first, full) if len(models) > 1 else (full,)
