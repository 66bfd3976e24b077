"""The fitted vectors of one embedder's space."""

from dataclasses import asdict, dataclass

import numpy as np

from worker.classification.embedders.base import Vectors


@dataclass(frozen=True, slots=True)
class SpaceVectors:
    """Vectors of the embedder's space; D is its dimension.

    The means have shape (D,): of document chunks, title lines. The rest are embeddings as the
    embedder gives them, one row a text, in the order of the knowledge: `panel` and `bank_types`
    as rules, `samples` as passages. `ridge` (D, D) maps a centred chunk to the description of
    its type.
    """

    document_mean: Vectors
    title_mean: Vectors
    panel: Vectors
    bank_types: Vectors
    samples: Vectors
    cues: Vectors
    catch_alls: Vectors
    ridge: Vectors

    def rounded(self) -> "SpaceVectors":
        """Return the vectors as `Constants.save` stores them, in half precision.

        The calibration is fitted on scores of these, so that nothing shifts by storing.
        """
        halved = {
            name: value.astype(np.float16).astype(np.float32)
            for name, value in asdict(self).items()
        }
        return SpaceVectors(**halved)
