"""Ids of version 2: bare UUIDs, or with the prefix of what they name."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator

from app.api.wire.ids import FILE_PREFIX

CONFIGURATION_PREFIX = "cfg-"
PARSE_JOB_PREFIX = "pjb-"

NO_PARSE_JOBS = (
    "this server has no parse jobs: upload the document and give the id of the file as file_input"
)


def _strip_configuration_prefix(value: Any) -> Any:  # noqa: ANN401  # pydantic judges what it is
    return value.removeprefix(CONFIGURATION_PREFIX) if isinstance(value, str) else value


ConfigurationId = Annotated[UUID, BeforeValidator(_strip_configuration_prefix)]


def read_file_id(value: str) -> UUID:
    """Return the id of the file that an input names; raises ValueError with a sentence."""
    if value.startswith(PARSE_JOB_PREFIX):
        raise ValueError(NO_PARSE_JOBS)
    try:
        return UUID(value.removeprefix(FILE_PREFIX))
    except ValueError:
        raise ValueError("must be the id of an uploaded file, such as dfl-<uuid>") from None


def show_configuration_id(configuration_id: UUID) -> str:
    """Return the id of a saved configuration as version 2 shows it."""
    return f"{CONFIGURATION_PREFIX}{configuration_id}"
