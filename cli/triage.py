"""`pigeonhole triage`: which files of a server to label next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import click

from cli.api_client.address import server_options
from cli.api_client.opening import open_server
from cli.tables import Columns, example, json_option, limit_option, name_type, print_items
from worker.classification.explanation.bands import percent

TRIAGE = "/api/v1/classifier/triage"


@dataclass(frozen=True, slots=True)
class TriageFile:
    """A classified file without a label; null types mean that no rule fits.

    `item_id` is the id of its result in the job. `runner_up` is the second best type, and
    `runner_up_confidence` is null if there is none.
    """

    file_id: UUID
    file_name: str
    type: str | None
    confidence: float
    runner_up: str | None
    runner_up_confidence: float | None
    job_id: UUID
    item_id: UUID
    classified_at: datetime


@click.command(epilog=example("pigeonhole triage --limit 10"))
@limit_option(4000, "files")
@server_options
@json_option(TriageFile, is_list=True)
def triage(limit: int, server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """List classified files without a label, first those whose label teaches most.

    Verdicts that are least sure come first, and the types take turns.
    """
    with open_server(server, api_key) as client:
        found = [_file(item) for item in client.list_items(TRIAGE, limit)]
    columns: Columns = {
        "file": "file_id",
        "type": lambda file: _shown(file.type, file.confidence),
        "or": lambda file: (
            ""
            if file.runner_up_confidence is None
            else _shown(file.runner_up, file.runner_up_confidence)
        ),
        "name": "file_name",
    }
    print_items(found, columns, as_json=as_json)


def _shown(type_: str | None, confidence: float) -> str:
    return f"{name_type(type_)} {percent(confidence)}%"


def _file(wire: Mapping[str, Any]) -> TriageFile:
    other = wire["runner_up"] or {}
    return TriageFile(
        file_id=UUID(wire["file_id"]),
        file_name=wire["file_name"],
        type=wire["type"],
        confidence=wire["confidence"],
        runner_up=other.get("type"),
        runner_up_confidence=other.get("confidence"),
        job_id=UUID(wire["job_id"]),
        item_id=UUID(wire["item_id"]),
        classified_at=datetime.fromisoformat(wire["classified_at"]),
    )
