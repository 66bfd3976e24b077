"""`pigeonhole purge`: delete a project's data."""

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

import click

from app.files.deletions import BlobDeleter, find_left
from app.maintenance.purge import PurgeCounts, purge_project
from app.projects.service import require_project
from cli.administration import Administration, Duration, with_administration
from cli.composition import open_blobs
from cli.tables import example, json_option, print_json

MAX_NAMED_BLOBS = 20


@click.command(epilog=example("pigeonhole purge --project PROJECT_ID --older-than 90d"))
@click.option("--project", "project_id", type=click.UUID, required=True, help="Id of the project.")
@click.option(
    "--older-than", type=Duration(), help="Only ended jobs and files older than this, such as 90d."
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option(PurgeCounts)
@with_administration
def purge(
    parts: Administration,
    project_id: UUID,
    older_than: timedelta | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Delete a project's files, jobs, results and webhook logs.

    The bytes of the files are deleted too. Without --older-than this deletes everything: running
    jobs are cancelled, and saved configurations and webhooks are deleted too. The project and its
    keys stay. The audit log records what was deleted. The exit status is 1 if the store did not
    delete some of the bytes: the command lists their keys, and the server retries.
    """
    with parts.database.read() as session:
        name = require_project(session, project_id).name
    if not yes:
        what = "all data" if older_than is None else "old jobs and files"
        click.confirm(
            f"Delete {what} of project {name} ({project_id}) for good?", abort=True, err=True
        )
    deleter = BlobDeleter(parts.database, open_blobs(parts.settings))
    counts = purge_project(parts.database, deleter, project_id, older_than, actor=parts.actor)
    if as_json:
        print_json(counts)
    else:
        for counted, count in asdict(counts).items():
            click.echo(f"{counted.replace('_', ' ')}: {count}")
    if counts.blobs_left:
        for key in find_left(parts.database, project_id, MAX_NAMED_BLOBS):
            click.echo(f"not deleted: {key}", err=True)
        if counts.blobs_left > MAX_NAMED_BLOBS:
            click.echo(f"and {counts.blobs_left - MAX_NAMED_BLOBS} more", err=True)
        raise SystemExit(1)
