"""`pigeonhole orgs`: create and list organizations."""

from pathlib import Path

import click
from rich.table import Column, Table
from sqlalchemy import func, select

from app.projects import service
from app.projects.models import Organization, Project
from cli.administration import (
    Administration,
    Name,
    data_dir_option,
    minute,
    show,
    with_administration,
)


@click.group()
@data_dir_option
@click.pass_context
def orgs(context: click.Context, data_dir: Path | None) -> None:
    """Create and list organizations: customers that see nothing of each other."""
    context.obj = data_dir


@orgs.command()
@click.argument("name", type=Name())
@with_administration
def create(parts: Administration, name: str) -> None:
    """Create an organization with a default project, and print its id."""
    with parts.database.write() as session:
        project = service.create_organization(session, name, actor=parts.actor)
    click.echo(project.organization_id)


@orgs.command("list")
@with_administration
def list_organizations(parts: Administration) -> None:
    """List the organizations."""
    table = Table(Column("id", no_wrap=True), "name", "created", "projects")
    with parts.database.read() as session:
        rows = session.execute(
            select(Organization, func.count(Project.id))
            .outerjoin(Project, Project.organization_id == Organization.id)
            .group_by(Organization.id)
            .order_by(Organization.created_at)
        )
        for organization, count in rows:
            table.add_row(
                str(organization.id), organization.name, minute(organization.created_at), str(count)
            )
    show(table)
