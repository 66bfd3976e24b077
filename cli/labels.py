"""`pigeonhole labels`: say what the files of a server really are, as a table."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from app.errors import StartupError
from app.labels.table import MAX_BYTES
from app.text import ReadableSize, escape_line
from cli.api_client.address import server_options
from cli.api_client.opening import open_server
from cli.tables import (
    Columns,
    example,
    json_option,
    limit_option,
    name_type,
    print_items,
    print_record,
)

LABELS = "/api/v1/classifier/labels"


@click.group()
def labels() -> None:
    """Say what files of a server really are.

    A label is the right type of a file, in a person's words. The server measures rules by labels,
    and learns from them where that helps.
    """


@dataclass(frozen=True, slots=True)
class ListedLabel:
    """A label; a type of null means that no rule fits. An imported label has no job."""

    file_id: UUID
    file_name: str
    external_file_id: str | None
    type: str | None
    author: str
    created_at: datetime
    updated_at: datetime
    job_id: UUID | None


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """How many labels were made, changed, and found as they are."""

    created: int
    changed: int
    unchanged: int


@labels.command("list", epilog=example("pigeonhole labels list --limit 5"))
@limit_option(10_000, "labels")
@server_options
@json_option(ListedLabel, is_list=True)
def list_labels(limit: int, server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """List the labels of the key's project, newest first."""
    with open_server(server, api_key) as client:
        found = [_label(item) for item in client.list_items(LABELS, limit)]
    columns: Columns = {
        "file": "file_id",
        "name": "file_name",
        "type": lambda label: name_type(label.type),
        "given": "updated_at",
    }
    print_items(found, columns, as_json=as_json)


@labels.command("import", epilog=example("pigeonhole labels import types.csv"))
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False))
@server_options
@json_option(ImportedLabels)
def import_labels(table: Path, server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """Store the labels of the CSV file TABLE.

    They replace earlier labels of the same files. The first line names the columns: file_id or
    external_file_id, and type. An empty type means that no rule fits. If a line is wrong, nothing
    is stored, each wrong line is named, and the exit code is 1.
    """
    # Imported here: help must not wait for the HTTP client.
    from cli.api_client.client import ServerRefused  # noqa: PLC0415

    data = _read(table)
    with open_server(server, api_key) as client:
        try:
            counts = client.post_table(f"{LABELS}/import", data)
        except ServerRefused as error:
            if error.code != 422:
                raise
            for sentence in error.sentences:
                click.echo(sentence, err=True)
            sys.exit(1)
    imported = ImportedLabels(counts["created"], counts["changed"], counts["unchanged"])
    columns: Columns = {"new": "created", "changed": "changed", "as before": "unchanged"}
    print_record(imported, columns, as_json=as_json)


@labels.command("export", epilog=example("pigeonhole labels export --output types.csv"))
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of standard output.",
)
@server_options
def export_labels(output: Path | None, server: str | None, api_key: str | None) -> None:
    """Print the labels of the key's project as CSV.

    `labels import` takes this table.
    """
    with open_server(server, api_key) as client:
        table = client.get_text(f"{LABELS}/export")
    if output is None:
        click.echo(table, nl=False)
        return
    output.write_bytes(table.encode())
    click.echo(f"Wrote {escape_line(str(output))}.")


@labels.command(epilog=example("pigeonhole labels delete FILE_ID"))
@click.argument("file_id", type=click.UUID)
@server_options
def delete(file_id: UUID, server: str | None, api_key: str | None) -> None:
    """Delete the label of a file."""
    with open_server(server, api_key) as client:
        client.delete(f"{LABELS}/{file_id}", may_be_gone=False)
    click.echo(f"Deleted the label of file {file_id}.")


def _read(table: Path) -> bytes:
    """Return the bytes of a table; raises StartupError for more than the server takes."""
    with table.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise StartupError(
            f"{escape_line(str(table))} is larger than {ReadableSize.of(MAX_BYTES)}: split it"
        )
    return data


def _label(wire: Mapping[str, Any]) -> ListedLabel:
    job_id = wire["job_id"]
    return ListedLabel(
        file_id=UUID(wire["file_id"]),
        file_name=wire["file_name"],
        external_file_id=wire["external_file_id"],
        type=wire["type"],
        author=wire["author"],
        created_at=datetime.fromisoformat(wire["created_at"]),
        updated_at=datetime.fromisoformat(wire["updated_at"]),
        job_id=None if job_id is None else UUID(job_id),
    )
