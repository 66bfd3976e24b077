"""The classifier of an embedded server and its workers' code, loaded once for all its workers.

Importing this module loads them. The process from which workers are forked imports it first:
workers start at once then and share its memory. That process must have no threads, because threads
do not survive a fork.
"""

import gc
import logging
import os
import signal
from importlib import import_module
from typing import TYPE_CHECKING

from app.errors import StartupError
from app.settings import Settings, load_settings

if TYPE_CHECKING:
    from worker.classification.engine import Engine

log = logging.getLogger(__name__)

# What every worker imports, so that none of them does it again.
_OF_WORKERS = (
    "cli.pipeline",
    "worker.learning.model_fitter",
    "worker.pipeline",
    "worker.runtime.local",
)


def take(settings: Settings) -> "Engine | None":
    """Return the engine if it is the one of these settings."""
    if _loaded is None or _key(settings) != _loaded[0]:
        return None
    return _loaded[1]


def _key(settings: Settings) -> tuple[object, ...]:
    return (settings.embedder, settings.built_models, settings.model_threads, settings.cascade)


def _load() -> "tuple[tuple[object, ...], Engine] | None":
    # The server tells its processes when to end: this one must not end before the workers.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Before NumPy is imported, which starts threads otherwise.
    os.putenv("OPENBLAS_NUM_THREADS", "1")
    from worker.classification.loading import load_engine  # noqa: PLC0415

    for name in _OF_WORKERS:
        import_module(name)
    try:
        settings = load_settings()
        if settings.embedder:  # has threads, or a connection
            return None
        engine = load_engine(settings)
    except StartupError:  # a worker meets it again and says so
        return None
    # Collecting garbage would write to pages that workers share.
    gc.collect()
    gc.freeze()
    return _key(settings), engine


_loaded = _load()
