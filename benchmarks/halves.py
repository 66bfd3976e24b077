"""The halves of a collection: one to look at, one to report."""

from collections.abc import Sequence

import numpy as np

_SEED = 5


def half_of(sources: Sequence[str]) -> dict[str, str]:
    """Assign the sources of one collection to the halves "A" and "B".

    Half A may be looked at; half B is for reporting, and its documents are not read. The result
    depends on these sources only, not on other collections of the same run.
    """
    names = sorted(set(sources))
    assigned = np.random.default_rng(_SEED).permutation(len(names)) % 2
    return {name: "AB"[int(half)] for name, half in zip(names, assigned, strict=True)}
