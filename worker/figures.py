"""What workers count of the files that they end."""

from app.errors import FileErrorCode
from app.jobs.completion import Classified
from app.jobs.values import FileFailure
from app.observability import metrics

UNREADABLE = "unreadable"


def count_failed(code: FileErrorCode) -> None:
    """Count a file that ended without a verdict."""
    metrics.FILES.add(1, "failed")
    metrics.FILE_ERRORS.add(1, code.value)


def count_file(outcome: Classified | FileFailure) -> None:
    """Count a file whose outcome was recorded."""
    if isinstance(outcome, FileFailure):
        count_failed(outcome.code)
    elif outcome.verdict.type is None:
        metrics.FILES.add(1, "null")
    else:
        metrics.FILES.add(1, "classified")
