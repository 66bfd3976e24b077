"""The body of a delivery: the same bytes at each attempt."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.webhooks.events import JobState
from app.webhooks.outbox import ClaimedDelivery

IDS, RESULTS = "ids", "results"


@dataclass(frozen=True, slots=True)
class FileSummary:
    """A file of a job with its verdict or its error code; all None before it is done."""

    file_id: UUID
    type: str | None
    confidence: float | None
    error: str | None


@dataclass(frozen=True, slots=True)
class JobSummary:
    """What a body with results says about a job."""

    file_count: int
    failed_count: int
    files: Sequence[FileSummary]


def build_body(claim: ClaimedDelivery, summary: JobSummary | None) -> bytes:
    """Return the body; without a summary it names the job only.

    With `output_format` "string" the JSON object is encoded again, as a JSON string.
    """
    data: dict[str, Any] = {"id": str(claim.job_id), "job_id": str(claim.job_id)}
    if summary is not None:
        data |= _describe_job(summary, claim.state)
    text = json.dumps(
        {
            "event_id": str(claim.id),
            "event_type": claim.event_type,
            "timestamp": claim.created_at.timestamp(),
            "data": data,
        }
    )
    return (text if claim.output_format == "json" else json.dumps(text)).encode()


def _describe_job(summary: JobSummary, state: JobState) -> dict[str, Any]:
    """Return the job as it was at the event: without verdicts before its end."""
    if state in (JobState.PENDING, JobState.RUNNING):
        return {"status": "PENDING", "file_count": summary.file_count}
    return {
        "status": state.upper(),
        "file_count": summary.file_count,
        "failed_count": summary.failed_count,
        "files": [
            {
                "file_id": str(file.file_id),
                "type": file.type,
                "confidence": file.confidence,
                "error": file.error,
            }
            for file in summary.files
        ],
    }
