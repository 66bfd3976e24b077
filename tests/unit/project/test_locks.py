"""The locks name every version and every hash, and agree with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = sorted(path.name for path in (Path(__file__).parents[3] / "requirements").glob("*.txt"))

Pins = dict[str, Requirement]


def read(root: Path, lock: str) -> dict[str, list[str]]:
    """Return the lines of each pinned requirement, the pin first."""
    text = (root / "requirements" / lock).read_text().replace("\\\n", "")
    lines = (line for line in text.splitlines() if line.strip())
    return {line.split("--hash")[0].strip(): re.findall(r"--hash=(\S+)", line) for line in lines}


def pins(root: Path, lock: str) -> list[Requirement]:
    return [Requirement(pin) for pin in read(root, lock)]


def by_name(root: Path, lock: str) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for pin in pins(root, lock):
        found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


@pytest.fixture
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(root: Path, lock: str):
    requirements = read(root, lock)
    assert requirements
    for pin, hashes in requirements.items():
        assert re.match(r"^[\w.-]+==\S+( ; .+)?$", pin), pin
        assert hashes, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), pin


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(root: Path, lock: str):
    text = (root / "requirements" / lock).read_text()
    assert not re.search(r"://|index-url|find-links|^-", text, re.MULTILINE)


def assert_locked(wanted: list[str], locked: dict[str, list[Requirement]]) -> None:
    for line in wanted:
        requirement = Requirement(line)
        found = locked.get(canonicalize_name(requirement.name), [])
        assert found, f"{line} is not in the lock: make lock"
        for pin in found:
            version = str(pin.specifier).removeprefix("==")
            assert requirement.specifier.contains(version), f"{line}: the lock has {version}"


def test_the_runtime_lock_has_every_dependency(root: Path, project: dict):
    assert_locked(project["project"]["dependencies"], by_name(root, "runtime.txt"))


def test_the_development_lock_has_every_extra(root: Path, project: dict):
    extras = project["project"]["optional-dependencies"]
    wanted = [line for lines in extras.values() for line in lines]
    locked = by_name(root, "dev.txt")
    own = project["project"]["name"]
    assert_locked([line for line in wanted if not line.startswith(f"{own}[")], locked)


def test_the_build_lock_has_what_builds_the_wheel(root: Path, project: dict):
    assert_locked(project["build-system"]["requires"], by_name(root, "build.txt"))


@pytest.mark.parametrize("lock", ["runtime.txt", "build.txt", "sdk-2.15.0.txt"])
def test_the_development_lock_has_the_packages_of_the_others(root: Path, lock: str):
    """What is tested is what runs; and requirements/install.sh adds them to one environment."""
    # Without markers: an extra may want everywhere what the program wants on some platforms.
    runs, tested = (
        {(pin.name, str(pin.specifier)) for pin in pins(root, each)} for each in (lock, "dev.txt")
    )
    assert runs <= tested
