"""ONNX Runtime as the embedders use it: few threads, little memory, safe beside forks."""

import os
import threading
from pathlib import Path

import onnxruntime


class ForkedSession:
    """A session of ONNX Runtime in each process that asks for one; safe to share by threads.

    A session's threads do not survive a fork, so a child starts its own at its first text.
    """

    def __init__(self, network: Path, threads: int) -> None:
        self._network = network
        self._threads = threads
        self._starting = threading.Lock()
        self._started: tuple[int, onnxruntime.InferenceSession] | None = None

    def get(self) -> onnxruntime.InferenceSession:
        """Return this process's session, started when there is none yet."""
        with self._starting:
            if self._started is None or self._started[0] != os.getpid():
                self._started = (os.getpid(), _start(self._network, self._threads))
            return self._started[1]


def _start(network: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Documents run in parallel, in processes: a thread that waits must not keep a core busy.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Memory that is kept for the next text costs more here than asking for it again.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
