"""What workers count of the files that they end."""

from app import metrics
from app.jobs.closing import Classified, Failed
from app.metrics_files import TypeNames

UNREADABLE = "unreadable"


def count_file(outcome: Classified | Failed, types: TypeNames) -> None:
    """Count a file whose outcome was recorded."""
    if isinstance(outcome, Failed):
        metrics.FILES.add(1, "failed")
        metrics.FILE_ERRORS.add(1, outcome.code.value)
    elif outcome.type is None:
        metrics.FILES.add(1, "null")
    else:
        metrics.FILES.add(1, "classified")
        metrics.VERDICTS.add(1, types.label(outcome.type))
