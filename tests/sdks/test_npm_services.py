"""llama-cloud-services for Node: one call, over an older generated client."""

from typing import Any

import pytest

from tests.sdks.conftest import Drive
from tests.sdks.environments import SERVICES, Sdk

pytestmark = pytest.mark.parametrize("sdk", [SERVICES], ids=lambda sdk: sdk.name)


@pytest.mark.parametrize(
    ("scenario", "types"),
    [
        ("path", ["invoice"]),
        ("buffer", ["invoice"]),
        ("bytes", ["invoice"]),
        ("text", ["recipe"]),
        ("file", ["recipe"]),
        ("several", ["recipe", "invoice", "recipe"]),
        ("address_and_key", "invoice"),
    ],
)
def test_classify(drive: Drive, sdk: Sdk, scenario: str, types: list[str]) -> None:
    assert drive(sdk)[scenario] == {"value": types}


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        # It prints the reason on the standard output only.
        ("wrong_key", "None of the provided files was successfully uploaded"),
        ("too_large", "None of the provided files was successfully uploaded"),
        ("refused_rule", "Exceeded maximum number of retries"),
        ("broken_file", "There was an error extracting data"),
        ("polling_timeout", "timing out"),
    ],
)
def test_refusals_are_raised(drive: Drive, sdk: Sdk, scenario: str, message: str) -> None:
    outcome = drive(sdk)[scenario]
    assert message in outcome.get("message", ""), outcome


def test_why_a_job_is_refused_is_printed(drive: Drive, sdk: Sdk) -> None:
    assert "letters, digits, spaces" in drive(sdk)["why_a_rule_is_refused"]["value"]


def test_a_lost_answer_makes_a_second_job(drive: Drive, sdk: Sdk) -> None:
    """This client repeats the request without a key and without a retry count."""
    assert drive(sdk)["lost_answer"] == {"value": {"posts": 2, "jobs": 2}}


def test_examples_candidates_and_evidence(drive: Drive, sdk: Sdk) -> None:
    assert drive(sdk)["with_examples"] == {
        "value": {
            "compared": True,
            "candidates": ["invoice", "recipe", None],
            "evidence": [["page", "quote"]],
        }
    }


def test_extensions_by_generated_functions(drive: Drive, sdk: Sdk) -> None:
    assert drive(sdk)["by_generated_functions"] == {
        "value": {
            "same": True,
            "echoed": 0.5,
            "types": ["invoice"],
            "candidates": 3,
            "total": True,
            "deleted": 204,
            "gone": 404,
        }
    }


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("listed_across_pages", True),
        ("deleted_file", [204, 404]),
        ("webhook", ["parse.success"]),
    ],
)
def test_other_generated_functions(drive: Drive, sdk: Sdk, scenario: str, expected: Any) -> None:
    assert drive(sdk)[scenario] == {"value": expected}


@pytest.mark.parametrize(
    ("scenario", "status", "detail"),
    [
        ("unknown_job", 404, "does not exist"),
        ("unknown_file", 404, "File not found"),
        ("too_often", 429, "60 requests a minute"),
    ],
)
def test_refusals_by_generated_functions(
    drive: Drive, sdk: Sdk, scenario: str, status: int, detail: str
) -> None:
    refusal = drive(sdk)[scenario]["value"]
    assert refusal["status"] == status
    assert detail in refusal["detail"]
