"""`pigeonhole keys`: create, list, rotate and revoke API keys."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import click
from rich.table import Column, Table
from sqlalchemy import select

from app.projects.keys import NewKey, create_key, revoke_key, rotate_key
from app.projects.models import ApiKey, KeyOrigin
from cli.administration import (
    Administration,
    Duration,
    Moment,
    Name,
    data_dir_option,
    minute,
    show,
    with_administration,
)


@click.group()
@data_dir_option
@click.pass_context
def keys(context: click.Context, data_dir: Path | None) -> None:
    """Create, list, rotate and revoke API keys."""
    context.obj = data_dir


@keys.command()
@click.argument("name", type=Name())
@click.option("--project-id", type=click.UUID, help="Let the key see this project only.")
@click.option("--organization-id", type=click.UUID, help="Let it see this one's projects.")
@click.option("--expires", type=Moment(is_future=True), help="When it ends: 90d, or 2026-12-31.")
@click.option("--admin", is_flag=True, help="For administration by the API, and not for documents.")
@with_administration
def create(
    parts: Administration,
    name: str,
    project_id: UUID | None,
    organization_id: UUID | None,
    expires: datetime | None,
    *,
    admin: bool,
) -> None:
    """Create a key and print it, this once.

    It sees every project of the first organization, unless an option says otherwise.
    """
    if project_id and (organization_id or admin):
        raise click.UsageError("--project-id goes with neither --organization-id nor --admin.")
    new = NewKey(name, project_id, organization_id, expires, is_admin=admin)
    with parts.database.write() as session:
        key = create_key(session, parts.secrets, new, actor=parts.actor)
    click.echo(key)


@keys.command("list")
@with_administration
def list_keys(parts: Administration) -> None:
    """List the keys; the keys themselves are not kept anywhere."""
    table = Table(
        Column("id", no_wrap=True),
        "name",
        "begins with",
        "reaches",
        "created",
        "last used",
        "expires",
        "revoked",
    )
    with parts.database.read() as session:
        for key in session.scalars(select(ApiKey).order_by(ApiKey.created_at)):
            everything = "administration" if key.is_admin else "all"
            table.add_row(
                str(key.id),
                key.name,
                key.hint,
                everything if key.organization_wide else str(key.project_id),
                minute(key.created_at),
                minute(key.last_used_at, "never"),
                minute(key.expires_at),
                minute(key.revoked_at),
            )
    show(table)


@keys.command()
@click.argument("key_id", type=click.UUID)
@click.option(
    "--grace", type=Duration(), default="1d", show_default=True, help="How long both work."
)
@click.option(
    "--expires",
    type=Moment(is_future=True),
    help="When the new key ends: 90d, or 2026-12-31.  [default: after as long as the old one had]",
)
@with_administration
def rotate(parts: Administration, key_id: UUID, grace: timedelta, expires: datetime | None) -> None:
    """Print a new key in the place of another, which works on for a while.

    It has the name and the reach of the old one. Made for 90 days, that one is followed by a key
    for 90 days; made without an end, by one without an end.
    """
    with parts.database.write() as session:
        rotated = rotate_key(session, parts.secrets, key_id, grace, expires, actor=parts.actor)
    click.echo(rotated.key)
    ends = minute(rotated.expires_at, "never")
    click.echo(
        f"The new key ends: {ends}. The old one ends: {minute(rotated.old_expires_at)} (UTC).",
        err=True,
    )


@keys.command()
@click.argument("key_id", type=click.UUID)
@with_administration
def revoke(parts: Administration, key_id: UUID) -> None:
    """Make a key worthless; running servers forget it within 30 seconds."""
    with parts.database.write() as session:
        origin = revoke_key(session, key_id, actor=parts.actor)
    click.echo("Revoked.")
    if origin == KeyOrigin.ENVIRONMENT:
        click.echo("PIGEONHOLE_API_KEY sets this key again at the next start: change it.", err=True)
