"""`pigeonhole demo`: it says the truth about every sample, and always stops its server."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml
from click.testing import CliRunner

from cli.demo import demo
from devtools.waiting import WAIT_SECONDS, until

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
EXPECTED = yaml.safe_load((SAMPLES / "expected.yaml").read_text(encoding="utf-8"))

# A proxy that does not exist and settings of another server: the demo must ignore both.
HOSTILE_ENVIRONMENT = {
    "http_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "",
    "no_proxy": "",
    "PIGEONHOLE_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/production",
    "COLUMNS": "80",
}


def start_demo(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", "demo", *arguments],
        cwd=ROOT,
        env={**os.environ, **HOSTILE_ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run_demo(*arguments: str) -> tuple[int, str]:
    process = start_demo(*arguments)
    output, _ = process.communicate(timeout=600)
    return process.returncode, output


def selection(folder: Path, expected: dict[str, object]) -> Path:
    """Return a folder with these samples and expectations."""
    for name in (*expected, "rules.yaml"):
        shutil.copy(SAMPLES / name, folder)
    (folder / "expected.yaml").write_text(yaml.safe_dump(expected))
    return folder


def test_every_sample_has_the_outcome_that_its_page_promises() -> None:
    status, output = run_demo()
    assert status == 0, output
    rows = re.findall(r"^ ✓ (\S+) +(\S+) ", output, re.MULTILINE)
    shown = {
        name: "error" if isinstance(value, dict) else value or "null"
        for name, value in EXPECTED.items()
    }
    assert dict(rows) == shown
    assert "PARTIAL_SUCCESS: 10 files" in output
    assert max(map(len, output.splitlines())) <= 80


def test_an_unexpected_outcome_is_named(tmp_path: Path) -> None:
    expected = {"lentil-soup.txt": "recipe", "low-water.txt": "email", "scan-0093.pdf": None}
    status, output = run_demo("--samples", str(selection(tmp_path, expected)))
    assert status == 1
    assert output.endswith("Not the expected outcome: low-water.txt, scan-0093.pdf.\n")
    assert " ✓ lentil-soup.txt" in output
    assert " ✗ low-water.txt" in output


def test_the_server_ends_with_the_demo(tmp_path: Path) -> None:
    process = start_demo("--samples", str(selection(tmp_path, {"lentil-soup.txt": "recipe"})))
    assert process.stdout is not None
    ready = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+) ", ready)
    assert found, ready + process.communicate()[0]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 130
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(found[1])), timeout=60)


def test_ctrl_c_ends_a_server_that_starts(tmp_path: Path) -> None:
    process = start_demo("--samples", str(selection(tmp_path, {"lentil-soup.txt": "recipe"})))
    server = until(lambda: psutil.Process(process.pid).children(), "the server's process")[0]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 130
    assert not server.is_running()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "run the demo in the checkout"),
        ("low-water.txt: [", "is not in the form of the samples"),
        ("- a list", "is not in the form of the samples"),
        ("lost.pdf: null", "lacks lost.pdf"),
    ],
)
def test_a_folder_that_is_none_of_samples(
    tmp_path: Path, content: str | None, complaint: str
) -> None:
    if content is not None:
        (tmp_path / "expected.yaml").write_text(content)
        shutil.copy(SAMPLES / "rules.yaml", tmp_path)
    # In this process: it ends before it starts a server.
    refused = CliRunner(env=HOSTILE_ENVIRONMENT).invoke(demo, ["--samples", str(tmp_path)])
    assert refused.exit_code == 1
    assert complaint in refused.output


def test_without_the_client_it_names_the_extra() -> None:
    # None in sys.modules is Python's way to say that a module cannot be imported.
    program = "import sys; sys.modules['llama_cloud'] = None; from cli.demo import demo; demo([])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "make demo" in done.stderr
    assert "extra `demo`" in done.stderr
