"""`pigeonhole projects`: create and list projects, and set their limits."""

from pathlib import Path
from uuid import UUID

import click
from rich.table import Column, Table
from sqlalchemy import func, select

from app.files.models import File
from app.projects import service
from app.projects.models import Project
from cli.administration import (
    MOST_DAYS,
    Administration,
    Name,
    data_dir_option,
    minute,
    show,
    with_administration,
)

MOST_DIGITS = 15
MOST_PER_MINUTE = 1_000_000


class Limit(click.ParamType[str]):
    """A number up to `most`, or `default` for the server's setting."""

    name = "limit"

    def __init__(self, most: int) -> None:
        self._most = most

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Check the text and return it: None could not be told from an option left out."""
        text = str(value)
        if text != "default" and not (text.isascii() and text.isdigit()):
            self.fail(f"{text!r} is neither a number nor `default`", param, ctx)
        if text != "default" and (len(text) > MOST_DIGITS or int(text) > self._most):
            self.fail(f"{text!r} is more than {self._most}; 0 means no limit", param, ctx)
        return text


@click.group()
@data_dir_option
@click.pass_context
def projects(context: click.Context, data_dir: Path | None) -> None:
    """Create and list projects, and set their limits."""
    context.obj = data_dir


@projects.command()
@click.argument("name", type=Name())
@click.option("--organization-id", type=click.UUID, help="Whose it is.  [default: the first one]")
@with_administration
def create(parts: Administration, name: str, organization_id: UUID | None) -> None:
    """Create a project and print its id."""
    with parts.database.write() as session:
        project = service.create_project(session, name, organization_id, actor=parts.actor)
    click.echo(project.id)


@projects.command("list")
@with_administration
def list_projects(parts: Administration) -> None:
    """List the projects with what they keep and their own limits."""
    table = Table(
        Column("id", no_wrap=True),
        "name",
        "organization",
        "created",
        "files",
        "bytes",
        "requests/min",
        "uploads/min",
        "most bytes",
        "days kept",
    )
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
        for project, files, size in rows:
            limits = [getattr(project, name) for name in service.LIMITS]
            table.add_row(
                str(project.id),
                project.name,
                str(project.organization_id),
                minute(project.created_at),
                str(files or 0),
                str(size or 0),
                *("default" if limit is None else str(limit) for limit in limits),
            )
    show(table)


@projects.command()
@click.argument("project_id", type=click.UUID)
@click.option("--requests-per-minute", type=Limit(MOST_PER_MINUTE), help="Of each of its keys.")
@click.option("--uploads-per-minute", type=Limit(MOST_PER_MINUTE), help="Of each of its keys.")
@click.option("--max-bytes", type=Limit(10**MOST_DIGITS - 1), help="Of all of its files.")
@click.option("--retention-days", type=Limit(MOST_DAYS), help="How long jobs and files are kept.")
@with_administration
def limit(parts: Administration, /, project_id: UUID, **given: str | None) -> None:
    """Set limits of a project: a number, 0 for none, `default` for the server's setting."""
    limits = {
        name: None if text == "default" else int(text)
        for name, text in given.items()
        if text is not None
    }
    if not limits:
        raise click.UsageError("Say at least one limit.")
    with parts.database.write() as session:
        service.set_limits(session, project_id, limits, actor=parts.actor)
    click.echo("Set; running servers know within 30 seconds.")
