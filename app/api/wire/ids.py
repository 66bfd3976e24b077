"""Ids on the wire: bare UUIDs, and for files also `dfl-<uuid>`."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator

FILE_PREFIX = "dfl-"


def _strip_prefix(value: Any) -> Any:  # noqa: ANN401  # pydantic judges what it is
    return (
        value[len(FILE_PREFIX) :] if isinstance(value, str) and value.startswith("dfl-") else value
    )


# The newer documentation shows file ids with a prefix; answers always carry the bare form.
FileId = Annotated[UUID, BeforeValidator(_strip_prefix)]
