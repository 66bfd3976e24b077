"""The process from which children are forked; see `worker.runtime.supervised`."""

import logging
import multiprocessing
from multiprocessing import forkserver

log = logging.getLogger(__name__)


def start_fork_server(preload: str) -> bool:
    """Start the process from which children are forked, if it does not run; returns at once.

    It imports the module `preload`. Called early, it does so while the caller starts. False where
    it cannot start, because the directory for temporary files has no room for its socket.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload([preload])
    try:
        forkserver.ensure_running()
    except OSError as error:
        log.warning(
            "processes cannot be forked; each loads the classifier", extra={"reason": str(error)}
        )
        return False
    return True
