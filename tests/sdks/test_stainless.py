"""The generated clients, Python and TypeScript, from their first release to the newest."""

from typing import Any

import pytest

from tests.sdks.conftest import Drive
from tests.sdks.environments import STAINLESS, Sdk

FIRST = [sdk for sdk in STAINLESS if 1 in sdk.versions]
SECOND = [sdk for sdk in STAINLESS if 2 in sdk.versions]
NAMES = {
    "python": ["invoice.txt", "invoice.txt", "upload", "upload", "n.txt", "m.txt", "l.txt"],
    "node": ["invoice.txt", "n.txt", "m.txt", "l.txt", "k.txt", "invoice.txt", "j.txt"],
}


def every(sdks: list[Sdk] | tuple[Sdk, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sdk", sdks, ids=lambda sdk: sdk.name)


def value(drive: Drive, sdk: Sdk, scenario: str) -> Any:
    outcome = drive(sdk)[scenario]
    assert "value" in outcome, outcome
    return outcome["value"]


def refusal(drive: Drive, sdk: Sdk, scenario: str) -> tuple[str, int | None]:
    outcome = drive(sdk)[scenario]
    assert "exception" in outcome, outcome
    return outcome["exception"], outcome.get("status")


@every(STAINLESS)
def test_uploads_of_every_kind_keep_their_names(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "upload_of_every_kind") == NAMES[sdk.language]


@every([sdk for sdk in STAINLESS if sdk.language == "python"])
def test_uploads_asynchronously(drive: Drive, sdk: Sdk) -> None:
    names = value(drive, sdk, "uploads_asynchronously")
    assert names == ["invoice.txt", "upload", "upload", "n.txt"]


@every(STAINLESS)
def test_files_are_found_by_name_and_external_id(drive: Drive, sdk: Sdk) -> None:
    found = value(drive, sdk, "found_by_name_and_external_id")
    assert found.pop("retrieved", [True]) == [True]  # older releases have no method for it
    assert found == {"by_name": [True], "by_external_id": [True]}


@every(STAINLESS)
def test_content_comes_back(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "content") is True


@every(STAINLESS)
def test_files_are_listed_across_pages(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "list_files") == {"listed": True, "queried": True}


@every(STAINLESS)
def test_projects(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "projects") is True


@every(STAINLESS)
def test_a_deleted_file_is_gone(drive: Drive, sdk: Sdk) -> None:
    assert refusal(drive, sdk, "deleted_file") == ("NotFoundError", 404)


@every(FIRST)
def test_v1_quick_start(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_classify") == ["invoice"]


@every([sdk for sdk in FIRST if sdk.language == "python"])
def test_v1_asynchronously(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_classify_asynchronously") == ["recipe"]


@every([sdk for sdk in FIRST if sdk.language == "python"])
def test_v1_step_by_step_asynchronously(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_step_by_step_asynchronously") == {
        "status": "SUCCESS",
        "types": ["invoice"],
        "listed": True,
    }


@every(FIRST)
def test_v1_step_by_step(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_job_step_by_step") == {
        "status": ["PENDING", "SUCCESS"],
        "mode": "MULTIMODAL",
        "rules": True,
        "file_ids": True,
        "types": ["invoice", "recipe", "invoice", "invoice"],
        "reasoned": True,
    }


@every(FIRST)
def test_v1_jobs_are_listed_across_pages(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_list_across_pages") is True


@every(FIRST)
def test_v1_webhook(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_webhook") == {"event": "parse.success", "signed": True}


@every(FIRST)
@pytest.mark.parametrize(
    ("scenario", "exception", "status"),
    [
        ("v1_unknown_job", "NotFoundError", 404),
        ("v1_unknown_file", "NotFoundError", 404),
        ("v1_broken_file", "PollingError", None),
    ],
)
def test_v1_refusals(
    drive: Drive, sdk: Sdk, scenario: str, exception: str, status: int | None
) -> None:
    assert refusal(drive, sdk, scenario) == (exception, status)


@every(SECOND)
def test_v2_quick_start(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_classify") == "invoice"


@every([sdk for sdk in SECOND if sdk.language == "python"])
def test_v2_asynchronously(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_asynchronously") == {"type": "recipe", "listed": True}


@every([sdk for sdk in SECOND if sdk.language == "node"])
def test_v2_cancel(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_cancel") in ("CANCELLED", 409)


@every(SECOND)
def test_v2_step_by_step(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_job_step_by_step") == {
        "status": "COMPLETED",
        "type": "recipe",
        "reasoned": True,
        "rules": True,
    }


@every(SECOND)
def test_v2_jobs_are_listed_across_pages(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_list_across_pages") is True


@every(SECOND)
def test_v2_the_same_transaction_is_the_same_job(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_same_transaction") is True


@every(SECOND)
def test_v2_webhook(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_webhook") == {"event": "classify.success", "signed": True}


@every(SECOND)
def test_v2_failures(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v2_broken_file") == {"status": "FAILED", "says_why": True}
    assert refusal(drive, sdk, "v2_unknown_job") == ("NotFoundError", 404)
