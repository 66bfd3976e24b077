"""Parts of `make bundle` that need no network; `make check-bundle` installs a whole one."""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

from deploy import bundle
from worker.parsing.ocr.installed import OcrData

LOCK = """\
ml-dtypes==0.5.4 \\
    --hash=sha256:aa
numpy==2.4.1 ; python_version >= '3.11' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
onnx==1.23.0 ; sys_platform == 'linux' \\
    --hash=sha256:dd
onnxruntime==1.32.0 \\
    --hash=sha256:ee
"""
HERE = OcrData({name: Path(f"{name}.traineddata") for name in ("deu", "eng", "osd", "jpn")}, "x")


@pytest.fixture
def packed(root: Path, tmp_path: Path) -> Path:
    """A bundle without wheels and models: enough for all that comes before installing."""
    folder = tmp_path / "packed"
    folder.mkdir()
    shutil.copy(root / "deploy/install.sh", folder)
    (folder / "PLATFORM").write_text(f"{bundle.platform()}\n")
    bundle.write_sums(folder)
    return folder


def install(packed: Path, target: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [packed / "install.sh", target],
        env={"PATH": os.environ["PATH"], "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_only_builds_the_model_is_left_out_of_the_lock(tmp_path: Path):
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK)
    kept = bundle.without(lock, {"ml-dtypes", "onnx"})
    assert "numpy==2.4.1 ; python_version >= '3.11' \\\n    --hash=sha256:bb" in kept
    assert [word for word in kept.split() if word.startswith("--hash")] == [
        "--hash=sha256:bb",
        "--hash=sha256:cc",
        "--hash=sha256:ee",
    ]


def test_names_of_the_builders_are_in_the_lock(root: Path):
    lock = root / "requirements/runtime.txt"
    left = bundle.without(lock, bundle.ONLY_TO_BUILD)
    names = {line.split("==")[0] for line in lock.read_text().splitlines() if line[0] != " "}
    kept = {line.split("==")[0] for line in left.splitlines() if line[0] != " "}
    assert names - kept == bundle.ONLY_TO_BUILD


def test_ocr_of_chosen_languages_brings_the_orientation_too():
    assert bundle.wanted_models(HERE, ["de", "ja"]) == ["deu", "jpn", "osd"]
    assert bundle.wanted_models(HERE, []) == ["deu", "eng", "osd", "jpn"]


@pytest.mark.parametrize("code", ["fr", "klingon"])
def test_a_language_that_is_not_here_ends_the_program(code: str):
    with pytest.raises(SystemExit, match=code):
        bundle.wanted_models(HERE, ["de", code])


def test_the_sums_are_those_of_sha256sum(packed: Path):
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=packed, check=True)
    names = {line.split("  ")[1] for line in (packed / "SHA256SUMS").read_text().splitlines()}
    assert names == {"PLATFORM", "install.sh"}


def test_nothing_in_the_bundle_tells_who_made_it(packed: Path, tmp_path: Path):
    path = bundle.pack(packed, tmp_path / "made.tar", "pigeonhole-1")
    with tarfile.open(path) as archive:
        entries = archive.getmembers()
    assert {(each.uid, each.gid, each.uname, each.gname) for each in entries} == {(0, 0, "", "")}
    modes = {each.name: each.mode for each in entries if each.isfile()}
    assert modes["pigeonhole-1/install.sh"] == 0o755
    assert modes["pigeonhole-1/SHA256SUMS"] == 0o644
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert bundle.digest(path) == digest


def test_a_changed_file_is_refused(packed: Path, tmp_path: Path):
    (packed / "PLATFORM").write_text("cp399-other\n")
    done = install(packed, tmp_path / "target")
    assert done.returncode == 1
    assert "damaged or was changed" in done.stderr
    assert not (tmp_path / "target").exists()


def test_a_file_too_many_is_refused(packed: Path, tmp_path: Path):
    (packed / "intruder.whl").touch()
    done = install(packed, tmp_path / "target")
    assert done.returncode == 1
    assert "has 3 files and not 2" in done.stderr
    assert not (tmp_path / "target").exists()


def test_a_python_of_another_version_is_refused(packed: Path, tmp_path: Path):
    (packed / "PLATFORM").write_text(f"cp39-{sysconfig.get_platform()}\n")
    bundle.write_sums(packed)
    done = install(packed, tmp_path / "target")
    assert done.returncode == 1
    assert "The wheels are for cp39-" in done.stderr
    assert not (tmp_path / "target").exists()


def test_a_directory_with_something_else_is_left_alone(packed: Path, tmp_path: Path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "precious").touch()
    done = install(packed, target)
    assert done.returncode == 1
    assert "not an installation of Pigeonhole" in done.stderr
    assert (target / "precious").exists()
