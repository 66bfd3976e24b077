"""`pigeonhole keys`: create, list, rotate and revoke API keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import click
from sqlalchemy import select

from app.projects.keys import NewKey, create_key, find_key_id, revoke_key, rotate_key
from app.projects.models import ApiKey, KeyOrigin
from cli.administration import (
    Administration,
    Duration,
    Moment,
    Name,
    administration_group,
    with_administration,
)
from cli.tables import Columns, example, format_minute, json_option, print_items

keys = administration_group("keys", "Create, list, rotate and revoke API keys.")


@keys.command(epilog=example("pigeonhole keys create scanner --expires 90d"))
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


@dataclass(frozen=True, slots=True)
class ListedKey:
    """An API key. Its text is not stored: `begins_with` has the first characters."""

    id: UUID
    name: str
    begins_with: str
    is_admin: bool
    project_id: UUID | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def reach(self) -> str:
        """What the key may use, in a word, or the id of its project."""
        if self.is_admin:
            return "administration"
        return "all" if self.project_id is None else str(self.project_id)


@keys.command("list", epilog=example("pigeonhole keys list"))
@json_option(ListedKey, is_list=True)
@with_administration
def list_keys(parts: Administration, *, as_json: bool) -> None:
    """List the keys: ids and first characters. The keys themselves are not stored."""
    with parts.database.read() as session:
        found = [
            ListedKey(
                id=key.id,
                name=key.name,
                begins_with=key.hint,
                is_admin=key.is_admin,
                project_id=None if key.organization_wide else key.project_id,
                created_at=key.created_at,
                last_used_at=key.last_used_at,
                expires_at=key.expires_at,
                revoked_at=key.revoked_at,
            )
            for key in session.scalars(select(ApiKey).order_by(ApiKey.created_at))
        ]
    columns: Columns = {
        "id": "id",
        "name": "name",
        "begins with": "begins_with",
        "reaches": "reach",
        "created": "created_at",
        "last used": lambda key: key.last_used_at or "never",
        "expires": "expires_at",
        "revoked": "revoked_at",
    }
    print_items(found, columns, as_json=as_json)


@keys.command(epilog=example("pigeonhole keys rotate KEY_ID --grace 2d"))
@click.argument("key")
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
def rotate(parts: Administration, key: str, grace: timedelta, expires: datetime | None) -> None:
    """Create the successor of a key and print it. The old key stays valid for a while.

    KEY is its id, its name or its first characters, as `keys list` shows them. The new key has the
    name, access and lifetime of the old key.
    """
    with parts.database.write() as session:
        key_id = find_key_id(session, key)
        rotated = rotate_key(session, parts.secrets, key_id, grace, expires, actor=parts.actor)
    click.echo(rotated.key)
    new_end = format_minute(rotated.expires_at) if rotated.expires_at else "never"
    old_end = format_minute(rotated.old_expires_at)
    click.echo(
        f"The new key expires: {new_end}. The old key expires: {old_end}.",
        err=True,
    )


@keys.command(epilog=example("pigeonhole keys revoke KEY_ID"))
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
