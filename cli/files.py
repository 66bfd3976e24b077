"""`pigeonhole files`: list the files of a server, and maintain the store of uploaded files."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from app import schema
from app.errors import StartupError
from app.files.orphans import MIN_AGE, find_orphans
from app.observability.logging import set_up_logging
from app.settings import load_settings
from cli.administration import data_dir_option
from cli.api_client.address import server_options
from cli.api_client.opening import open_server
from cli.composition import open_blobs, open_database
from cli.tables import Columns, example, json_option, limit_option, print_items, print_json

MAX_ORPHANS = 10_000
FILES = "/api/v1/beta/files"


@click.group()
def files() -> None:
    """List uploaded files, and maintain their store."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """An uploaded file; `file_type` is the ending that stands for its format, or null."""

    id: UUID
    name: str
    file_type: str | None
    uploaded_at: datetime | None
    expires_at: datetime | None


@files.command("list", epilog=example("pigeonhole files list --limit 5"))
@limit_option(100_000, "files")
@server_options
@json_option(ListedFile, is_list=True)
def list_files(limit: int, server: str | None, api_key: str | None, *, as_json: bool) -> None:
    """List the files of the key's project, newest first."""
    with open_server(server, api_key) as client:
        found = [_listed(item) for item in client.list_items(FILES, limit)]
    columns: Columns = {
        "file": "id",
        "name": "name",
        "format": "file_type",
        "uploaded": "uploaded_at",
    }
    print_items(found, columns, as_json=as_json)


def _listed(wire: dict[str, Any]) -> ListedFile:
    moments = (wire["last_modified_at"], wire["expires_at"])
    uploaded, expires = (text and datetime.fromisoformat(text) for text in moments)
    return ListedFile(UUID(wire["id"]), wire["name"], wire["file_type"], uploaded, expires)


@dataclass(frozen=True, slots=True)
class TidiedStore:
    """How many blobs older than a day were checked, belong to no file, and were deleted."""

    checked: int
    orphans: int
    deleted: int
    unfinished_uploads_deleted: int


@files.command(epilog=example("pigeonhole files tidy"))
@data_dir_option
@click.option("--delete", is_flag=True, help="Delete the orphans instead of counting them.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=MAX_ORPHANS,
    show_default=True,
    help="Stop after this many orphans.",
)
@json_option(TidiedStore)
def tidy(data_dir: Path | None, limit: int, *, delete: bool, as_json: bool) -> None:
    """Find orphans: blobs older than a day without a row in the database. Crashes leave them.

    The server never deletes them itself: with the wrong database, every blob is an orphan.
    """
    settings = load_settings(data_dir=data_dir)
    set_up_logging(settings.log_level, settings.log_format)
    with closing(open_database(settings)) as database:
        schema.require_current(database)
        blobs = open_blobs(settings)
        stale = blobs.delete_stale_uploads(MIN_AGE) if delete else 0
        found = find_orphans(database, blobs, limit)
        if not as_json:
            count = f"{len(found.orphans)} of {found.checked} blobs"
            click.echo(f"{count} older than a day belong to no file.")
        if delete and not found.is_plausible:
            raise StartupError(
                "no blob has a row in the database, which may be the wrong one; nothing was "
                "deleted. Check PIGEONHOLE_DATABASE_URL and PIGEONHOLE_BLOB_URL"
            )
        deleted = found.orphans if delete else ()
        for key in deleted:
            blobs.delete(key)
        if as_json:
            print_json(TidiedStore(found.checked, len(found.orphans), len(deleted), stale))
        elif delete:
            click.echo(f"Deleted {len(deleted)} blobs and {stale} unfinished uploads.")
