"""`pigeonhole migrate`: migrate the database to the schema of this release."""

from pathlib import Path

import click

from app import schema
from app.files.blobs.local import LocalBlobStore
from app.observability.logging import set_up_logging
from app.projects.bootstrap import bootstrap
from app.settings import load_settings
from app.webhooks.url_encryption import encrypt_plain_urls
from cli.administration import data_dir_option
from cli.composition import open_database, open_secrets
from cli.data_dir import use_private_umask
from cli.tables import example


@click.command(epilog=example("pigeonhole migrate"))
@data_dir_option
def migrate(data_dir: Path | None) -> None:
    """Migrate the database to the schema of this release.

    In production this also creates the first project. If PIGEONHOLE_API_KEY is set, it becomes a
    valid key. Where the schema is that of this release already, it encrypts the URLs of webhooks
    that an earlier release stored in plain text.
    """
    settings = load_settings(data_dir=data_dir)
    set_up_logging(settings.log_level, settings.log_format)
    use_private_umask()
    database = open_database(settings)
    was_current = schema.is_current(database)
    schema.migrate(database)
    if not settings.is_embedded:
        # Creates the directory. Workers refuse to start without it: a new one would be empty.
        if settings.s3_bucket is None:
            LocalBlobStore(settings.blob_dir)
        secrets = open_secrets(settings)
        with database.write() as session:
            bootstrap(session, secrets, settings)
        # During an upgrade processes of the release before read the plain URLs.
        if was_current and (count := encrypt_plain_urls(database, secrets)):
            print(f"Encrypted {count} webhook URLs of an earlier release.")
    database.close()
    print("The database has the schema of this release.")
