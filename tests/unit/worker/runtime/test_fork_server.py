import subprocess
import sys
import textwrap
from pathlib import Path

PRELOADED = """
import os, pathlib, signal
pathlib.Path(os.environ["SEEN"]).write_text(signal.getsignal(signal.SIGINT).name)
"""
STARTING = """
import multiprocessing, signal
from worker.runtime.fork_server import start_fork_server
assert start_fork_server("preloaded")
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
process = multiprocessing.get_context("forkserver").Process(target=print)
process.start()
process.join()
"""


def test_ctrl_c_does_not_end_the_import_of_the_fork_server(tmp_path: Path) -> None:
    (tmp_path / "preloaded.py").write_text(PRELOADED)
    starting = tmp_path / "starting.py"
    starting.write_text(f"if __name__ == '__main__':\n{textwrap.indent(STARTING, '    ')}")
    seen = tmp_path / "seen"

    subprocess.run(
        [sys.executable, starting], env={"SEEN": str(seen), "PYTHONPATH": str(tmp_path)}, check=True
    )

    assert seen.read_text() == "SIG_IGN"
