"""The tokenizer of the e5 model: from text to ids of pieces."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from sentencepiece import SentencePieceProcessor

Ids = npt.NDArray[np.int64]

# Longer than any text that the classifier embeds; limits the cost of a mistake.
_MAX_CHARACTERS = 8_000


class Tokenizer:
    """Turns text into ids of pieces, at most `max_ids` including those of beginning and end."""

    def __init__(self, model: Path, normalisation: dict[int, str], max_ids: int) -> None:
        self._processor = SentencePieceProcessor(model_file=str(model))
        # The model's table lacks NUL; it is removed like the other control characters.
        self._normalisation = {0: "", **normalisation}
        self._max_ids = max_ids

    def ids(self, text: str) -> Ids:
        """Return the ids of a text's pieces, shape (n,), 2 <= n <= max_ids, for any string."""
        # Cut before and after: one character may become many, U+FDFA eighteen.
        encodable = text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode()
        normalised = encodable.translate(self._normalisation)[:_MAX_CHARACTERS]
        pieces = self._processor.encode(normalised, out_type=int)[: self._max_ids - 2]
        begin, end = self._processor.bos_id(), self._processor.eos_id()
        return np.array([begin, *pieces, end], dtype=np.int64)
