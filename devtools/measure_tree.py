"""Print the size of each package: `python -m devtools.measure_tree [--rev REV]`."""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from devtools.source_tree import imported_modules, module_name, read_revision, read_working_tree

PRODUCTION = ("app", "worker", "cli", "migrations")
# The label of each row, and the folders that it counts.
ROWS: dict[str, tuple[str, ...]] = {
    **{folder: (folder,) for folder in PRODUCTION},
    "production, all four": PRODUCTION,
    "worker.parsing": ("worker/parsing",),
    "worker.classification": ("worker/classification",),
    "benchmarks": ("benchmarks",),
    "devtools": ("devtools",),
    "tests": ("tests",),
}
SMALL_LINES = 60


@dataclass(frozen=True, slots=True)
class Size:
    """The size of some folders; `arrows` counts pairs of modules in them, importer and imported."""

    lines: int
    modules: int
    small_modules: int
    fullest_folder: int
    arrows: int


def measure(sources: Mapping[str, str], folders: tuple[str, ...]) -> Size:
    """Measure folders of a source tree; the count of modules is without `__init__.py`."""
    inside = {path: text for path, text in sources.items() if path.startswith(_prefixes(folders))}
    modules = {module_name(path): path for path in inside}
    lengths = {path: text.count("\n") for path, text in inside.items()}
    files = [path for path in inside if not path.endswith("__init__.py")]
    per_folder = Counter(PurePosixPath(path).parent for path in files)
    return Size(
        lines=sum(lengths.values()),
        modules=len(files),
        small_modules=sum(lengths[path] < SMALL_LINES for path in files),
        fullest_folder=max(per_folder.values(), default=0),
        arrows=sum(len(imported_modules(path, text, modules)) for path, text in inside.items()),
    )


def print_sizes(sources: Mapping[str, str]) -> None:
    """Print a row for each package."""
    print(
        f"{'package':24}{'lines':>8}{'modules':>9}{'under 60 lines':>16}"
        f"{'fullest folder':>16}{'imports within':>16}"
    )
    for label, folders in ROWS.items():
        size = measure(sources, folders)
        print(
            f"{label:24}{size.lines:8}{size.modules:9}{size.small_modules:16}"
            f"{size.fullest_folder:16}{size.arrows:16}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m devtools.measure_tree", description=__doc__)
    parser.add_argument("--rev", help="the Git revision to measure (default: the working tree)")
    revision = parser.parse_args(sys.argv[1:]).rev
    print_sizes(read_revision(revision) if revision else read_working_tree())


def _prefixes(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{folder}/" for folder in folders)


if __name__ == "__main__":
    main()
