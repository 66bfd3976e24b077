"""A session of ONNX Runtime with few threads and little memory that works after a fork."""

import os
import threading
from pathlib import Path

import onnxruntime

_ANY_PROCESS = 0


class ForkedSession:
    """A session of ONNX Runtime; safe to share between threads, and usable after a fork.

    A session of one thread starts at once, and forked children share it with its memory: it runs in
    the thread that calls it, so there is none that a fork would lose. With more threads each
    process starts its own at its first text.
    """

    def __init__(self, network: Path, threads: int) -> None:
        self._network = network
        self._threads = threads
        self._starting = threading.Lock()
        # By process; those of other processes are kept: their end would wait for lost threads.
        self._sessions: dict[int, onnxruntime.InferenceSession] = {}
        if threads == 1:
            self.get()

    def get(self) -> onnxruntime.InferenceSession:
        """Return the session that this process can use; start it if there is none."""
        owner = _ANY_PROCESS if self._threads == 1 else os.getpid()
        with self._starting:
            if owner not in self._sessions:
                self._sessions[owner] = _start(self._network, self._threads)
            return self._sessions[owner]


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
