"""What the command and its worker processes send each other, besides paths and results."""

from dataclasses import dataclass
from pathlib import Path

from app.configurations.rules_file import RulesFile
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class LocalWork:
    """What each worker process is started with."""

    rules: RulesFile
    settings: Settings
    cache_directory: Path | None


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has loaded the classifier and takes files."""


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The worker cannot classify anything, and why."""

    sentence: str
