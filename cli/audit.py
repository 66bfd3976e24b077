"""`pigeonhole audit`: read the audit log."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from app.audit.export import EventFilter, read_lines
from app.projects.service import require_project
from cli.administration import Administration, Moment, data_dir_option, with_administration


@click.group()
@data_dir_option
@click.pass_context
def audit(context: click.Context, data_dir: Path | None) -> None:
    """Read the audit log: who changed what, and when."""
    context.obj = data_dir


@audit.command()
@click.option("--since", type=Moment(), help="From then on: 2026-12-31, or 7d ago.")
@click.option("--until", type=Moment(), help="Before then.")
@click.option("--project", "project_id", type=click.UUID, help="Of this project only.")
@with_administration
def export(
    parts: Administration, since: datetime | None, until: datetime | None, project_id: UUID | None
) -> None:
    """Print the events as lines of JSON, the oldest first."""
    if project_id is not None:
        with parts.database.read() as session:
            require_project(session, project_id)
    events = EventFilter(since, until, None if project_id is None else [project_id])
    for line in read_lines(parts.database, events):
        click.echo(line, nl=False)
