"""Ids on the wire: bare UUIDs, or with a prefix that says what they name."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from app.files import file_ids

CONFIGURATION_PREFIX = "cfg-"


def _read_file_id(value: Any, parse: ValidatorFunctionWrapHandler) -> UUID:  # noqa: ANN401  # pydantic checks the type
    try:
        read: UUID = parse(value.removeprefix(file_ids.PREFIX) if isinstance(value, str) else value)
    except ValidationError:
        raise ValueError(file_ids.NOT_A_FILE_ID) from None
    return read


def _strip_configuration_prefix(value: Any) -> Any:  # noqa: ANN401  # pydantic checks the type
    return value.removeprefix(CONFIGURATION_PREFIX) if isinstance(value, str) else value


# The newer documentation shows file ids with a prefix; answers always carry the bare form.
FileId = Annotated[UUID, WrapValidator(_read_file_id)]
ConfigurationId = Annotated[UUID, BeforeValidator(_strip_configuration_prefix)]


def format_configuration_id(configuration_id: UUID) -> str:
    """Return the id of a saved configuration with its prefix."""
    return f"{CONFIGURATION_PREFIX}{configuration_id}"
