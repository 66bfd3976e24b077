"""`pigeonhole keys`: create, list, rotate and revoke API keys."""

from datetime import datetime, timedelta
from uuid import UUID

import click
from rich.table import Column, Table
from sqlalchemy import select

from app.projects.keys import NewKey, create_key, find_key_id, revoke_key, rotate_key
from app.projects.models import ApiKey, KeyOrigin
from cli.administration import (
    Administration,
    Duration,
    Moment,
    Name,
    administration_group,
    format_minute,
    print_table,
    with_administration,
)

keys = administration_group("keys", "Create, list, rotate and revoke API keys.")


@keys.command()
@click.argument("name", type=Name())
@click.option("--project-id", type=click.UUID, help="Limit the key to this project.")
@click.option("--organization-id", type=click.UUID, help="Create the key for this organization.")
@click.option("--expires", type=Moment(is_future=True), help="Expiry: 90d, or 2026-12-31.")
@click.option("--admin", is_flag=True, help="For administration only; no access to documents.")
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
    """Create a key and print it. It cannot be shown again.

    By default the key has access to all projects of the first organization.
    """
    if project_id and (organization_id or admin):
        raise click.UsageError("--project-id cannot be combined with --organization-id or --admin.")
    new = NewKey(name, project_id, organization_id, expires, is_admin=admin)
    with parts.database.write() as session:
        key = create_key(session, parts.secrets, new, actor=parts.actor)
    click.echo(key)


@keys.command("list")
@with_administration
def list_keys(parts: Administration) -> None:
    """List the keys (ids and first characters; the keys themselves are not stored)."""
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
                format_minute(key.created_at),
                format_minute(key.last_used_at, "never"),
                format_minute(key.expires_at),
                format_minute(key.revoked_at),
            )
    print_table(table)


@keys.command()
@click.argument("key_id", type=click.UUID)
@click.option(
    "--grace",
    type=Duration(),
    default="1d",
    show_default=True,
    help="Time during which both keys are valid.",
)
@click.option(
    "--expires",
    type=Moment(is_future=True),
    help="Expiry of the new key: 90d, or 2026-12-31.  [default: the old key's lifetime]",
)
@with_administration
def rotate(parts: Administration, key_id: UUID, grace: timedelta, expires: datetime | None) -> None:
    """Create the successor of a key and print it. The old key stays valid for a while.

    The new key has the name, access and lifetime of the old key.
    """
    with parts.database.write() as session:
        rotated = rotate_key(session, parts.secrets, key_id, grace, expires, actor=parts.actor)
    click.echo(rotated.key)
    new_end = format_minute(rotated.expires_at, "never")
    old_end = format_minute(rotated.old_expires_at)
    click.echo(
        f"The new key expires: {new_end}. The old key expires: {old_end} (UTC).",
        err=True,
    )


@keys.command()
@click.argument("key")
@with_administration
def revoke(parts: Administration, key: str) -> None:
    """Revoke a key (takes effect within 30 seconds).

    KEY is its id, its name or its first characters, as `keys list` shows them.
    """
    with parts.database.write() as session:
        origin = revoke_key(session, find_key_id(session, key), actor=parts.actor)
    click.echo("Revoked.")
    if origin == KeyOrigin.ENVIRONMENT:
        click.echo(
            "PIGEONHOLE_API_KEY makes this key valid again at the next start. Change it too.",
            err=True,
        )
