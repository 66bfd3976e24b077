"""`pigeonhole purge`: delete what a project has, for good."""

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

import click

from app.files.cache import FileCache
from app.maintenance.purge import find_blobs_left, purge_project
from app.projects.service import require_project
from cli.administration import Administration, Duration, with_administration
from cli.blobs import open_blobs

# Of the blobs that could not be deleted: enough to look after, not a screenful.
MOST_NAMED = 20


@click.command()
@click.option("--project", "project_id", type=click.UUID, required=True, help="Whose.")
@click.option("--older-than", type=Duration(), help="Only what is older and done: 90d.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_administration
def purge(
    parts: Administration, project_id: UUID, older_than: timedelta | None, *, yes: bool
) -> None:
    """Delete a project's files, jobs, results and webhooks' logs, down to the bytes.

    Without --older-than everything goes, also saved configurations and webhooks, and jobs that
    run are cancelled; the project and its keys stay. The audit log tells what was deleted. The
    status is 1 when the store kept some of the bytes, which are then named: the server tries
    them again.
    """
    with parts.database.read() as session:
        name = require_project(session, project_id).name
    if not yes:
        what = (
            f"all of project {name}" if older_than is None else f"what is older in project {name}"
        )
        click.confirm(f"Delete {what} ({project_id}), for good?", abort=True)
    cache = FileCache(parts.database, open_blobs(parts.settings), 0)
    purged = purge_project(parts.database, cache, project_id, older_than, actor=parts.actor)
    for counted, count in asdict(purged).items():
        click.echo(f"{counted.replace('_', ' ')}: {count}")
    if purged.blobs_left:
        for key in find_blobs_left(parts.database, project_id, MOST_NAMED):
            click.echo(f"not deleted: {key}", err=True)
        if purged.blobs_left > MOST_NAMED:
            click.echo(f"and {purged.blobs_left - MOST_NAMED} more", err=True)
        raise SystemExit(1)
