"""`pigeonhole orgs`: create and list organizations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import click
from sqlalchemy import func, select

from app.projects import service
from app.projects.models import Organization, Project
from app.webhooks.policy import advise
from cli.administration import (
    Administration,
    Name,
    administration_group,
    with_administration,
)
from cli.tables import example, json_option, print_items

orgs = administration_group("orgs", "Create and list organizations (isolated tenants).")


@orgs.command(epilog=example("pigeonhole orgs create Customer"))
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


@dataclass(frozen=True, slots=True)
class ListedOrganization:
    """An organization and the number of its projects."""

    id: UUID
    name: str
    created_at: datetime
    projects: int


@orgs.command("list", epilog=example("pigeonhole orgs list"))
@json_option(ListedOrganization, is_list=True)
@with_administration
def list_organizations(parts: Administration, *, as_json: bool) -> None:
    """List the organizations."""
    with parts.database.read() as session:
        rows = session.execute(
            select(Organization, func.count(Project.id))
            .outerjoin(Project, Project.organization_id == Organization.id)
            .group_by(Organization.id)
            .order_by(Organization.created_at)
        )
        found = [
            ListedOrganization(
                organization.id, organization.name, organization.created_at, projects=count
            )
            for organization, count in rows
        ]
    columns = {"id": "id", "name": "name", "created": "created_at", "projects": "projects"}
    print_items(found, columns, as_json=as_json)
