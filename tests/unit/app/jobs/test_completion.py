"""How a job ends, and what it says about its failures."""

import pytest

from app.errors import (
    Conflict,
    FileError,
    FileErrorCode,
    NotAuthenticated,
    PigeonholeError,
    StorageFull,
    Unavailable,
    Unprocessable,
)
from app.jobs.completion import MAX_NAMED_FAILURES, describe_failures, final_status
from app.jobs.models import JobStatus


@pytest.mark.parametrize(
    ("files", "failed", "status"),
    [
        (1, 0, JobStatus.SUCCESS),
        (60, 0, JobStatus.SUCCESS),
        (60, 1, JobStatus.PARTIAL_SUCCESS),
        (60, 59, JobStatus.PARTIAL_SUCCESS),
        (60, 60, JobStatus.ERROR),
        (1, 1, JobStatus.ERROR),
    ],
)
def test_final_status(files: int, failed: int, status: JobStatus) -> None:
    assert final_status(files, failed) is status


def test_no_failure_needs_no_words() -> None:
    assert describe_failures([], 60) is None


@pytest.mark.parametrize(
    ("failures", "files", "message"),
    [
        ([("a.pdf", "why")], 1, "1 of 1 file failed: a.pdf: why"),
        ([("a.pdf", "why")], 3, "1 of 3 files failed: a.pdf: why"),
        ([("a.pdf", "x"), ("a.pdf", "y")], 3, "2 of 3 files failed: a.pdf: x; a.pdf: y"),
    ],
)
def test_failures_are_named(failures: list[tuple[str, str]], files: int, message: str) -> None:
    assert describe_failures(failures, files) == message


@pytest.mark.parametrize(
    ("count", "end"),
    [
        (MAX_NAMED_FAILURES, "; 19.pdf: why"),
        (MAX_NAMED_FAILURES + 1, "; 19.pdf: why; and 1 more"),
        (500, "; 19.pdf: why; and 480 more"),
    ],
)
def test_many_failures_are_counted(count: int, end: str) -> None:
    message = describe_failures([(f"{n}.pdf", "why") for n in range(count)], 500)

    assert message is not None
    assert message.startswith(f"{count} of 500 files failed: 0.pdf: why; 1.pdf: ")
    assert message.endswith(end)


def test_a_file_error_has_a_code_and_a_sentence() -> None:
    error = FileError(FileErrorCode.ENCRYPTED, "the file needs a password")

    assert str(error) == "encrypted: the file needs a password"


def test_errors_know_their_status_and_headers() -> None:
    assert Conflict("x").headers == StorageFull("x").headers == {"x-should-retry": "false"}
    assert Unavailable("x").headers == {"Retry-After": "1"}
    assert NotAuthenticated("x").headers == {"WWW-Authenticate": "Bearer"}
    assert Unprocessable("x", ("body", "rules", 0)).location == ("body", "rules", 0)


def test_each_error_has_a_status_of_its_own() -> None:
    statuses = [
        error.status
        for error in PigeonholeError.__subclasses__()
        if error.__module__ == "app.errors"
    ]

    assert len(set(statuses)) == len(statuses)
    assert all(400 <= status < 600 for status in statuses)
