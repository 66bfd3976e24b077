"""The server that a command talks to: its address, its key, and what goes wrong with them."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import click

from app.errors import StartupError
from app.text import escape_line

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Hosts of LlamaCloud and of its regions: documents meant for a server of one's own stay here.
_CLOUD = ("llamaindex.ai", "llamaindex.com", "llamacloud.ai", "llamacloud.com")

_server_option = click.option(
    "--server",
    metavar="URL",
    help="Address of a server.  [default: PIGEONHOLE_URL, else LLAMA_CLOUD_BASE_URL]",
)
_key_option = click.option(
    "--api-key",
    metavar="KEY",
    help="Key of the server; better given as PIGEONHOLE_API_KEY, because others see commands.",
)


@dataclass(frozen=True, slots=True)
class Server:
    """The address of a server, without a slash at the end, its key, and what named the two."""

    url: str
    api_key: str
    source: str = "--server"
    key_source: str = "--api-key"


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --server and --api-key, passed as `server` and `api_key`."""
    with_options: Callable[..., Any] = _server_option(_key_option(command))
    return with_options


def find_server(
    server: str | None, api_key: str | None, environment: Mapping[str, str] = os.environ
) -> Server | None:
    """Return the server that the options or the environment name, None if they name none.

    Raises StartupError for an address that is none, for LlamaCloud's, and without a key.
    """
    own = environment.get("PIGEONHOLE_API_KEY", "")
    cloud = environment.get("LLAMA_CLOUD_API_KEY", "")
    url, source, key, key_source = server, "--server", own, "PIGEONHOLE_API_KEY"
    if server is not None:
        if not own and cloud:
            key, key_source = cloud, "LLAMA_CLOUD_API_KEY"
    elif url := environment.get("PIGEONHOLE_URL"):
        source = "PIGEONHOLE_URL"
    elif url := environment.get("LLAMA_CLOUD_BASE_URL"):
        source, key, key_source = "LLAMA_CLOUD_BASE_URL", cloud, "LLAMA_CLOUD_API_KEY"
    if not url and server is None:
        return None
    if api_key:
        key, key_source = api_key, "--api-key"
    return _checked(Server(url or "", key, source, key_source))


def _checked(server: Server) -> Server:
    """Return the server with a clean address; raises StartupError."""
    import httpx2  # noqa: PLC0415  # help must not wait for it

    source, shown = server.source, escape_line(server.url)
    try:
        parsed = httpx2.URL(server.url.strip())
    except httpx2.InvalidURL:
        parsed = httpx2.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo:
        raise StartupError(
            f"{source}: {shown!r} is not the address of a server: give one such as "
            "http://127.0.0.1:8000"
        )
    host = parsed.host.lower().rstrip(".")
    if any(host == cloud or host.endswith(f".{cloud}") for cloud in _CLOUD):
        raise StartupError(
            f"{source}: {shown} is LlamaCloud, to which this command sends no documents: give the "
            "address of your own server, or unset it to classify on this machine"
        )
    key = server.api_key
    if not key:
        raise StartupError(
            f"{source}: a server needs a key: set {server.key_source}, or give --api-key"
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise StartupError(
            f"{server.key_source}: this is not a key; copy all of it and nothing else"
        )
    return replace(server, url=str(parsed).rstrip("/"))
