"""`pigeonhole files`: maintain the store of uploaded files."""

from contextlib import closing
from pathlib import Path

import click

from app import schema
from app.errors import StartupError
from app.files.orphans import MIN_AGE, find_orphans
from app.observability.logging import set_up_logging
from app.settings import load_settings
from cli.composition import open_blobs, open_database
from cli.tables import example

MAX_ORPHANS = 10_000


@click.group()
def files() -> None:
    """Maintain the store of uploaded files."""


@files.command(epilog=example("pigeonhole files tidy"))
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Directory of the embedded server."
)
@click.option("--delete", is_flag=True, help="Delete the orphans instead of counting them.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=MAX_ORPHANS,
    show_default=True,
    help="Stop after this many orphans.",
)
def tidy(data_dir: Path | None, limit: int, *, delete: bool) -> None:
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
        print(f"{len(found.orphans)} of {found.checked} blobs older than a day belong to no file.")
        if not delete:
            return
        if not found.is_plausible:
            raise StartupError(
                "no blob has a row in the database, which may be the wrong one; nothing was "
                "deleted. Check PIGEONHOLE_DATABASE_URL and PIGEONHOLE_BLOB_URL"
            )
        for key in found.orphans:
            blobs.delete(key)
        print(f"Deleted {len(found.orphans)} blobs and {stale} unfinished uploads.")
