"""`make audit`: look a lock's packages up in the database of known vulnerabilities.

Ends with 1 if there are vulnerabilities, and with 2 if nothing could be looked up: pip-audit finds
none on an index that has packages but no database of vulnerabilities.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def verdict(printed: str, complaint: str) -> tuple[int, str]:
    """Return the exit status and the message, from the output of pip-audit."""
    try:
        packages: list[dict[str, Any]] = json.loads(printed)["dependencies"]
    except (ValueError, KeyError, TypeError):
        # The last line of a traceback, and of it only the type of the error.
        last = (complaint.strip().splitlines() or ["no answer"])[-1]
        reason = last.partition(":")[0].rpartition(".")[2]
        return 2, f"Nothing was audited: the database could not be reached ({reason})."
    known = [package for package in packages if "vulns" in package]
    unknown = sorted(package["name"] for package in packages if "vulns" not in package)
    if not known:
        return 2, (
            f"Nothing was audited: the database that was reached knows none of the "
            f"{len(unknown)} packages. Try a network where the public index is reached."
        )
    lines = [
        f"{package['name']} {package['version']}: {found['id']}, mended in "
        f"{', '.join(found['fix_versions']) or 'no release yet'}"
        for package in known
        for found in package["vulns"]
    ]
    status = 1 if lines else 0
    lines.append(f"{len(known)} packages were looked up, {len(lines)} vulnerabilities are known.")
    if unknown:
        lines.append(f"Not in the database: {', '.join(unknown)}.")
    return status, "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path, help="pip-audit")
    parser.add_argument("locks", type=Path, nargs="+")
    given = parser.parse_args()
    worst = 0
    for lock in given.locks:
        done = subprocess.run(  # noqa: S603  # what the Makefile names
            [
                *(given.program, "--require-hashes", "--disable-pip", "--format", "json"),
                *("--desc", "off", "--progress-spinner", "off", "-r", lock),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        status, sentence = verdict(done.stdout, done.stderr)
        print(f"{lock}: {sentence}", file=sys.stderr if status else sys.stdout)
        worst = max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main())
