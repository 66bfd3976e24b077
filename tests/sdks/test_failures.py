"""Refusals, lost answers and timeouts, as the generated clients report them."""

from typing import Any

import pytest

from tests.sdks.conftest import Drive
from tests.sdks.environments import STAINLESS, Sdk

FIRST = [sdk for sdk in STAINLESS if 1 in sdk.versions]
SECOND = [sdk for sdk in STAINLESS if 2 in sdk.versions]
# No client has a special class for 413.
TOO_LARGE = {"python": "APIStatusError", "node": "APIError"}


def every(sdks: list[Sdk] | tuple[Sdk, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sdk", sdks, ids=lambda sdk: sdk.name)


def value(drive: Drive, sdk: Sdk, scenario: str) -> Any:
    outcome = drive(sdk.driven_by("failures"))[scenario]
    assert "value" in outcome, outcome
    return outcome["value"]


def check_refusal(
    drive: Drive, sdk: Sdk, scenario: str, exception: str, status: int, message: str
) -> None:
    outcome = drive(sdk.driven_by("failures"))[scenario]
    assert (outcome.get("exception"), outcome.get("status")) == (exception, status), outcome
    assert message in outcome["message"]


@every(STAINLESS)
@pytest.mark.parametrize(
    ("scenario", "exception", "status", "message"),
    [
        ("wrong_key", "AuthenticationError", 401, "Invalid API key"),
        ("unknown_file", "NotFoundError", 404, "does not exist"),
        ("no_content_of_an_unknown_file", "NotFoundError", 404, "does not exist"),
        ("too_often", "RateLimitError", 429, "60 requests a minute"),
    ],
)
def test_refusals(
    drive: Drive, sdk: Sdk, scenario: str, exception: str, status: int, message: str
) -> None:
    check_refusal(drive, sdk, scenario, exception, status, message)


@every([sdk for sdk in STAINLESS if sdk.language == "python"])
def test_a_wrong_key_asynchronously(drive: Drive, sdk: Sdk) -> None:
    scenario = "wrong_key_asynchronously"
    check_refusal(drive, sdk, scenario, "AuthenticationError", 401, "Invalid API key")


@every(STAINLESS)
def test_a_file_that_is_too_large(drive: Drive, sdk: Sdk) -> None:
    exception = TOO_LARGE[sdk.language]
    check_refusal(drive, sdk, "too_large", exception, 413, "larger than 293 KiB")


@every(STAINLESS)
def test_address_and_key_from_the_environment(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "address_and_key_from_the_environment") is True


@every(STAINLESS)
def test_a_slash_after_the_address(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "base_url_with_a_slash") is True


VERSIONS = [
    *(pytest.param(sdk, "v1", id=f"{sdk.name}, v1") for sdk in FIRST),
    *(pytest.param(sdk, "v2", id=f"{sdk.name}, v2") for sdk in SECOND),
]


@pytest.mark.parametrize(("sdk", "version"), VERSIONS)
@pytest.mark.parametrize("loss", ["lost_answer", "lost_connection"])
def test_a_retry_makes_no_second_job(drive: Drive, sdk: Sdk, version: str, loss: str) -> None:
    """After 503 it waits as long as `Retry-After` says, and gets the job that it made before."""
    assert value(drive, sdk, f"{version}_{loss}") == {
        "posts": 2,
        "waited": True,
        "jobs": 1,
        "is_it": True,
    }


@pytest.mark.parametrize(("sdk", "version"), VERSIONS)
def test_after_too_many_requests_it_waits(drive: Drive, sdk: Sdk, version: str) -> None:
    assert value(drive, sdk, f"{version}_after_too_many") == {"jobs": 1, "is_it": True}


@pytest.mark.parametrize(("sdk", "version"), VERSIONS)
def test_a_refused_rule(drive: Drive, sdk: Sdk, version: str) -> None:
    scenario = f"{version}_refused_rule"
    check_refusal(drive, sdk, scenario, "UnprocessableEntityError", 422, "letters, digits, spaces")


@every(FIRST)
def test_a_job_that_names_a_deleted_file(drive: Drive, sdk: Sdk) -> None:
    scenario = "v1_deleted_file_of_a_job"
    check_refusal(drive, sdk, scenario, "NotFoundError", 404, "File not found")


@every(FIRST)
def test_v1_polling_ends_in_time(drive: Drive, sdk: Sdk) -> None:
    assert value(drive, sdk, "v1_polling_timeout") == "PollingTimeoutError"


@every([sdk for sdk in SECOND if sdk.name != "llama-cloud 1.6.0"])
def test_v2_polling_ends_in_time(drive: Drive, sdk: Sdk) -> None:
    """1.6.0 has no helper that waits for jobs of version 2."""
    assert value(drive, sdk, "v2_polling_timeout") == "PollingTimeoutError"
