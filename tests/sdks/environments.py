"""Releases of the official SDKs, each in a separate environment."""

import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

import pytest

ROOT = Path(__file__).parents[2]
DRIVERS = Path(__file__).with_name("drivers")
MAKE = "run `make test-sdks`, which makes the environments of the SDKs"
SECONDS = 240

Report = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sdk:
    """One release of one SDK: where it is installed, what drives it, which APIs it speaks."""

    name: str
    language: Literal["python", "node"]
    environment: str
    driver: str
    versions: tuple[int, ...]

    def driven_by(self, name: str) -> Self:
        """Return the same release with another driver, in its language."""
        return replace(self, driver=name + Path(self.driver).suffix)

    def run(self, given: dict[str, Any]) -> Report:
        """Return what the driver saw, scenario by scenario; importing an SDK takes seconds."""
        done = subprocess.run(
            self._command(),
            cwd=ROOT / self.environment if self.language == "node" else None,
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        report: Report = json.loads(done.stdout)
        return report

    def _command(self) -> list[str]:
        folder = ROOT / self.environment
        driver = str(DRIVERS / self.driver)
        if self.language == "python":
            interpreter = folder / "bin" / "python"
            if not interpreter.exists():
                pytest.fail(f"There is no {interpreter}: {MAKE}.", pytrace=False)
            # As -I, but drivers import a module beside them.
            return [str(interpreter), "-E", "-s", driver]
        node = shutil.which("node")
        if node is None:
            pytest.fail("There is no `node`: install Node.js 20 or newer.", pytrace=False)
        if not (folder / "node_modules").is_dir():
            pytest.fail(f"There is no {folder / 'node_modules'}: {MAKE}.", pytrace=False)
        return [node, driver]


def _stainless(release: str, *versions: int) -> Sdk:
    return Sdk(f"llama-cloud {release}", "python", f".venv-sdk-{release}", "stainless.py", versions)


def _node(release: str, *versions: int) -> Sdk:
    name = f"@llamaindex/llama-cloud {release}"
    return Sdk(name, "node", f".node-sdk/{release}", "stainless.mjs", versions)


FERN = Sdk(
    "llama-cloud-services 0.6.94 (llama-cloud 0.1.46)",
    "python",
    ".venv-sdk-services",
    "fern.py",
    (1,),
)
SERVICES = Sdk(
    "npm llama-cloud-services 0.5.4", "node", ".node-sdk/services-0.5.4", "services.mjs", (1,)
)
STAINLESS = (
    _stainless("1.0.0", 1),
    _stainless("1.6.0", 1, 2),
    _stainless("2.15.0", 1, 2),
    _stainless("2.19.0", 2),
    _node("1.6.0", 1),
    _node("2.15.0", 1, 2),
    _node("2.16.0", 2),
)
ALL = (FERN, *STAINLESS, SERVICES)
