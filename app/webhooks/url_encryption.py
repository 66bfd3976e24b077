"""Encrypts the URLs of webhooks that earlier releases stored in plain text."""

from uuid import UUID

from sqlalchemy import Select, Table, select, update
from sqlalchemy.orm import Session

from app.db import Database, table_of
from app.secrets import Secrets
from app.webhooks.models import SavedWebhook, WebhookConfiguration
from app.webhooks.urls import digest_url

BATCH = 500

TABLES = (table_of(SavedWebhook), table_of(WebhookConfiguration))


def has_plain_urls(session: Session) -> bool:
    """Tell whether a URL is stored in plain text."""
    return any(session.execute(_plain(table).limit(1)).first() for table in TABLES)


def encrypt_plain_urls(database: Database, secrets: Secrets) -> int:
    """Encrypt the URLs that are stored in plain text; return their number.

    Call it when no process of a release before schema 0014 runs: those read the plain URL. Each
    batch is a transaction, so that a long run holds no lock for long, and can be repeated.
    """
    return sum(_encrypt_all(database, secrets, table) for table in TABLES)


def _plain(table: Table) -> Select[tuple[UUID, str]]:
    return select(table.c.id, table.c.url).where(table.c.url_encrypted.is_(None), table.c.url != "")


def _encrypt_all(database: Database, secrets: Secrets, table: Table) -> int:
    done = 0
    while found := _encrypt_batch(database, secrets, table):
        done += found
    return done


def _encrypt_batch(database: Database, secrets: Secrets, table: Table) -> int:
    with database.write() as session:
        rows = session.execute(_plain(table).limit(BATCH)).all()
        for row in rows:
            values = {
                "url": None if table.c.url.nullable else "",
                "url_encrypted": secrets.encrypt(row.url),
            }
            if "url_digest" in table.c:
                values["url_digest"] = digest_url(secrets, row.url)
            session.execute(
                update(table)
                # A client may have set another URL meanwhile.
                .where(table.c.id == row.id, table.c.url_encrypted.is_(None))
                .values(values)
            )
    return len(rows)
