"""A custom embedder: an ONNX model in a local directory."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from app.errors import StartupError
from worker.classification.embedders.base import MAX_CHARACTERS, Kind, Prefixes, Vectors, normalise
from worker.classification.embedders.onnx_files import ModelFiles
from worker.classification.embedders.onnx_session import ForkedSession

_IDS, _MASK, _TYPES = "input_ids", "attention_mask", "token_type_ids"
_WHOLE = "sentence_embedding"
_INTEGERS = {"tensor(int64)": "int64", "tensor(int32)": "int32"}


class OnnxEmbedder:
    """A sentence embedding model as sentence-transformers and Optimum export it.

    The graph takes `input_ids` and, optionally, `attention_mask` and `token_type_ids`. It returns
    vectors of tokens, which are pooled here, or one output `sentence_embedding`.
    Safe to share between threads, and usable after a fork.

    Raises StartupError when the directory has no such model.
    """

    def __init__(self, directory: Path, prefixes: Prefixes, threads: int = 1) -> None:
        files = ModelFiles.of(directory)
        self.name = f"onnx:{directory.resolve().name}"
        self.version = f"{files.digest()[:16]}.{prefixes.digest()}"
        self._prefixes = prefixes
        self._pooling = files.pooling
        try:
            self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        except Exception as error:  # the package raises nothing narrower
            raise StartupError(f"PIGEONHOLE_EMBEDDER: {files.tokenizer}: {error}") from error
        # The settings in the tokenizer's file are for batches.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(files.max_tokens)
        try:
            self._session = ForkedSession(files.network, threads)
            self._types, self._output = _signature(self._session.get(), files.modules)
            self.dimension = self._vector("dimension").shape[0]
        except StartupError as error:
            raise StartupError(f"PIGEONHOLE_EMBEDDER: {files.network} {error}") from None
        except Exception as error:  # ONNX Runtime's dozen exceptions have no common base
            reason = str(error).partition("\n")[0]
            raise StartupError(f"PIGEONHOLE_EMBEDDER: {files.network}: {reason}") from error

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return vectors of length 1, shape (len(texts), dimension).

        Each text runs alone: in a batch its vector would depend on the other texts. Raises
        ArithmeticError when the model returns numbers that are not finite.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(self._prefixes.add(text[:MAX_CHARACTERS], kind))
        if not np.isfinite(vectors).all():
            raise ArithmeticError(f"{self.name} returned numbers that are not finite for a text")
        return normalise(vectors)

    def _vector(self, text: str) -> Vectors:
        encoding = self._tokenizer.encode(text)
        if not encoding.ids:  # a tokenizer without special tokens returns no ids for ""
            return np.zeros(self.dimension, dtype=np.float32)
        given = {_IDS: encoding.ids, _MASK: encoding.attention_mask, _TYPES: encoding.type_ids}
        feed = {name: np.array([given[name]], dtype=kind) for name, kind in self._types.items()}
        (result,) = self._session.get().run([self._output], feed)
        vectors: Vectors = np.asarray(result[0], dtype=np.float32)
        if vectors.ndim == 1:
            return vectors
        pooled: Vectors = vectors[0] if self._pooling == "cls" else vectors.mean(axis=0)
        return pooled


def _signature(
    session: onnxruntime.InferenceSession, modules: Sequence[str]
) -> tuple[dict[str, str], str]:
    """Return the graph's inputs with their integer types, and the output to use.

    Raises StartupError, with the end of a sentence, for a graph that cannot be used.
    """
    types: dict[str, str] = {}
    for node in session.get_inputs():
        if node.name not in (_IDS, _MASK, _TYPES) or node.type not in _INTEGERS:
            raise StartupError(
                f"requires an input {node.name} of {node.type}, which is not supported"
            )
        types[node.name] = _INTEGERS[node.type]
    if _IDS not in types:
        raise StartupError(f"has no input {_IDS}")
    outputs: list[str] = [node.name for node in session.get_outputs()]
    if _WHOLE in outputs:
        return types, _WHOLE
    if modules:
        raise StartupError(
            f"lacks the step {modules[0]} of modules.json: export it with an output {_WHOLE}"
        )
    shape = session.get_outputs()[0].shape
    if len(shape) not in (2, 3):
        raise StartupError(f"has an output {outputs[0]} of {len(shape)} dimensions, not 2 or 3")
    return types, outputs[0]
