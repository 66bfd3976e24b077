"""Lists the system calls of the processes that read some files, and which of them were refused.

    python -m devtools.trace_readers FILE ...

For changes of `worker/parsing/sandbox/system_calls.py`: run it on files of the formats that a new
library or a new Python reads. Needs strace.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from app.errors import FileError
from app.jobs.pages import PageSelection
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import SandboxedParser

_LINE = re.compile(r"(?P<pid>\d+) +(?P<resumed><\.\.\. )?(?P<call>\w+)(?P<rest>.*)")
_NEW_PROCESS = re.compile(r"= (\d+)$")
_REFUSED = re.compile(r"= -1 (EPERM|ENOSYS) ")


def count_calls(lines: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Count the calls that strace saw in filtered processes: all, and those that were refused."""
    filtered: set[str] = set()
    calls: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for line in lines:
        parts = _LINE.match(line)
        if parts is None:
            continue
        pid, call, rest = parts["pid"], parts["call"], parts["rest"]
        if pid in filtered:
            calls[call] += not parts["resumed"]
            refused[call] += bool(_REFUSED.search(rest))
            thread = _NEW_PROCESS.search(rest) if call.startswith("clone") else None
            if thread is not None:
                filtered.add(thread[1])
        elif call == "prctl" and "PR_SET_SECCOMP" in rest:
            filtered.add(pid)
    return calls, +refused


def _read(paths: list[Path]) -> None:
    request = ParseRequest(PageSelection(3), "en", "MULTIMODAL")
    with SandboxedParser() as parser:
        for path in paths:
            with path.open("rb") as file:
                try:
                    outcome = parser.parse(file, path.name, request).format
                except FileError as error:
                    outcome = error.sentence
            print(f"{path.name}: {outcome}", flush=True)


def main() -> None:
    """Read the files under strace and print a line for each call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        _read(arguments.files)
        return
    with tempfile.NamedTemporaryFile("r", errors="replace") as trace:
        strace = ["strace", "-f", "-qq", "-s", "0", "-o", trace.name]
        again = [sys.executable, "-m", "devtools.trace_readers", "--read", *arguments.files]
        subprocess.run([*strace, *again], check=True)
        calls, refused = count_calls(trace)
    for call, count in sorted(calls.items()):
        note = f", refused {refused[call]} times" if call in refused else ""
        print(f"{count:8} {call}{note}")


if __name__ == "__main__":
    main()
