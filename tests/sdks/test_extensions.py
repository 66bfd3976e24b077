"""Our extensions used through the generated clients."""

from typing import Any

import pytest

from tests.sdks.conftest import Drive
from tests.sdks.environments import STAINLESS, Sdk

FIRST = [sdk for sdk in STAINLESS if 1 in sdk.versions]
SECOND = [sdk for sdk in STAINLESS if 2 in sdk.versions]
EVERYTHING = {
    "type": "invoice",
    "compared": True,
    "candidates": ["invoice", "recipe", None],
    "best": True,
    "evidence": [["page", "quote"]],
}


def every(sdks: list[Sdk] | tuple[Sdk, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sdk", sdks, ids=lambda sdk: sdk.name)


def value(drive: Drive, sdk: Sdk, scenario: str) -> Any:
    outcome = drive(sdk.driven_by("extensions"))[scenario]
    assert "value" in outcome, outcome
    return outcome["value"]


@every(FIRST)
def test_v1_examples_candidates_and_evidence(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_everything") == EVERYTHING


@every([sdk for sdk in FIRST if sdk.language == "python"])
def test_v1_asynchronously(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_asynchronously") == EVERYTHING


@every(FIRST)
def test_v1_least_confidence(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_too_unsure") == {"echoed": 1, "type": None}


@every(FIRST)
def test_v1_idempotency_key(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_same_key") == {"same": True, "other": 409}


@every(FIRST)
def test_v1_total_cancel_and_delete(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_total_cancel_and_delete") == {"total": True, "gone": 404}


@every(FIRST)
def test_v1_reason_of_a_failure(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_reason_of_a_failure") == {"result": None, "code": "corrupt"}


@every(STAINLESS)
def test_total_of_files(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "files_total") is True


@every(SECOND)
def test_v2_examples_candidates_and_evidence(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_everything") == EVERYTHING


@every(SECOND)
def test_v2_least_confidence(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_too_unsure") == {"echoed": 1, "type": None}


@every(SECOND)
def test_v2_total(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_total") is True
