"""What addresses in the settings must look like."""

import re
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

HIGHEST_PORT = 65535
# Names of buckets as AWS wants them; in the prefix, characters that mean themselves everywhere.
BUCKET_URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_.-]+)*)/?")


def check_endpoint(url: str) -> str:
    """Return the address of a server, or nothing, as it was given; raises ValueError otherwise."""
    if url and not names_a_server(url):
        raise ValueError("must be http://host:port or https://host:port, or be empty")
    return url


def check_embedder(embedder: str, model: str, key: str) -> None:
    """Raise ValueError unless these settings of an embedder go together."""
    if embedder.startswith("/"):
        return
    if not names_a_server(embedder):
        raise ValueError(
            "embedder must be http://host:port or https://host:port, perhaps with a path, or the "
            "absolute path of a directory; a key goes to embedder_api_key"
        )
    if not model:
        raise ValueError("embedder_model is required with an embeddings server")
    if not (key.isascii() and key.isprintable()):
        raise ValueError("embedder_api_key must be printable ASCII")


def names_a_server(url: str) -> bool:
    """Tell whether a text is an http or https address without a user, a query or a fragment."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and port != 0
        and url.isascii()
        and url.isprintable()
        and " " not in url
        and not (parts.username or parts.password or parts.query or parts.fragment)
    )


def names_a_database(url: str) -> bool:
    """Tell whether a text is the address of a Postgres database."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        return False
    return parts.drivername in ("postgresql", "postgresql+psycopg") and (
        parts.port is None or 0 < parts.port <= HIGHEST_PORT
    )


def names_a_broker(url: str) -> bool:
    """Tell whether a text is the address of a Redis database."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    database = parts.path.removeprefix("/")
    return (
        parts.scheme in ("redis", "rediss")
        and bool(parts.hostname)
        and port != 0
        and (not database or (database.isascii() and database.isdigit()))
    )


def names_a_directory(url: str) -> bool:
    """Tell whether a text is the file:// address of an absolute path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = unquote(parts.path)
    return (
        url.startswith("file:///")
        and path.strip("/") != ""
        and "\0" not in path
        and not (parts.query or parts.fragment)
    )


def bucket_of(url: str) -> tuple[str, str] | None:
    """Return the bucket and the prefix of s3://bucket/prefix; None for any other URL."""
    parts = BUCKET_URL.fullmatch(url)
    return None if parts is None else (parts[1], parts[2].strip("/"))


def check_mode(database: str, broker: str, secret_key: str, shortest_secret: int) -> None:
    """Raise ValueError unless the settings are those of production or of the embedded server."""
    if database and not names_a_database(database):
        raise ValueError(
            "database_url must be postgresql://user:password@host:port/name, with special "
            "characters percent-encoded, or be empty"
        )
    if broker and not names_a_broker(broker):
        raise ValueError(
            "broker_url must be redis://host:port/number or rediss://host:port/number, or be empty"
        )
    if bool(broker) != bool(database):
        raise ValueError(
            "database_url (postgresql) and broker_url (redis) belong together: set both for "
            "production, or neither for the embedded server"
        )
    if broker and not secret_key:
        raise ValueError(
            f"secret_key is required in production: set {shortest_secret} or more random characters"
        )
    if secret_key and len(secret_key) < shortest_secret:
        raise ValueError(f"secret_key must have at least {shortest_secret} characters")


def check_s3(public_endpoint: str, credentials: str, *, is_used: bool, has_keys: bool) -> None:
    """Raise ValueError unless a bucket can be used with the credentials that are set."""
    if is_used and credentials == "keys" and not has_keys:
        raise ValueError(
            "s3_access_key and s3_secret_key are required with s3://, unless s3_credentials is "
            "`environment`"
        )
    if public_endpoint and credentials != "keys":
        raise ValueError("s3_public_endpoint needs s3_access_key and s3_secret_key to sign with")
