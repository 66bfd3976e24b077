"""Find the programs of the test servers, and run them as an allowed user."""

import importlib.util
import os
import shutil
from pathlib import Path

# Postgres refuses to run as root: it runs as a user that owns nothing.
NOBODY_UID = 65534


def runs_as() -> int | None:
    """Return the user id to run a server under, or None for our own."""
    return NOBODY_UID if os.geteuid() == 0 else None


def give_away(path: Path) -> None:
    """Let the user that the servers run under own this folder."""
    if (user := runs_as()) is not None:
        os.chown(path, user, user)


def folder_of(program: str, debian_folders: str, wheel: str, wheel_folder: str) -> Path | None:
    """Return the folder of a program: from the PATH, from Debian's place, from a wheel."""
    if found := shutil.which(program):
        return Path(found).resolve().parent
    installed = sorted(Path("/").glob(debian_folders), key=_version_of, reverse=True)
    for folder in installed:
        if (folder / program).exists():
            return folder
    spec = importlib.util.find_spec(wheel)
    if spec is not None and spec.submodule_search_locations:
        folder = Path(spec.submodule_search_locations[0]) / wheel_folder
        if (folder / program).exists():
            return folder
    return None


def may_be_entered_by_all(path: Path) -> bool:
    """Tell whether every user may reach this path; a home of mode 700 stops them."""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents])


def _version_of(folder: Path) -> int:
    digits = [part for part in folder.parts if part.isdigit()]
    return int(digits[-1]) if digits else 0
