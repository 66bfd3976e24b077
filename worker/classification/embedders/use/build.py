"""Building the files of USE from the weights in its package."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from app.errors import StartupError
from worker.classification.embedders.base import Vectors
from worker.classification.embedders.built_model import checksum
from worker.classification.embedders.use.manifest import (
    MODEL,
    MODULE,
    NETWORK,
    PACKAGE,
    PIECES,
    SCALES,
    WORDS,
)

_PARTS = 17
"""The words are stored in so many parts, of which each has its own factor and shift."""


def build_model(directory: Path) -> None:
    """Write the model to `directory` and replace an existing one; about two seconds of CPU.

    Raises StartupError when the package has other weights or when one that writes the network is
    not installed, and OSError.
    """
    resources = files(MODULE) / "resources"
    with as_file(resources / "weights.npz") as weights, as_file(resources / "sp.model") as pieces:
        if checksum(weights) != MODEL.source_sha256:
            raise StartupError(
                f"the weights in the installed package {PACKAGE} are not the expected ones;"
                " install the release that the program names"
            )
        MODEL.write(directory, lambda fresh: _write_files(weights, pieces, fresh))


def _write_files(weights: Path, pieces: Path, directory: Path) -> None:
    try:
        # These packages are installed for the build only: an image of the server lacks them.
        from worker.classification.embedders.use.graph import write_graph  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise StartupError(
            f"the package {error.name}, which writes the network of {MODEL.name}, is not installed"
        ) from error
    with np.load(weights, allow_pickle=False) as arrays:
        parts = [arrays[f"q{number}"] for number in range(1, _PARTS + 1)]
        # Word n is in part n modulo 17.
        words = np.stack(parts, axis=1).reshape(-1, parts[0].shape[1])
        scales = np.stack([arrays["scale"], arrays["lo"]]).astype(np.float32)
        network: dict[str, Vectors] = {
            name: arrays[name] for name in arrays.files if not name.startswith("q")
        }
    np.save(directory / WORDS, words)
    np.save(directory / SCALES, scales)
    shutil.copyfile(pieces, directory / PIECES)
    write_graph(network, directory / NETWORK)
