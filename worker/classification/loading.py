"""Loading the engine: the built-in models, or the embedder that the settings name."""

import contextlib
import ctypes
import hashlib
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

from threadpoolctl import ThreadpoolController

from app.classifier_settings import DEFAULT_MODELS_DIR
from app.errors import FileError, StartupError
from app.settings import Settings
from worker.classification.embedders.base import Embedder, Prefixes
from worker.classification.embedders.e5.manifest import MODEL as E5
from worker.classification.embedders.http import SAME_MODEL, HttpEmbedder, min_cosine
from worker.classification.embedders.http_client import (
    EmbedderUnavailable,
    EmbeddingsServer,
    Endpoint,
    TextRefused,
)
from worker.classification.embedders.use.manifest import MODEL as USE
from worker.classification.embedders.use.numpy_model import UseEmbedder
from worker.classification.engine import Engine
from worker.classification.knowledge.base import load_knowledge
from worker.classification.rules.texts import rule_text
from worker.classification.scoring.constants import Constants

_REMEDY = "fit them with `pigeonhole models fit --corpus DIR`"
# The panel's descriptions that are embedded again at each start.
_COMPARED = slice(0, 300, 100)


def load_engine(settings: Settings) -> Engine:
    """Return the engine of a worker.

    Raises StartupError when the embedder that the settings name cannot be used, or when no
    constants were fitted for it.
    """
    if not settings.embedder:
        return load_built_in_engine(
            settings.built_models, settings.model_threads, cascade=settings.cascade == "on"
        )
    embedder = load_embedder(settings)
    path = constants_path(settings.built_models, embedder)
    if not path.with_name(f"{path.name}.json").is_file():
        raise StartupError(
            f"there are no constants for the embedder {embedder.name} in {path.parent}; {_REMEDY}"
        )
    constants = Constants.load(path)
    engine = Engine([embedder], constants)
    if isinstance(embedder, HttpEmbedder):
        _require_same_model(embedder, constants)
    return engine


def load_built_in_engine(
    models: Path = DEFAULT_MODELS_DIR, threads: int = 1, *, cascade: bool = True
) -> Engine:
    """Return the engine with both built-in models, or with USE alone and `missing` saying why.

    `models` is where `pigeonhole models build` writes. `threads` is the number of threads of
    e5. Takes about 1.5 s of CPU. Raises StartupError when the constants do not belong to the
    models.
    """
    try:
        embedders: Sequence[Embedder] = [load_e5(models, threads), load_use(models)]
        missing = None
    except StartupError as error:
        embedders = [UseEmbedder()]
        missing = f"only one of the two models was asked, because {error}."
    with data_directory() as directory:
        constants = Constants.load(directory / constants_name(embedders))
    engine = Engine(embedders, constants, missing, cascade=cascade)
    del constants
    _release_memory()
    return engine


def limit_blas_threads() -> None:
    """Limit BLAS to one thread in this process from now on; call it when NumPy is loaded.

    The matrices are small and documents run in parallel: competing threads double the CPU time
    (measured).
    """
    ThreadpoolController().limit(limits=1, user_api="blas")


def load_e5(models: Path, threads: int = 1) -> Embedder:
    """Return multilingual-e5-small from the directory of built models.

    Raises StartupError when it was not built, is damaged, or cannot run on this platform.
    """
    try:
        # ONNX Runtime has no wheels for some platforms.
        from worker.classification.embedders.e5.model import E5Embedder  # noqa: PLC0415
    except ImportError as error:
        raise StartupError(f"{E5.name} cannot run here ({error})") from error
    return E5Embedder(models / E5.name, threads)


def load_use(models: Path) -> Embedder:
    """Return USE with integer weights from the directory of built models; raises as `load_e5`."""
    try:
        from worker.classification.embedders.use.model import QuantisedUseEmbedder  # noqa: PLC0415
    except ImportError as error:
        raise StartupError(f"{USE.name} cannot run here ({error})") from error
    return QuantisedUseEmbedder(models / USE.name)


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedder that the settings name; raises StartupError when it cannot be used."""
    if not settings.embedder:
        raise StartupError("PIGEONHOLE_EMBEDDER is not set")
    prefixes = Prefixes(settings.embedder_query_prefix, settings.embedder_passage_prefix)
    if settings.embedder.startswith("/"):
        return _load_onnx(Path(settings.embedder), prefixes, settings.model_threads)
    endpoint = Endpoint(
        url=settings.embedder,
        model=settings.embedder_model,
        key=settings.embedder_api_key.get_secret_value(),
        seconds=settings.embedder_seconds,
        tries=settings.embedder_tries,
    )
    try:
        server = EmbeddingsServer(endpoint)
        return HttpEmbedder(server, endpoint.model, prefixes, settings.embedder_batch)
    except (EmbedderUnavailable, TextRefused) as error:
        raise StartupError(f"PIGEONHOLE_EMBEDDER: {error}") from error


def remote_of(engine: Engine) -> HttpEmbedder | None:
    """Return the engine's embedder if it is a server, which may be unavailable at times."""
    remotes = [each for each in engine.scorer.embedders if isinstance(each, HttpEmbedder)]
    return remotes[0] if remotes else None


def constants_name(embedders: Sequence[Embedder]) -> str:
    """Return the name, without a suffix, of the files with the constants of built-in models."""
    return "+".join(embedder.name for embedder in embedders)


def constants_path(models: Path, embedder: Embedder) -> Path:
    """Return the path, without a suffix, of the files with the constants of another embedder.

    Each version has its own files: fitting for a new one leaves those in use alone.
    """
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", embedder.name)[:60]
    digest = hashlib.sha256(f"{embedder.name} {embedder.version}".encode()).hexdigest()
    return models / "fitted" / f"{readable}-{digest[:12]}"


def data_directory() -> AbstractContextManager[Path]:
    """Return the directory of the shipped constants, for the duration of a `with` block."""
    return as_file(files("worker.classification") / "data")


def _release_memory() -> None:
    """Give back to the system what loading has freed: 30 MiB of each worker (measured)."""
    with contextlib.suppress(OSError, AttributeError):
        # Only the GNU C library has it.
        ctypes.CDLL(None).malloc_trim(0)


def _load_onnx(directory: Path, prefixes: Prefixes, threads: int) -> Embedder:
    try:
        # ONNX Runtime has no wheels for some platforms.
        from worker.classification.embedders.onnx import OnnxEmbedder  # noqa: PLC0415
    except ImportError as error:
        raise StartupError(
            f"PIGEONHOLE_EMBEDDER: ONNX models cannot run here ({error}); use an embeddings server"
        ) from error
    return OnnxEmbedder(directory, prefixes, threads)


def _require_same_model(embedder: HttpEmbedder, constants: Constants) -> None:
    """Raise StartupError when the constants were fitted for another model than the server's.

    Small differences, such as between two kinds of processors, are accepted.
    """
    descriptions = [rule_text(rule) for rule in load_knowledge().rules[_COMPARED]]
    expected = constants.vectors[embedder.name].types[_COMPARED]
    try:
        cosine = min_cosine(embedder.embed(descriptions, "query"), expected)
    except (EmbedderUnavailable, FileError) as error:
        raise StartupError(f"PIGEONHOLE_EMBEDDER: {error}") from error
    if cosine < SAME_MODEL:
        raise StartupError(
            f"the embeddings server returns other vectors for {embedder.name} than when its"
            f" constants were fitted (cosine {cosine:.2f}); {_REMEDY}"
        )
