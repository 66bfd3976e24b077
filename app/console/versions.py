"""The states of saved rules, as the pages name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.configurations.models import Configuration, ConfigurationVersion


@dataclass(frozen=True, slots=True)
class Version:
    """A state of saved rules; `name` is the `version` of the API, the moment when it began."""

    name: str
    created_at: datetime
    parameters: dict[str, Any]


def list_versions(states: Sequence[Configuration | ConfigurationVersion]) -> list[Version]:
    """Return the versions of the states of a configuration, in their order."""
    versions = []
    for state in states:
        began = state.updated_at if isinstance(state, Configuration) else state.created_at
        versions.append(Version(began.isoformat(), began, state.parameters))
    return versions
