"""Where a webhook is to go: its URL, and what can be said against it before anybody connects."""

import socket
from ipaddress import ip_address

import httpx2

from app.webhooks.policy import AddressPolicy


class NoTarget(ValueError):
    """A URL leads nowhere; the message is a sentence's end."""


def parse_target(url: str | None) -> httpx2.URL:
    """Return a URL with a host and a port that exist; raises NoTarget."""
    if url is None:
        raise NoTarget("there is no webhook_url")
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise NoTarget("the webhook_url is not a URL") from None
    if target.scheme not in ("http", "https") or not target.host:
        raise NoTarget("the webhook_url names no host")
    if target.port is not None and not 0 < target.port < 2**16:
        raise NoTarget("the webhook_url has a port that does not exist")
    return target


def find_fault(url: str | None, policy: AddressPolicy, *, loopback: bool) -> str | None:
    """Return why nothing will be delivered to a URL, as far as that is known without asking DNS.

    None when it may lead somewhere: its host is a name, or an address that is allowed.
    """
    try:
        target = parse_target(url)
    except NoTarget as error:
        return str(error)
    try:
        # Numbers in any spelling that the system knows, and nothing that needs a name server.
        found = socket.getaddrinfo(target.raw_host.decode(), None, flags=socket.AI_NUMERICHOST)
    except (OSError, ValueError):
        return None
    reason = policy.refuse(ip_address(found[0][4][0]), loopback=loopback)
    return None if reason is None else f"refused: {reason}"
