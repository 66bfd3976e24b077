"""What a delivery says: the same bytes at each try."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.models import Item, Job, Result
from app.webhooks.events import JobState
from app.webhooks.models import WebhookConfiguration, WebhookDelivery

IDS, RESULTS = "ids", "results"


def build_body(
    session: Session, delivery: WebhookDelivery, configuration: WebhookConfiguration
) -> bytes:
    """Return the body of a delivery.

    `payload` "ids" names the job only; "results" adds its status, counts and verdicts. With
    `output_format` "string" the JSON object is sent as a JSON string that holds it.
    """
    data: dict[str, Any] = {"id": str(delivery.job_id), "job_id": str(delivery.job_id)}
    if configuration.payload == RESULTS:
        data |= _describe(session, delivery.job_id, JobState(delivery.state))
    text = json.dumps(
        {
            "event_id": str(delivery.id),
            "event_type": delivery.event_type,
            "timestamp": delivery.created_at.timestamp(),
            "data": data,
        }
    )
    return (text if configuration.output_format == "json" else json.dumps(text)).encode()


def _describe(session: Session, job_id: UUID, state: JobState) -> dict[str, Any]:
    """Describe a job as it was at the event: before its end, no file has a verdict to tell."""
    job = session.get_one(Job, job_id)
    if state in (JobState.PENDING, JobState.RUNNING):
        return {"status": "PENDING", "file_count": job.file_count}
    rows = session.execute(
        select(Item.file_id, Item.error_code, Result.type, Result.confidence)
        .outerjoin(Result, Result.item_id == Item.id)
        .where(Item.job_id == job_id)
        .order_by(Item.ordinal)
    )
    return {
        "status": state.upper(),
        "file_count": job.file_count,
        "failed_count": job.failed_count,
        "files": [
            {
                "file_id": str(row.file_id),
                "type": row.type,
                "confidence": row.confidence,
                "error": row.error_code,
            }
            for row in rows
        ],
    }
