"""`pigeonhole orgs`: create and list organizations."""

import click
from rich.table import Column, Table
from sqlalchemy import func, select

from app.projects import service
from app.projects.models import Organization, Project
from app.webhooks.policy import advise
from cli.administration import (
    Administration,
    Name,
    administration_group,
    format_minute,
    print_table,
    with_administration,
)

orgs = administration_group("orgs", "Create and list organizations (isolated tenants).")


@orgs.command()
@click.argument("name", type=Name())
@with_administration
def create(parts: Administration, name: str) -> None:
    """Create an organization with a default project, and print its id."""
    with parts.database.write() as session:
        project = service.create_organization(session, name, actor=parts.actor)
        advice = advise(parts.settings, service.count_organizations(session))
    click.echo(project.organization_id)
    if advice is not None:
        click.echo(advice, err=True)


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
                str(organization.id),
                organization.name,
                format_minute(organization.created_at),
                str(count),
            )
    print_table(table)
