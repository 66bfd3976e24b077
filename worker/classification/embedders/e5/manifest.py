"""The files of multilingual-e5-small."""

from worker.classification.embedders.built_model import BuiltModel
from worker.classification.embedders.e5.weights import SHA256

WORDS, POSITIONS = "words.npy", "positions.npy"
PIECES, NORMALISATION = "pieces.model", "normalisation.json"
NETWORK = "network.onnx"

MODEL = BuiltModel(
    name="multilingual-e5-small",
    format=2,
    source_sha256=SHA256,
    # Packed word rows, position rows added to them, tokenizer, its table, the network.
    files=(WORDS, POSITIONS, PIECES, NORMALISATION, NETWORK),
)
