"""`pigeonhole purge`: delete what a project has, for good."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click

from app.files.caches import FileCaches
from app.purge import purge_project
from cli.administration import Duration, data_dir_option, open_administration
from cli.blobs import open_blobs


@click.command()
@data_dir_option
@click.option("--project", "project_id", type=click.UUID, required=True, help="Whose.")
@click.option("--older-than", type=Duration(), help="Only what is older and done: 90d.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(
    data_dir: Path | None, project_id: UUID, older_than: timedelta | None, *, yes: bool
) -> None:
    """Delete a project's files, jobs, results and webhooks' logs, down to the bytes.

    Without --older-than everything goes, also saved configurations and webhooks, and jobs that
    run are cancelled; the project and its keys stay. The audit log tells what was deleted. The
    status is 1 when the store of files was away: then the server deletes the rest of the bytes.
    """
    parts = open_administration(data_dir)
    if not yes:
        click.confirm(f"Delete what project {project_id} has, for good?", abort=True)
    caches = FileCaches(parts.database, open_blobs(parts.settings), 0)
    purged = purge_project(parts.database, caches, project_id, older_than, actor=parts.actor)
    for name, count in asdict(purged).items():
        click.echo(f"{name.replace('_', ' ')}: {count}")
    if purged.blobs_left:
        raise SystemExit(1)
