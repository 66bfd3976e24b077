"""What the pages show of an item: a row of a table, and the layers of a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from app.jobs.models import ItemStatus
from app.jobs.reasoning import Reasoning
from app.jobs.service import ItemView
from app.jobs.values import FileFailure

SURE, UNSURE = 0.8, 0.6
# The value of a filter, and of a form, for "none of the rules": no type is named like this.
NONE = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One file of a job, as tables show it.

    `state` is waiting, running, done or failed; `failure` says why it failed. `label` is what a
    person says that the file is: None without a label, NONE for "none of the rules".
    """

    id: UUID
    file_id: UUID
    name: str
    state: str
    type: str | None
    confidence: float
    why: str
    label: str | None
    failure: FileFailure | None = None

    @property
    def level(self) -> str:
        """How sure the verdict is: high, medium or low; empty before it and for a failure."""
        return level(self.confidence) if self.state == "done" else ""

    @property
    def shown_type(self) -> str:
        """The type as filters know it."""
        if self.state != "done":
            return f"!{self.state}"
        return NONE if self.type is None else self.type

    @property
    def is_corrected(self) -> bool:
        """Whether a person said something other than the verdict."""
        return self.label is not None and self.label != self.shown_type


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows a visitor wants to see, as the script of a job's page filters them.

    `name` is a part of the file's name, `type` a `shown_type`, `level` a `level`. What is empty
    leaves all rows.
    """

    name: str = ""
    type: str = ""
    level: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "RowFilter":
        """Return the filter of a page's query."""
        return cls(given.get("name", ""), given.get("type", ""), given.get("level", ""))

    @property
    def query(self) -> str:
        """The query that says the same, with its question mark; empty where all rows fit."""
        given = {"name": self.name, "type": self.type, "level": self.level}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"?{query}" if query else ""

    def fits(self, row: Row) -> bool:
        """Tell whether a row is to be seen."""
        return (
            self.name.strip().lower() in row.name.lower()
            and self.type in {"", row.shown_type}
            and self.level in {"", row.level}
        )


def make_row(item: ItemView, labels: Mapping[UUID, str | None]) -> Row:
    """Return the row of an item; `labels` are those of the job's files, None for no rule."""
    state = {ItemStatus.QUEUED: "waiting", ItemStatus.RUNNING: "running"}.get(item.status, "done")
    why = "" if item.verdict is None else _why(item.verdict.reasoning)
    if item.failure is not None:
        state, why = "failed", item.failure.sentence
    label = None
    if item.file_id in labels:
        label = labels[item.file_id] or NONE
    return Row(
        id=item.id,
        file_id=item.file_id,
        name=item.file_name,
        state=state,
        type=None if item.verdict is None else item.verdict.type,
        confidence=0.0 if item.verdict is None else item.verdict.confidence,
        why=why,
        label=label,
        failure=item.failure,
    )


def level(confidence: float) -> str:
    """Return how sure a confidence is, as the words of the reasoning say it."""
    if confidence >= SURE:
        return "high"
    return "medium" if confidence >= UNSURE else "low"


def _why(reasoning: str) -> str:
    """Return one line of a reasoning, which may be older than its layers."""
    layers = Reasoning.from_text(reasoning)
    return reasoning.partition("\n")[0] if layers is None else layers.why


def types_of(rules: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the types of a job's rules."""
    return [rule["type"] for rule in rules]
