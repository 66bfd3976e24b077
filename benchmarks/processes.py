"""Processor time of processes, and which of them read a file."""

import contextlib

import psutil

from worker.parsing.sandbox.forked_reader import READER_NAME


def cpu_seconds(root: int, *, own: bool = False) -> float:
    """Return the processor time of a process and its descendants, ended ones included.

    With `own`, that of the process alone.
    """
    process = psutil.Process(root)
    if own:
        return float(sum(process.cpu_times()[:2]))
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:4])
    return total


def is_reader(process: psutil.Process) -> bool:
    """Tell whether a process is the reader of one file, which lives only for that file.

    One that has ended counts until its parent has collected it.
    """
    try:
        return process.name() == READER_NAME
    except psutil.Error:
        return False
