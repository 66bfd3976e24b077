"""Labels on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.api.wire.rules import TypeName
from app.labels.models import Label
from app.labels.service import FileLabel


class LabelRequest(BaseModel):
    """The body of PUT."""

    type: TypeName | None = Field(
        description="The right type, which need not be one of the job's rules; null: none fits."
    )


class LabelResponse(BaseModel):
    """What a person says that a file is; the type null means that no rule fits.

    `author` is `key:` and the id of an API key.
    """

    type: str | None
    author: str
    created_at: datetime
    updated_at: datetime


class FileLabelResponse(LabelResponse):
    """A label, its file, and the job where it was given; null for an imported one."""

    file_id: UUID
    file_name: str
    external_file_id: str | None
    job_id: UUID | None


def label_response(label: Label) -> LabelResponse:
    """Return the wire form of a label."""
    return LabelResponse(
        type=label.type,
        author=label.author,
        created_at=label.created_at,
        updated_at=label.updated_at,
    )


def file_label_response(labelled: FileLabel) -> FileLabelResponse:
    """Return the wire form of a label with its file."""
    label = labelled.label
    return FileLabelResponse(
        type=label.type,
        author=label.author,
        created_at=label.created_at,
        updated_at=label.updated_at,
        file_id=label.file_id,
        file_name=labelled.name,
        external_file_id=labelled.external_id,
        job_id=label.job_id,
    )
