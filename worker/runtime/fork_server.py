"""The process from which children are forked; see `worker.runtime.supervised`."""

import logging
import multiprocessing
import signal
from multiprocessing import forkserver

log = logging.getLogger(__name__)


def start_fork_server(preload: str) -> bool:
    """Start the process from which children are forked, if it does not run; returns at once.

    It imports the module `preload`. Called early, it does so while the caller starts. False where
    it cannot start, because the directory for temporary files has no room for its socket.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload([preload])
    # Ctrl-C reaches the whole terminal group, and would end the import with a traceback. The new
    # process inherits that it is ignored.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    except OSError as error:
        log.warning(
            "processes cannot be forked; each loads the classifier", extra={"reason": str(error)}
        )
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return True
