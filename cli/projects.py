"""`pigeonhole projects`: create and list projects, and set their limits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import click
from sqlalchemy import func, select

from app.files.models import File
from app.projects import service
from app.projects.models import Project
from cli.administration import (
    MAX_DAYS,
    Administration,
    Name,
    administration_group,
    with_administration,
)
from cli.tables import Columns, example, json_option, print_items

MAX_DIGITS = 15
MAX_PER_MINUTE = 1_000_000


class Limit(click.ParamType[str]):
    """A number up to `maximum`, or `default` for the server's setting."""

    name = "limit"

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the text: None for `default` would look like an option left out."""
        text = str(value)
        if text != "default" and not (text.isascii() and text.isdigit()):
            self.fail(f"{text!r} is neither a number nor `default`", param, ctx)
        if text != "default" and (len(text) > MAX_DIGITS or int(text) > self._maximum):
            self.fail(f"{text!r} is more than {self._maximum}; 0 means no limit", param, ctx)
        return text


projects = administration_group("projects", "Create and list projects, and set their limits.")


@projects.command(epilog=example("pigeonhole projects create Invoices"))
@click.argument("name", type=Name())
@click.option(
    "--organization-id",
    type=click.UUID,
    help="Organization of the project.  [default: the first]",
)
@with_administration
def create(parts: Administration, name: str, organization_id: UUID | None) -> None:
    """Create a project and print its id."""
    with parts.database.write() as session:
        project = service.create_project(session, name, organization_id, actor=parts.actor)
    click.echo(project.id)


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A project, what it keeps, and its limits. A limit of null is the server's setting."""

    id: UUID
    name: str
    organization_id: UUID
    created_at: datetime
    files: int
    bytes: int
    requests_per_minute: int | None
    uploads_per_minute: int | None
    max_bytes: int | None
    retention_days: int | None


@projects.command("list", epilog=example("pigeonhole projects list --json"))
@json_option(ListedProject, is_list=True)
@with_administration
def list_projects(parts: Administration, *, as_json: bool) -> None:
    """List the projects with their files and limits."""
    kept = (
        select(File.project_id, func.count().label("files"), func.sum(File.size).label("bytes"))
        .group_by(File.project_id)
        .subquery()
    )
    with parts.database.read() as session:
        rows = session.execute(
            select(Project, kept.c.files, kept.c.bytes)
            .outerjoin(kept, kept.c.project_id == Project.id)
            .order_by(Project.created_at)
        )
        found = [
            ListedProject(
                id=project.id,
                name=project.name,
                organization_id=project.organization_id,
                created_at=project.created_at,
                files=files or 0,
                bytes=int(size or 0),
                **{name: getattr(project, name) for name in service.LIMITS},
            )
            for project, files, size in rows
        ]
    columns: Columns = {
        "id": "id",
        "name": "name",
        "organization": "organization_id",
        "created": "created_at",
        "files": "files",
        "bytes": "bytes",
        "requests/min": lambda project: _limit(project.requests_per_minute),
        "uploads/min": lambda project: _limit(project.uploads_per_minute),
        "max bytes": lambda project: _limit(project.max_bytes),
        "days kept": lambda project: _limit(project.retention_days),
    }
    print_items(found, columns, as_json=as_json)


def _limit(limit: int | None) -> object:
    return "default" if limit is None else limit


@projects.command(epilog=example("pigeonhole projects limit PROJECT_ID --retention-days 90"))
@click.argument("project_id", type=click.UUID)
@click.option("--requests-per-minute", type=Limit(MAX_PER_MINUTE), help="Requests of each API key.")
@click.option("--uploads-per-minute", type=Limit(MAX_PER_MINUTE), help="Uploads of each API key.")
@click.option("--max-bytes", type=Limit(10**MAX_DIGITS - 1), help="Bytes of all files together.")
@click.option(
    "--retention-days", type=Limit(MAX_DAYS), help="Age at which jobs and files are deleted."
)
@with_administration
def limit(parts: Administration, /, project_id: UUID, **given: str | None) -> None:
    """Set limits of a project.

    A limit is a number, 0 for no limit, or `default` for the server's setting.
    """
    limits = {
        name: None if text == "default" else int(text)
        for name, text in given.items()
        if text is not None
    }
    if not limits:
        raise click.UsageError("Give at least one limit, such as --max-bytes.")
    with parts.database.write() as session:
        service.set_limits(session, project_id, limits, actor=parts.actor)
    click.echo("Limits set (they take effect within 30 seconds).")
