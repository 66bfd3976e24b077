"""`pigeonhole audit`: read the audit log."""

from datetime import datetime
from uuid import UUID

import click

from app.audit.export import EventFilter, export_events
from app.projects.service import require_project
from cli.administration import Administration, Moment, administration_group, with_administration
from cli.tables import example

audit = administration_group("audit", "Read the audit log.")


@audit.command(epilog=example("pigeonhole audit export --since 7d"))
@click.option(
    "--since",
    type=Moment(),
    help="Events since this time: a date such as 2026-12-31, or an age such as 7d.",
)
@click.option("--until", type=Moment(), help="Events before this time.")
@click.option("--project", "project_id", type=click.UUID, help="Only events of this project.")
@with_administration
def export(
    parts: Administration, since: datetime | None, until: datetime | None, project_id: UUID | None
) -> None:
    """Print the events as JSON, one per line, oldest first."""
    if project_id is not None:
        with parts.database.read() as session:
            require_project(session, project_id)
    events = EventFilter(since, until, None if project_id is None else [project_id])
    for piece in export_events(parts.database, events):
        click.echo(piece, nl=False)
