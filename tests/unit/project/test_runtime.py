"""An installation has the runtime lock only: nothing may need what only developers have."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGES = ("app", "cli", "migrations", "worker")

# Loaded by name at run time, when a worker or a server starts.
LOADED_LATER = (
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "kombu.transport.redis",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)

# Needs the official client, and says so; Alembic runs these itself.
NOT_IMPORTED = ("cli.demo", "migrations.env", "migrations.versions")

IMPORT_ALL = """
import importlib, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

absent, wanted = (set(words.split()) for words in sys.stdin.read().split("\\n"))
sys.meta_path.insert(0, Absent())
for name in sorted(wanted):
    importlib.import_module(name)
"""


def installed_by(root: Path) -> set[str]:
    lines = (root / "requirements/runtime.txt").read_text().splitlines()
    pins = [line.removesuffix(" \\") for line in lines if line and not line.startswith(" ")]
    return {canonicalize_name(Requirement(pin).name) for pin in pins}


def test_everything_can_be_imported_with_the_runtime_lock_alone(root: Path, tracked: list[Path]):
    runtime = installed_by(root) | {"pigeonhole-server"}
    absent = [
        module
        for module, owners in packages_distributions().items()
        if runtime.isdisjoint(canonicalize_name(owner) for owner in owners)
    ]
    modules = [
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for path in tracked
        if path.suffix == ".py" and path.relative_to(root).parts[0] in PACKAGES
    ]
    wanted = [name for name in modules if not name.startswith(NOT_IMPORTED)]
    assert {"pytest", "llama_cloud"} <= set(absent)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL],
        input=" ".join(absent) + "\n" + " ".join([*wanted, *LOADED_LATER]),
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert done.returncode == 0, done.stderr
