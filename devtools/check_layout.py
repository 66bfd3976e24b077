"""Check the layout of the source, part of `make check`: `python -m devtools.check_layout`.

Import cycles and layers are checked by import-linter, as pyproject.toml says.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from devtools.source_tree import read_working_tree

MAX_MODULES = 16
MAX_LINES = 400
# In `cli` each verb has a module.
FOLDERS_WITH_A_LIMIT = ("app", "worker")


def find_problems(sources: Mapping[str, str]) -> list[str]:
    """Return a sentence for each folder with too many modules and each module too long."""
    modules = Counter(
        path.parent
        for path in map(PurePosixPath, sources)
        if path.parts[0] in FOLDERS_WITH_A_LIMIT and path.name != "__init__.py"
    )
    crowded = [
        f"{folder}/ has {count} modules, more than {MAX_MODULES}: make a package of some"
        for folder, count in sorted(modules.items())
        if count > MAX_MODULES
    ]
    long = [
        f"{path} has {lines} lines, more than {MAX_LINES}: split it"
        for path, text in sorted(sources.items())
        if (lines := text.count("\n")) > MAX_LINES
    ]
    return crowded + long


def main() -> None:
    problems = find_problems(read_working_tree())
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
