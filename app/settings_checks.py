"""Checks of settings, and the sentences for those that fail."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from urllib.parse import unquote, urlsplit
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.addresses import parse_networks

MAX_PORT = 65535
# A setting named within a sentence; names without _ are words of English, too.
COMPOUND_NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")
# The likeness of a misspelled name to a setting's. Names that other programs use, such as
# PIGEONHOLE_URL, are less like any.
MIN_LIKENESS = 0.85
MAX_WEIGHT = 100
MAX_WAIT_SECONDS = 30 * 24 * 3600
# A shorter secret could be guessed from one presigned URL.
MIN_SECRET_CHARACTERS = 32
# Secrets and passwords that examples of this project had, in this release or an earlier one.
PLACEHOLDERS = frozenset(
    {"...", "change-me", "change-me-to-32-or-more-random-characters", "llx-try", "llx-check"}
)
PLACEHOLDER_PASSWORD = re.compile(r"\w+://(?:[^/@]*:change-me|user:password)@")
# Bucket names as AWS requires them; in the prefix, characters that no URL encodes.
BUCKET_URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_.-]+)*)/?")


def check_endpoint(url: str) -> str:
    """Return the URL of a server or an empty text unchanged; raises ValueError otherwise."""
    if url and not _is_server_url(url):
        raise ValueError("must be http://host:port or https://host:port, or be empty")
    return url


def check_root_path(path: str) -> str:
    """Return a path prefix or an empty text unchanged; raises ValueError otherwise."""
    if path and (not path.startswith("/") or path.endswith("/")):
        raise ValueError("must begin with / and not end with it")
    return path


def check_blob_url(url: str) -> str:
    """Return the URL of a directory or bucket unchanged; raises ValueError otherwise."""
    if url and not (_is_directory_url(url) or parse_bucket(url)):
        raise ValueError(
            "must be file:///absolute/path, with special characters percent-encoded, or "
            "s3://bucket/prefix, or be empty"
        )
    return url


def check_networks(value: str) -> str:
    """Return a list of networks unchanged; raises ValueError."""
    parse_networks(value)
    return value


def check_waits(value: str) -> str:
    """Return a list of waits unchanged; raises ValueError."""
    parse_waits(value)
    return value


def check_weights(value: str) -> str:
    """Return a list of weights unchanged; raises ValueError."""
    parse_weights(value)
    return value


def check_placeholders(**values: str) -> None:
    """Raise ValueError for a secret, or an address with a password, from an example of ours."""
    for name, value in values.items():
        if value in PLACEHOLDERS or PLACEHOLDER_PASSWORD.match(value):
            raise ValueError(
                f"{name} has the value of an example, which everybody knows: set one of your own, "
                "such as the output of `openssl rand -hex 32`"
            )


def check_mode(database_url: str, broker_url: str, secret_key: str) -> None:
    """Raise ValueError unless the settings fit production or the embedded server."""
    if database_url and not _is_database_url(database_url):
        raise ValueError(
            "database_url must be postgresql://user:password@host:port/name, with special "
            "characters percent-encoded, or be empty"
        )
    if broker_url and not _is_broker_url(broker_url):
        raise ValueError(
            "broker_url must be redis://host:port/number or rediss://host:port/number, or be empty"
        )
    if bool(broker_url) != bool(database_url):
        raise ValueError(
            "database_url (postgresql) and broker_url (redis) belong together: set both for "
            "production, or neither for the embedded server"
        )
    if broker_url and not secret_key:
        raise ValueError(
            f"secret_key is required in production: set {MIN_SECRET_CHARACTERS} or more random "
            "characters"
        )
    if secret_key and len(secret_key) < MIN_SECRET_CHARACTERS:
        raise ValueError(f"secret_key must have at least {MIN_SECRET_CHARACTERS} characters")


def check_s3(
    blob_url: str, credentials: str, access_key: str, secret_key: str, public_endpoint: str
) -> None:
    """Raise ValueError unless the bucket, if there is one, has its credentials."""
    has_keys = access_key and secret_key
    if parse_bucket(blob_url) and credentials == "keys" and not has_keys:
        raise ValueError(
            "s3_access_key and s3_secret_key are required with s3://, unless s3_credentials is "
            "`environment`"
        )
    if public_endpoint and credentials != "keys":
        raise ValueError(
            "s3_public_endpoint needs s3_access_key and s3_secret_key to sign links with"
        )


def check_embedder(embedder: str, model: str, api_key: str) -> None:
    """Raise ValueError unless the settings of a custom embedder, if set, fit together."""
    if not embedder or embedder.startswith("/"):
        return
    if not _is_server_url(embedder):
        raise ValueError(
            "embedder must be http://host:port or https://host:port, optionally with a path, or "
            "the absolute path of a directory; a key belongs in embedder_api_key"
        )
    if not model:
        raise ValueError("embedder_model is required with an embeddings server")
    if not (api_key.isascii() and api_key.isprintable()):
        raise ValueError("embedder_api_key must be printable ASCII")


def check_times(item_seconds: float, *parser_seconds: float) -> None:
    """Raise ValueError unless a worker has more time for a file than its parser."""
    if item_seconds <= max(parser_seconds):
        raise ValueError(
            "item_seconds must be more than parser_wall_seconds and ocr_max_seconds: reading one "
            "file may take that long"
        )


def parse_bucket(url: str) -> tuple[str, str] | None:
    """Return the bucket and the prefix of s3://bucket/prefix; None for any other URL."""
    parts = BUCKET_URL.fullmatch(url)
    return None if parts is None else (parts[1], parts[2].strip("/"))


def parse_waits(value: str) -> tuple[float, ...]:
    """Return the waits of a list such as `1,5,30`, in seconds; raises ValueError."""
    try:
        waits = tuple(float(part) for part in value.split(","))
    except ValueError:
        raise ValueError("must be seconds, separated by commas, such as 1,5,30") from None
    if not all(0 <= wait <= MAX_WAIT_SECONDS for wait in waits):
        raise ValueError("must be waits between 0 seconds and 30 days")
    return waits


def parse_weights(value: str) -> dict[UUID, int]:
    """Return the weights of a list such as `<project id>=2,<project id>=3`; raises ValueError."""
    weights = {}
    for part in filter(None, map(str.strip, value.split(","))):
        project_id, _, weight = part.partition("=")
        try:
            weights[UUID(project_id)] = int(weight)
        except ValueError:
            raise ValueError(
                "must be project ids with a weight each, separated by commas, such as "
                "018f3c5e-7a10-7c3e-8000-000000000001=2"
            ) from None
    if not all(1 <= weight <= MAX_WEIGHT for weight in weights.values()):
        raise ValueError(f"must have weights from 1 to {MAX_WEIGHT}")
    return weights


def sentences_of(error: ValidationError, prefix: str, settings: Collection[str]) -> list[str]:
    """Return a sentence for each wrong setting.

    `prefix` begins the variables' names, `settings` are the names without it. A sentence that
    names other settings, too, has them as variables.
    """

    def as_variable(word: re.Match[str]) -> str:
        return f"{prefix}{word[0].upper()}" if word[0] in settings else word[0]

    sentences = []
    for problem in error.errors(include_url=False, include_input=False):
        message = problem["msg"].removeprefix("Value error, ")
        if problem["loc"]:
            sentences.append(f"{prefix}{str(problem['loc'][0]).upper()}: {message}")
        else:
            name, _, rest = message.partition(" ")
            rest = COMPOUND_NAME.sub(as_variable, rest)
            sentences.append(f"{prefix}{name.upper()} {rest}")
    return sentences


def find_misspelled(
    environment: Iterable[str], prefix: str, settings: Collection[str]
) -> dict[str, str]:
    """Return the variables that are no settings but nearly are, with the names they may mean."""
    found = {}
    for variable in environment:
        name = variable.removeprefix(prefix).lower()
        if variable.startswith(prefix) and name not in settings:
            near = get_close_matches(name, settings, 1, MIN_LIKENESS)
            if near:
                found[variable] = f"{prefix}{near[0].upper()}"
    return found


def _is_server_url(url: str) -> bool:
    """Tell whether a URL is http or https, without a user, a query or a fragment."""
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


def _is_database_url(url: str) -> bool:
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is not a number
        return False
    return parts.drivername in ("postgresql", "postgresql+psycopg") and (
        parts.port is None or 0 < parts.port <= MAX_PORT
    )


def _is_broker_url(url: str) -> bool:
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


def _is_directory_url(url: str) -> bool:
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
