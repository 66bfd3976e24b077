"""`pigeonhole keys`: create, list and revoke API keys."""

import sys
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Column, Table
from sqlalchemy import select

from app import schema
from app.db import Database
from app.errors import StartupError
from app.projects import service
from app.projects.models import ApiKey
from app.secrets import Secrets
from app.settings import load_settings
from cli.compose import open_database, open_secrets

# What a table may take where there is no terminal whose width could be asked for.
WIDTH = 200


@click.group()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where everything is kept.")
@click.pass_context
def keys(context: click.Context, data_dir: Path | None) -> None:
    """Create, list and revoke API keys."""
    settings = load_settings(data_dir=data_dir)
    database = open_database(settings)
    if not schema.is_current(database):
        raise StartupError(
            "the database does not have this program's schema: start `pigeonhole serve` once, or "
            "run `pigeonhole migrate`; or is --data-dir another one?"
        )
    context.obj = (database, open_secrets(settings))


@keys.command()
@click.argument("name")
@click.option("--project-id", type=click.UUID, help="Let the key see this project only.")
@click.pass_obj
def create(parts: tuple[Database, Secrets], name: str, project_id: UUID | None) -> None:
    """Create a key and print it, this once."""
    database, secrets = parts
    with database.write() as session:
        key = service.create_key(session, secrets, name=name, project_id=project_id)
    click.echo(key)


@keys.command("list")
@click.pass_obj
def list_keys(parts: tuple[Database, Secrets]) -> None:
    """List the keys; the keys themselves are not kept anywhere."""
    database, _ = parts
    # Whole ids, also where nobody looks at them: they are what `revoke` takes.
    table = Table(
        Column("id", no_wrap=True),
        "name",
        "begins with",
        "project",
        "created",
        "last used",
        "revoked",
    )
    with database.read() as session:
        for key in session.scalars(select(ApiKey).order_by(ApiKey.created_at)):
            table.add_row(
                str(key.id),
                key.name,
                key.hint,
                "all" if key.organization_wide else str(key.project_id),
                f"{key.created_at:%Y-%m-%d %H:%M}",
                f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never",
                f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "",
            )
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


@keys.command()
@click.argument("key_id", type=click.UUID)
@click.pass_obj
def revoke(parts: tuple[Database, Secrets], key_id: UUID) -> None:
    """Make a key worthless; running servers forget it within 30 seconds."""
    database, _ = parts
    with database.write() as session:
        service.revoke_key(session, key_id)
    click.echo("Revoked.")
