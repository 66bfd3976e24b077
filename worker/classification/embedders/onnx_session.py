"""A session of ONNX Runtime with few threads and little memory that works after a fork."""

import os
import threading
from pathlib import Path

import onnxruntime


class ForkedSession:
    """A session of ONNX Runtime for each process; safe to share between threads.

    A session's threads do not survive a fork, so a child starts a new one at its first text.
    """

    def __init__(self, network: Path, threads: int) -> None:
        self._network = network
        self._threads = threads
        self._starting = threading.Lock()
        self._started: tuple[int, onnxruntime.InferenceSession] | None = None

    def get(self) -> onnxruntime.InferenceSession:
        """Return this process's session; start it at the first call."""
        with self._starting:
            if self._started is None or self._started[0] != os.getpid():
                self._started = (os.getpid(), _start(self._network, self._threads))
            return self._started[1]


def _start(network: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Documents run in parallel processes: a waiting thread must not keep a core busy.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Keeping memory for the next text costs more here than allocating it again.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
