"""The classifier that a process loads once and that its forked children, the workers, share.

They start at once then, and share its memory. The process must have no threads of a model, because
threads do not survive a fork.
"""

import gc
import os
from typing import TYPE_CHECKING

from app.errors import StartupError
from app.settings import Settings

if TYPE_CHECKING:
    from worker.classification.engine import Engine

_loaded: "dict[tuple[object, ...], Engine]" = {}


def preload(settings: Settings) -> None:
    """Load the classifier of these settings for the processes that this one forks.

    Does nothing for an embedder of the operator's, which has threads or a connection, and where the
    classifier cannot be loaded: each worker tries again, and says why.
    """
    if settings.embedder:
        return
    # Before NumPy is imported, which starts threads otherwise.
    os.putenv("OPENBLAS_NUM_THREADS", "1")
    from worker.classification.loading import load_engine  # noqa: PLC0415

    try:
        _loaded[_key(settings)] = load_engine(settings)
    except StartupError:
        return
    # Collecting garbage would write to pages that workers share.
    gc.collect()
    gc.freeze()


def preloaded(settings: Settings) -> "Engine | None":
    """Return the engine of these settings that this process has or has inherited, if any."""
    return _loaded.get(_key(settings))


def _key(settings: Settings) -> tuple[object, ...]:
    return (settings.embedder, settings.built_models, settings.model_threads, settings.cascade)
