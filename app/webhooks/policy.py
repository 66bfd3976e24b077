"""Where webhooks may go: which addresses, and which headers a configuration may add.

Addresses are judged after the name is resolved, for the very connection that is made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

from app.addresses import Network
from app.settings import Settings

Address = IPv4Address | IPv6Address

# No setting opens these. Clouds answer at them with credentials of the machine.
METADATA: tuple[Network, ...] = (
    ip_network("169.254.0.0/16"),
    ip_network("fe80::/10"),
    ip_network("fd00:ec2::254/128"),  # AWS
    ip_network("fd20:ce::254/128"),  # Google
    ip_network("100.100.100.200/32"),  # Alibaba
    ip_network("168.63.129.16/32"),  # Azure
    ip_network("192.0.0.192/32"),  # Oracle
)
# Nor these: no host has such an address, or another address hides in it that a gateway would use.
NOWHERE: tuple[Network, ...] = (
    ip_network("0.0.0.0/8"),
    ip_network("224.0.0.0/4"),
    ip_network("240.0.0.0/4"),
    ip_network("::/128"),
    ip_network("ff00::/8"),
    ip_network("fec0::/10"),
    ip_network("2001::/32"),  # Teredo
    ip_network("2002::/16"),  # 6to4
)
# The last four bytes of these are an IPv4 address, and that is where packets go.
EMBEDDING: tuple[IPv6Network, ...] = (
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("::ffff:0:0:0/96"),
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("::/96"),
)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses webhooks may go to.

    Metadata and link-local addresses: never. Loopback: where `loopback` or an allowed network
    says so. Private networks: unless `public_only`, or where an allowed network says so.
    """

    public_only: bool = False
    allowed: tuple[Network, ...] = ()

    def refuse(self, address: Address, *, loopback: bool) -> str | None:
        """Return why an address is refused, as a sentence's end, or None if it is not."""
        real = unwrap(address)
        if _lies_in(real, METADATA):
            return f"{address} is a link-local or metadata address, which is never allowed"
        if real.is_loopback:
            if loopback or _lies_in(real, self.allowed):
                return None
            return (
                f"{address} is this machine itself: the server is reachable from others, and "
                "PIGEONHOLE_WEBHOOK_ALLOW does not name the address"
            )
        if _lies_in(real, NOWHERE):
            return f"{address} is no host's address"
        if is_public(real) or not self.public_only or _lies_in(real, self.allowed):
            return None
        return (
            f"{address} is a private address: PIGEONHOLE_WEBHOOK_POLICY is public, and "
            "PIGEONHOLE_WEBHOOK_ALLOW does not name it"
        )


def unwrap(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, IPv6Address) and int(address) > 1:  # not :: and ::1
        address = IPv6Address(int(address))  # without a zone
        if any(address in network for network in EMBEDDING):
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """Tell whether an address is reachable from the whole internet."""
    real = unwrap(address)
    return real.is_global and not _lies_in(real, (*METADATA, *NOWHERE))


def _lies_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def make_policy(settings: Settings) -> AddressPolicy:
    """Return the policy of the settings webhook_policy and webhook_allow."""
    return AddressPolicy(
        public_only=settings.webhook_policy == "public", allowed=settings.webhook_networks
    )


TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# HTTP's framing and what belongs to one connection, and the headers that are ours.
RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "lc-signature",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
        "x-webhook-event-id",
        "x-webhook-event-type",
    }
)


def choose_headers(custom: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
    """Return the custom headers that may be sent, and a note about those that may not, or None.

    Creation takes any, as the original API did: here nothing may change what the request is.
    """
    chosen: dict[str, str] = {}
    left_out: dict[str, list[str]] = {}
    for name, value in custom.items():
        reason = _refuse_header(name, value)
        if reason is None:
            chosen[name] = value.strip(" \t")
        else:
            left_out.setdefault(reason, []).append(_show(name))
    notes = [f"{', '.join(names)} ({reason})" for reason, names in left_out.items()]
    return chosen, f"custom headers left out: {'; '.join(notes)}" if notes else None


def _refuse_header(name: str, value: str) -> str | None:
    if not TOKEN.fullmatch(name):
        return "not a header's name"
    lowered = name.lower()
    if lowered in RESERVED or lowered.startswith("proxy-"):
        return "set by the server"
    if any(character != "\t" and not character.isprintable() for character in value):
        return "a value with line breaks or control characters"
    return None


def _show(name: str) -> str:
    """Return a header's name as it can stand in a log."""
    return ascii(name[:40]) if not TOKEN.fullmatch(name) else name[:40]
