"""The engine that comes with the package."""

from importlib.resources import as_file, files

from worker.classification.constants import Constants
from worker.classification.engine import Engine
from worker.classification.use import UseEmbedder


def load_engine() -> Engine:
    """Return the engine with the bundled model and constants; takes about 2 s of CPU.

    Raises StartupError when the constants do not belong to the installed model.
    """
    embedder = UseEmbedder()
    with as_file(files("worker.classification") / "data") as folder:
        constants = Constants.load(folder / f"{embedder.name}.json")
    return Engine(embedder, constants)
