"""Encrypts the URLs of webhooks that earlier releases stored in clear."""

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.db import Database, table_of
from app.secrets import Secrets
from app.webhooks.models import SavedWebhook, WebhookConfiguration
from app.webhooks.urls import digest_url

BATCH = 500

Plain = type[SavedWebhook] | type[WebhookConfiguration]
MODELS: tuple[Plain, ...] = (SavedWebhook, WebhookConfiguration)


def has_plain_urls(session: Session) -> bool:
    """Tell whether a URL is stored in clear."""
    return any(session.execute(_plain(model).limit(1)).first() for model in MODELS)


def encrypt_plain_urls(database: Database, secrets: Secrets) -> int:
    """Encrypt the URLs that are stored in clear; return their number.

    Call it when no process of a release before schema 0014 runs: those read the plain URL. Each
    batch is a transaction, so that a long run holds no lock for long, and can be repeated.
    """
    return sum(_encrypt_all(database, secrets, model) for model in MODELS)


def _plain(model: Plain) -> Select[tuple[object, str]]:
    return select(model.id, model.url).where(model.url_encrypted.is_(None), model.url != "")


def _encrypt_all(database: Database, secrets: Secrets, model: Plain) -> int:
    done = 0
    while found := _encrypt_batch(database, secrets, model):
        done += found
    return done


def _encrypt_batch(database: Database, secrets: Secrets, model: Plain) -> int:
    table = table_of(model)
    with database.write() as session:
        rows = session.execute(_plain(model).limit(BATCH)).all()
        for row_id, url in rows:
            values = {
                "url": None if table.c.url.nullable else "",
                "url_encrypted": secrets.encrypt(url),
            }
            if "url_digest" in table.c:
                values["url_digest"] = digest_url(secrets, url)
            session.execute(
                update(table)
                # A client may have set another URL meanwhile.
                .where(table.c.id == row_id, table.c.url_encrypted.is_(None))
                .values(values)
            )
    return len(rows)
