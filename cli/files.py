"""`pigeonhole files`: look after the store of uploaded files."""

from contextlib import closing
from pathlib import Path

import click

from app import schema
from app.errors import StartupError
from app.files.orphans import OLD_ENOUGH, find_orphans
from app.observability.logging import set_up_logging
from app.settings import load_settings
from cli.composition import open_blobs, open_database

MOST_AT_ONCE = 10_000


@click.group()
def files() -> None:
    """Look after the store of uploaded files."""


@files.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where everything is kept.")
@click.option("--delete", is_flag=True, help="Delete what was found; otherwise it is counted.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=MOST_AT_ONCE,
    show_default=True,
    help="Most blobs to find.",
)
def tidy(data_dir: Path | None, limit: int, *, delete: bool) -> None:
    """Find bytes older than a day that belong to no file, as crashes leave them.

    A command and no habit of the server: with the wrong database, every file is one that nobody
    knows.
    """
    settings = load_settings(data_dir=data_dir)
    set_up_logging(settings.log_level, settings.log_format)
    with closing(open_database(settings)) as database:
        schema.require_current(database)
        blobs = open_blobs(settings)
        stale = blobs.delete_stale_uploads(OLD_ENOUGH) if delete else 0
        found = find_orphans(database, blobs, limit)
        print(f"{len(found.orphans)} of {found.seen} blobs older than a day belong to no file.")
        if not delete:
            return
        if not found.is_plausible:
            raise StartupError(
                "none of the blobs is known to the database: nothing was deleted, because it may "
                "be the wrong one"
            )
        for key in found.orphans:
            blobs.delete(key)
        print(f"Deleted {len(found.orphans)} blobs and {stale} unfinished uploads.")
