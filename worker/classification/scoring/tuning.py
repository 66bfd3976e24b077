"""What is set by hand for each embedding model: weights, and cosines that mean something.

Centred cosines of two models are not on one scale: what e5 calls 0.3, USE calls 0.4. Where
several models score together, the first one, the lead, does what is not a score: it finds
catch-alls, compares cues with rules and tells which generic types the rules cover.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

Range = tuple[float, float]
"""Two cosines: up to the first nothing counts, from the second on it counts in full."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The settings of one model; every threshold is a cosine of centred descriptions.

    `weights` says how much each channel counts in the mean. `familiarity` is the nearness to
    the bank at which samples count. `cues` and `table_cue` are nearnesses of a rule to a cue,
    the second to that of spreadsheets. `catch_all` is the nearness to "any other document" that
    is enough with a hinting name, and alone. `explained`: a panel type this near to a rule is no
    alternative to it ("tax invoice" must not speak against "invoice"). From `known` on a rule
    resembles a bank type, from `overlapping` on another rule. `scripts` are the beginnings of
    the Unicode names of letters that the model has seen; None stands for all.
    """

    weights: Mapping[str, float]
    familiarity: Range
    cues: Range
    table_cue: Range
    catch_all: Range
    explained: float
    known: float
    overlapping: float
    scripts: tuple[str, ...] | None


USE = Tuning(
    weights={"description": 1.0, "samples": 1.0, "mapped": 1.0, "nearest": 1.0, "title": 1.0},
    # A type nobody thought of when the bank was written has no samples: those of its nearest
    # neighbours mislead. (Measured with the bank's 55 nearest types taken away: 25 rules
    # 0.745 -> 0.776, 5 rules 0.904 -> 0.919; with the whole bank nothing is lost.)
    familiarity=(0.2, 0.6),
    # Rules that mean the same as a cue have 0.51 to 0.92 in four styles and three languages,
    # all others 0.34 at most.
    cues=(0.35, 0.55),
    table_cue=(0.35, 0.55),
    # Over 26 catch-all phrases in 13 languages and 450 real types: the nearest real type has
    # 0.55 ("letters to other parties"), 21 of the phrases have 0.56 or more.
    catch_all=(0.42, 0.6),
    explained=0.4,
    known=0.5,
    overlapping=0.8,
    # Of its 16 languages: ar zh nl en fr de it ja ko pl pt ru es th tr. Languages that it lacks
    # but whose script it knows, such as Czech, cannot be told apart cheaply.
    scripts=("LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "CYRILLIC", "THAI"),
)

E5 = Tuning(
    # Titles, at half weight, would gain half a point, which is noise, and cost 20 ms.
    weights={"description": 1.0, "samples": 2.0, "mapped": 1.0, "nearest": 1.0},
    # Its cosines are higher. Without the bank's 37 types that are nearest to the test rules:
    # 25 rules 0.825, with (0.2, 0.6) 0.822, when samples always count 0.808.
    familiarity=(0.3, 0.7),
    # Rules that mean the same as a cue have 0.32 to 0.90 in four styles and three languages,
    # tax forms 0.39 to 0.49 to the cue of forms, all others 0.28 at most.
    cues=(0.25, 0.45),
    # "Datasheet" is too near to "spreadsheet".
    table_cue=(0.45, 0.75),
    # Over 26 catch-all phrases in 14 languages and 700 real types: the nearest real types have
    # 0.51 ("any other invoice"), 0.47 and 0.40, 21 of the phrases have 0.58 or more.
    catch_all=(0.5, 0.55),
    explained=0.4,
    known=0.5,
    # The same type described in two styles or languages has 0.47 to 0.73 in the quarters, two
    # different types 0.59 at most; of the panel's 52,003 pairs 8 reach 0.62.
    overlapping=0.62,
    scripts=None,
)

# Nobody knows which scripts such a model has seen.
UNKNOWN = replace(USE, scripts=None)

_BY_MODEL = {"use-multilingual-v3": USE, "multilingual-e5-small": E5}


def tuning_of(model: str) -> Tuning:
    """Return the settings of a model by name; USE's cosines for one that nobody has tuned."""
    return _BY_MODEL.get(model, UNKNOWN)
