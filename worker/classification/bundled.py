"""The engine that comes with the package."""

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

from threadpoolctl import ThreadpoolController

from worker.classification.constants import Constants
from worker.classification.engine import Engine
from worker.classification.use import UseEmbedder


def load_engine() -> Engine:
    """Return the engine with the bundled model and constants; takes about 1.5 s of CPU.

    From then on BLAS uses one thread in this process: the matrices are small, documents run in
    parallel, and competing threads double the CPU time (measured). Raises StartupError when the
    constants do not belong to the installed model.
    """
    embedder = UseEmbedder()
    with data_directory() as directory:
        constants = Constants.load(directory / embedder.name)
    engine = Engine(embedder, constants)
    ThreadpoolController().limit(limits=1, user_api="blas")
    return engine


def data_directory() -> AbstractContextManager[Path]:
    """Return the directory of the shipped constants, for the time of a `with` block."""
    return as_file(files("worker.classification") / "data")
