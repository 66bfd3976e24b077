"""The Python source of this repository: of the working tree, or of any revision."""

import ast
import io
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]


def read_working_tree(root: Path = ROOT) -> dict[str, str]:
    """Return the text of every Python file that Git tracks or would add, by its path."""
    listed = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.py")
    paths = sorted(set(listed.decode().splitlines()))
    return {path: (root / path).read_text() for path in paths if (root / path).is_file()}


def read_revision(revision: str, root: Path = ROOT) -> dict[str, str]:
    """Return the text of every Python file of a revision, by its path."""
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", revision))) as archive:
        files = [member for member in archive if member.isfile() and member.name.endswith(".py")]
        return {file.name: _text(archive, file) for file in files}


def module_name(path: str) -> str:
    """Return the dotted name of the module in a file: `app.db` for `app/db.py`."""
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")


def imported_modules(path: str, source: str, modules: Mapping[str, str]) -> set[str]:
    """Return the names in `modules` that a file imports, type-checking imports included."""
    name = module_name(path)
    package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
    found: set[str] = set()
    for target in _targets(ast.parse(source), package):
        known = target if target in modules else target.rpartition(".")[0]
        if known in modules and known != name:
            found.add(known)
    return found


def _targets(tree: ast.Module, package: str) -> Iterator[str]:
    """The dotted names that import statements ask for: a module, or a name in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            start = parents[: len(parents) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _text(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    file = archive.extractfile(member)
    assert file is not None, "only regular files are read"
    return file.read().decode()


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout
