"""What the process from which an embedded server forks its workers imports.

Importing it loads the classifier and the workers' code, so that no worker does it again.
"""

import signal
from importlib import import_module

from app.errors import StartupError
from app.settings import load_settings
from cli.preloaded_engine import preload

# What every worker imports.
_OF_WORKERS = (
    "cli.pipeline",
    "worker.learning.model_fitter",
    "worker.pipeline",
    "worker.runtime.local",
)

# The server tells its processes when to end: this one must not end before the workers.
signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _load() -> None:
    try:
        settings = load_settings()
    except StartupError:  # a worker meets it again and says so
        return
    preload(settings)
    for name in _OF_WORKERS:
        import_module(name)


_load()
