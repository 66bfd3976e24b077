"""Labels on the wire."""

from datetime import datetime

from pydantic import BaseModel

from app.labels.models import Label


class LabelResponse(BaseModel):
    """What a person says that a file is; the type null means that no rule fits.

    `author` is `key:` and the id of an API key.
    """

    type: str | None
    author: str
    created_at: datetime
    updated_at: datetime


def label_response(label: Label) -> LabelResponse:
    """Return the wire form of a label."""
    return LabelResponse(
        type=label.type,
        author=label.author,
        created_at=label.created_at,
        updated_at=label.updated_at,
    )
