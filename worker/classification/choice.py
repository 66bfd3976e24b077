"""The engine that the settings ask for: the built-in one, or one with a plugged-in embedder."""

import hashlib
import re
from pathlib import Path

from app.errors import FileError, StartupError
from app.settings import Settings
from worker.classification import loading
from worker.classification.embedders.base import Embedder
from worker.classification.embedders.http import SAME_MODEL, HttpEmbedder, likeness
from worker.classification.embedders.http_client import (
    EmbedderUnavailable,
    EmbeddingsServer,
    Endpoint,
    TextRefused,
)
from worker.classification.embedders.prefixes import Prefixes
from worker.classification.engine import Engine
from worker.classification.rules.rule import rule_text
from worker.classification.scoring.constants import Constants
from worker.classification.scoring.knowledge import load_knowledge

_REMEDY = "make them with `pigeonhole models fit --corpus DIR`"
# Of the panel's descriptions, these are embedded again at each start.
_COMPARED = slice(0, 300, 100)


def load_engine(settings: Settings) -> Engine:
    """Return the engine of a worker.

    Raises StartupError when the embedder that the settings name cannot be used, or there are no
    constants that were fitted for it.
    """
    if not settings.embedder:
        return loading.load_engine(settings.built_models, settings.model_threads)
    embedder = load_embedder(settings)
    stem = constants_path(settings.built_models, embedder)
    if not stem.with_name(f"{stem.name}.json").is_file():
        raise StartupError(
            f"there are no constants for the embedder {embedder.name} in {stem.parent}: {_REMEDY}"
        )
    constants = Constants.load(stem)
    engine = Engine([embedder], constants)
    if isinstance(embedder, HttpEmbedder):
        _require_same_model(embedder, constants)
    loading.use_one_blas_thread()
    return engine


def remote_of(engine: Engine) -> HttpEmbedder | None:
    """Return the engine's embedder if that is a server, which may be away at times."""
    found = [one for one in engine.scorer.embedders if isinstance(one, HttpEmbedder)]
    return found[0] if found else None


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


def constants_path(models: Path, embedder: Embedder) -> Path:
    """Return where an embedder's constants lie among the models, without an ending.

    Each version has files of its own, so that fitting for a new one spoils none in use.
    """
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", embedder.name)[:60]
    whole = hashlib.sha256(f"{embedder.name} {embedder.version}".encode()).hexdigest()
    return models / "fitted" / f"{readable}-{whole[:12]}"


def _load_onnx(directory: Path, prefixes: Prefixes, threads: int) -> Embedder:
    try:
        # Where there are no wheels of ONNX Runtime, there are servers.
        from worker.classification.embedders.onnx import OnnxEmbedder  # noqa: PLC0415
    except ImportError as error:
        raise StartupError(
            f"PIGEONHOLE_EMBEDDER: no ONNX model can run here ({error}): name an embeddings server"
        ) from error
    return OnnxEmbedder(directory, prefixes, threads)


def _require_same_model(embedder: HttpEmbedder, constants: Constants) -> None:
    """Raise StartupError when the server's model is not the one that constants were fitted for.

    Small differences, as between two kinds of processors, are none.
    """
    descriptions = [rule_text(rule) for rule in load_knowledge().panel[_COMPARED]]
    known = constants.vectors[embedder.name].panel[_COMPARED]
    try:
        found = likeness(embedder.embed(descriptions, "query"), known)
    except (EmbedderUnavailable, FileError) as error:
        raise StartupError(f"PIGEONHOLE_EMBEDDER: {error}") from error
    if found < SAME_MODEL:
        raise StartupError(
            f"the embeddings server gives other vectors for {embedder.name} than when its constants"
            f" were fitted (cosine {found:.2f}): {_REMEDY}"
        )
