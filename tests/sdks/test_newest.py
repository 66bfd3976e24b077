"""What only the newest Python client has: version 2 to its end, saved things."""

from typing import Any

import pytest

from tests.sdks.conftest import Drive
from tests.sdks.environments import Report, Sdk

NEWEST = Sdk("llama-cloud 2.19.0, all of it", "python", ".venv-sdk-2.19.0", "newest.py", (2,))


@pytest.fixture
def report(drive: Drive) -> Report:
    return drive(NEWEST)


def value(report: Report, scenario: str) -> Any:
    outcome = report[scenario]
    assert "value" in outcome, outcome
    return outcome["value"]


def test_the_quick_start_of_the_documentation(report: Report) -> None:
    assert value(report, "quick_start") == {
        "status": "COMPLETED",
        "type": "invoice",
        "confident": True,
        "reasoning": True,
    }


def test_the_quick_start_asynchronously(report: Report) -> None:
    assert value(report, "quick_start_asynchronously") == ["invoice", "recipe"]


def test_no_rule_fits(report: Report) -> None:
    assert value(report, "no_rule_fits") == {"status": "COMPLETED", "type": None}


def test_pages_and_language(report: Report) -> None:
    assert value(report, "pages_and_language") == {
        "type": "invoice",
        "pages": {"lang": "fr-CA", "max_pages": 2, "target_pages": "1,3-5"},
    }


def test_usage_is_shown_on_request(report: Report) -> None:
    assert value(report, "expanded") == {
        "plain": None,
        "expanded": {"credits": 0, "parse_credits": 0},
    }


def test_a_broken_file_raises_with_the_reason(report: Report) -> None:
    outcome = report["broken_file"]
    assert outcome["exception"] == "PollingError"
    assert (
        "failed with status: FAILED | Error: broken.pdf: the file is damaged"
        in (outcome["message"])
    )


def test_cancel_and_delete(report: Report) -> None:
    ended = value(report, "cancel_and_delete")
    # A quick worker may have done it before.
    assert ended.pop("ended") in ("CANCELLED", "409")
    assert ended == {"again": 409, "deleted": True, "gone": 404}


def test_list_with_filters(report: Report) -> None:
    assert value(report, "list_with_filters") == {"found": [True], "none": []}


def test_saved_configuration(report: Report) -> None:
    assert value(report, "saved_configuration") == {
        "type": "invoice",
        "linked": True,
        "names": ["newest sdk, renamed"] * 2,
        "listed": True,
        "gone": 404,
    }


def test_saved_webhook(report: Report) -> None:
    assert value(report, "saved_webhook") == {
        "has_secret": [True, True],
        "events": ["classify.success"],
        "listed": True,
        "gone": 404,
        "deliveries": ["classify.success", "classify.success"],
    }


def test_parse_jobs_are_refused(report: Report) -> None:
    outcome = report["parse_job"]
    assert (outcome["exception"], outcome["status"]) == ("UnprocessableEntityError", 422)
