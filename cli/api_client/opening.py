"""Opens a client of the server that options or the environment name."""

from typing import TYPE_CHECKING

from app.errors import StartupError
from cli.api_client.address import find_server

if TYPE_CHECKING:
    from cli.api_client.client import ServerClient


def open_server(server: str | None, api_key: str | None) -> "ServerClient":
    """Return a client of the server, a context manager; raises StartupError if none is named."""
    named = find_server(server, api_key)
    if named is None:
        raise StartupError(
            "no server is named: give --server, or set PIGEONHOLE_URL and PIGEONHOLE_API_KEY"
        )
    # Imported here: help must not wait for the HTTP client.
    from cli.api_client.client import ServerClient  # noqa: PLC0415

    return ServerClient(named)
