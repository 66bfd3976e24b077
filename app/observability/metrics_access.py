"""Who may read the metrics: the figures of all customers, so no customer's API key opens them."""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.settings import Settings

REFUSED = (
    "The metrics are served to 'Authorization: Bearer <PIGEONHOLE_METRICS_TOKEN>', and without a "
    "token only to this machine by a server that listens on loopback."
)
# A proxy beside us is on loopback, too, and speaks for somebody who is not.
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def may_read(settings: Settings, headers: Mapping[str, str], client: str | None) -> bool:
    """Tell whether a request from the address `client` may read the metrics.

    The names of `headers` are in lower case.
    """
    token = settings.metrics_token.get_secret_value()
    if token:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode(), token.encode()
        )
    is_behind_proxy = settings.public_url or settings.root_path
    is_forwarded = any(name in headers for name in FORWARDED)
    if is_behind_proxy or is_forwarded:
        return False
    # The Host keeps out web pages that had their name resolved to this machine.
    try:
        asked = urlsplit("//" + headers.get("host", "")).hostname
    except ValueError:  # half an IPv6 address
        return False
    return is_loopback(settings.host) and is_loopback(client) and is_loopback(asked)


def is_loopback(host: str | None) -> bool:
    """Tell whether an address or name can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
