"""The parts of scoring, which benchmarks leave out to measure what each is worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that take part in the scores; the program uses all of them.

    `names` is what the document calls itself, `acts` what it does, `kinds` the lift of rules by
    kinds of what they mean, `words` the lexical channel and `form` the map that makes form count
    more than topic. `nearest_samples` is how many samples of a type a chunk is compared with.
    `left_out_cues` are names of `CUES`. With `sure_cues` those of mails and programs count double;
    calibrations are fitted without, where few such documents would shift the level of null.
    """

    names: bool = True
    acts: bool = True
    kinds: bool = True
    words: bool = True
    form: bool = True
    nearest_samples: int = 5
    left_out_cues: tuple[str, ...] = ()
    sure_cues: bool = True


ALL_PARTS = Parts()
