import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

NEWS = {"id": "GHSA-1", "fix_versions": ["1.1"]}
SKIPPED = {"name": "own-models", "skip_reason": "Dependency not found"}


@pytest.fixture
def audit(root: Path) -> Any:
    spec = spec_from_file_location("audit", root / "requirements" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def package(*vulnerabilities: dict[str, Any]) -> dict[str, Any]:
    return {"name": "parcel", "version": "1.0", "vulns": list(vulnerabilities)}


def test_nothing_known(audit: Any):
    status, said = audit.verdict(report(package()), "")

    assert status == 0
    assert said == "1 packages were looked up, 0 vulnerabilities are known."


def test_a_vulnerability_is_named_with_the_release_that_mends_it(audit: Any):
    status, said = audit.verdict(report(package(NEWS), SKIPPED), "Found 1")

    assert status == 1
    assert said.splitlines() == [
        "parcel 1.0: GHSA-1, mended in 1.1",
        "1 packages were looked up, 1 vulnerabilities are known.",
        "Not in the database: own-models.",
    ]


def test_an_index_without_vulnerabilities_is_no_clean_bill(audit: Any):
    status, said = audit.verdict(report(SKIPPED), "")

    assert status == 2
    assert said.startswith("Nothing was audited: the database that was reached knows none of")


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        ("Traceback\n  a line\nrequests.exceptions.ProxyError: Max retries\n", "ProxyError"),
        ("", "no answer"),
    ],
)
def test_without_a_network_one_sentence_is_said(audit: Any, complaint: str, reason: str):
    status, said = audit.verdict("", complaint)

    assert status == 2
    assert said == f"Nothing was audited: the database could not be reached ({reason})."
