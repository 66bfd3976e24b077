"""The generation before: llama-cloud-services 0.6.94 over llama-cloud 0.1.46."""

from typing import Any

import pytest

from tests.sdks.conftest import Drive
from tests.sdks.environments import FERN, Report, Sdk

pytestmark = pytest.mark.parametrize("sdk", [FERN], ids=lambda sdk: sdk.name)


@pytest.fixture
def report(drive: Drive, sdk: Sdk) -> Report:
    return drive(sdk)


def value(report: Report, scenario: str) -> Any:
    outcome = report[scenario]
    assert "value" in outcome, outcome
    return outcome["value"]


@pytest.mark.parametrize(
    ("scenario", "types"),
    [
        ("path_as_text", ["invoice"]),
        ("path", ["invoice"]),
        ("open_file", ["invoice"]),
        ("stream_without_a_name", ["recipe"]),
        ("text", ["recipe"]),
        ("text_with_a_name", ["recipe"]),
        ("bytes_with_a_name", ["invoice"]),
        ("path_in_a_source", ["invoice"]),
        ("uploaded_before", ["invoice", "invoice"]),
        ("several_at_once", ["invoice", "recipe", "invoice"]),
        ("with_a_parsing_configuration", ["invoice"]),
        ("asynchronously", ["invoice", "recipe"]),
        ("quick_start", ["invoice"]),
        ("by_older_names", ["invoice"] * 3),
    ],
)
def test_classify(report: Report, scenario: str, types: list[str]) -> None:
    rows = value(report, scenario)
    assert [row["type"] for row in rows] == types
    assert all(row["reasoning"] for row in rows)


def test_the_second_call_on_one_object(report: Report) -> None:
    """Without `Connection: close` it dies in the event loop of the first call."""
    assert [row["type"] for row in value(report, "twice_in_a_row")] == ["invoice", "invoice"]


def test_names_on_the_wire(report: Report) -> None:
    assert value(report, "path")[0]["name"] == "invoice.txt"
    assert value(report, "path")[0]["external_file_id"].endswith("/invoice.txt")
    assert value(report, "stream_without_a_name")[0]["name"] == "file"
    assert value(report, "text_with_a_name")[0]["name"] == "pancakes.txt"
    assert value(report, "bytes_with_a_name")[0]["name"] == "bill.txt"


def test_low_level_calls(report: Report) -> None:
    assert value(report, "low_level_calls") == {
        "status": "SUCCESS",
        "mode": "FAST",
        "listed": [True],
        "content_is_the_same": True,
        "file_ids": [True, True],
        "types": ["invoice", "invoice"],
    }


def test_the_generated_client_alone(report: Report) -> None:
    assert value(report, "synchronously") == {
        "mode": "MULTIMODAL",
        "types": ["invoice"],
        "listed": True,
        "file": ["a.txt", "ours"],
        "content": True,
        "gone": 404,
    }


def test_examples_in_rules(report: Report) -> None:
    (row,) = value(report, "with_examples")
    assert row["type"] == "invoice"
    assert "2 examples of yours" in row["reasoning"]


def test_extensions_by_its_http_client(report: Report) -> None:
    assert value(report, "extensions_by_its_http_client") == {
        "type": "invoice",
        "candidates": ["invoice", "recipe", None],
        "evidence": [["page", "quote"]],
        "same": True,
        "total": True,
        "deleted": 204,
    }


def test_webhook_by_its_http_client(report: Report) -> None:
    assert value(report, "webhook_by_its_http_client") == {"events": ["parse.success"]}


def test_polling_ends_in_time(report: Report) -> None:
    assert report["polling_timeout"]["exception"] == "TimeoutError"


def test_a_request_is_not_repeated_after_a_lost_answer(report: Report) -> None:
    assert value(report, "lost_answer") == {"status": 503, "posts": 1}


def test_uploads_by_a_presigned_link(report: Report) -> None:
    assert value(report, "by_a_presigned_link") == {
        "names": ["invoice.txt", "pancakes.txt"],
        "external": True,
        "size": True,
        "content": True,
        "types": ["invoice", "recipe"],
    }


def test_a_failed_job_raises(report: Report) -> None:
    assert report["broken_file"]["exception"] == "ValueError"
    assert "Error classifying files" in report["broken_file"]["message"]


def test_a_failed_job_still_has_its_results(report: Report) -> None:
    rows = value(report, "only_broken_files_without_raising")
    assert [row["has_result"] for row in rows] == [False]


def test_a_partial_success_has_all_its_results(report: Report) -> None:
    rows = value(report, "broken_file_without_raising")
    assert [row["type"] for row in rows] == [None, "recipe"]
    assert [row["has_result"] for row in rows] == [False, True]


@pytest.mark.parametrize(
    ("scenario", "status", "message"),
    [
        ("wrong_key", 401, "Invalid API key"),
        ("unknown_file", 404, "File not found"),
        ("unknown_file_in_a_source", 404, "does not exist"),
        ("unknown_job", 404, "does not exist"),
        ("too_large", 413, "larger than 293 KiB"),
        ("too_often", 429, "60 requests a minute"),
    ],
)
def test_refusals(report: Report, scenario: str, status: int, message: str) -> None:
    outcome = report[scenario]
    assert (outcome["exception"], outcome.get("status")) == ("ApiError", status), outcome
    assert message in outcome["message"]


def test_an_invalid_request_has_its_own_exception(report: Report) -> None:
    """If `detail` were not a list, the SDK would raise pydantic's ValidationError."""
    outcome = report["rule_that_is_refused"]
    assert (outcome["exception"], outcome.get("status")) == ("UnprocessableEntityError", 422)
    assert "letters, digits, spaces" in outcome["message"]
