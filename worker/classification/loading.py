"""The engine that comes with the package."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

from threadpoolctl import ThreadpoolController

from app.errors import StartupError
from app.settings import DEFAULT_MODELS_DIR
from worker.classification.embedders.base import Embedder
from worker.classification.embedders.e5 import manifest
from worker.classification.embedders.use import UseEmbedder
from worker.classification.engine import Engine
from worker.classification.scoring.constants import Constants


def load_engine(models: Path = DEFAULT_MODELS_DIR, threads: int = 1) -> Engine:
    """Return the engine with both models, or with USE alone and `missing` saying why.

    `models` is where `pigeonhole models build` writes; `threads` is how many the second model
    may use. Takes about 2 s of CPU. From then on BLAS uses one thread in this process: the
    matrices are small, documents run in parallel, and competing threads double the CPU time
    (measured). Raises StartupError when the constants do not belong to the models.
    """
    use = UseEmbedder()
    try:
        embedders: Sequence[Embedder] = [load_second(models, threads), use]
        missing = None
    except StartupError as error:
        embedders = [use]
        missing = f"only one of the two models was asked, because {error}."
    with data_directory() as directory:
        constants = Constants.load(directory / constants_name(embedders))
    engine = Engine(embedders, constants, missing)
    use_one_blas_thread()
    return engine


def use_one_blas_thread() -> None:
    """Hold BLAS to one thread in this process from now on; call it when NumPy is loaded."""
    ThreadpoolController().limit(limits=1, user_api="blas")


def load_second(models: Path, threads: int = 1) -> Embedder:
    """Return multilingual-e5-small from the directory of built models.

    Raises StartupError when it was not built, is damaged, or cannot run on this platform.
    """
    try:
        # Where there are no wheels of ONNX Runtime, there is one model.
        from worker.classification.embedders.e5.model import E5Embedder  # noqa: PLC0415
    except ImportError as error:
        raise StartupError(f"{manifest.NAME} cannot run here ({error})") from error
    return E5Embedder(models / manifest.NAME, threads)


def constants_name(embedders: Sequence[Embedder]) -> str:
    """Return the name, without an ending, of the files with these embedders' constants."""
    return "+".join(embedder.name for embedder in embedders)


def data_directory() -> AbstractContextManager[Path]:
    """Return the directory of the shipped constants, for the time of a `with` block."""
    return as_file(files("worker.classification") / "data")
